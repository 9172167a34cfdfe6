"""The offices, read from their manifests: what each takes, its procedures with their diagrams, clocks and documents."""

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from onewindow.i18n import parse_catalogue, translate
from onewindow.office.manifest import ClockSpec, Manifest, MomentSpec, ProcedureSpec
from onewindow.office.types import Track
from onewindow.registry.catalogue import TRACKS, categories
from tools.docs_parts import table

UNITS = {"days": "days", "working_days": "working days", "hours": "hours"}
Words = Callable[[str], str]


def both(text: str, english: Mapping[str, str]) -> str:
    """A title in the two languages."""
    other = english.get(text) or translate(text, "en")
    return f"{text} · {other}" if other != text else text


def handle(code: str) -> str:
    """A track or a category with its title."""
    title = TRACKS[Track(code)] if code in {str(track) for track in Track} else categories()[code].title
    return f"`{code}` {both(str(title), {})}"


def moment(spec: MomentSpec, words: Words) -> str:
    return f"{spec.fact} {', '.join(words(key) for key in spec.of)}".strip()


def clock_row(clock: ClockSpec, english: Mapping[str, str], words: Words) -> list[str]:
    extend = clock.extend
    longer = f"{extend.times} x {extend.at_most.amount} {UNITS[extend.at_most.unit]}" if extend else ""
    return [
        both(clock.title, english),
        f"{clock.span.amount} {UNITS[clock.span.unit]}" if clock.span else f"each of {words(clock.per)}, to its day",
        moment(clock.starts, words),
        "; ".join(moment(stop, words) for stop in clock.stops),
        longer,
        clock.protects,
        both(clock.source, english),
    ]


def procedure(spec: ProcedureSpec, manifest: Manifest, english: Mapping[str, str]) -> str:
    """One procedure: diagram, actions, clocks."""
    titles = {s.key: s.title for s in spec.states} | {d.key: d.title for d in manifest.documents}

    def words(key: str) -> str:
        return titles.get(key, f"`{key}`")

    actions = [
        [
            both(action.title, english),
            ", ".join(action.by),
            ", ".join(map(words, action.sources)),
            ", ".join(map(words, action.targets)) or "(stays)",
        ]
        for action in spec.actions
    ]
    clocks = [clock_row(clock, english, words) for clock in spec.clocks]
    return "\n\n".join(
        [
            f"## {both(spec.title, english)} `{spec.key}`, version {spec.version}",
            f"For {', '.join(map(handle, spec.tracks)) or 'whatever else the office handles'}.",
            f"```mermaid\n{spec.mermaid()}\n```",
            table(["Action", "By", "From", "To"], actions),
            table(["Clock", "How long", "Starts", "Stops", "Longer", "Protects", "Source"], clocks),
        ]
    )


def office(name: str, root: Path) -> str:
    """An office, from its declaration."""
    manifest: Manifest = import_module(f"onewindow_{name}.office").office.manifest()
    package = root / "plugins" / name / f"onewindow_{name}"
    english = parse_catalogue((package / "locale" / "en.po").read_text("utf-8"))
    newest = [spec for spec in manifest.procedures if spec == manifest.procedure(spec.key)]
    parts = [
        f"Takes {', '.join(handle(code) for code in sorted(manifest.handles))}.",
        *(procedure(spec, manifest, english) for spec in newest),
        "## Documents",
        table(["Document", "Key"], [[both(d.title, english), f"`{d.key}`"] for d in manifest.documents]),
    ]
    if manifest.records:
        rows = [[both(record.title, english), f"`{record.key}`"] for record in manifest.records]
        parts += ["## Records", table(["Record", "Key"], rows)]
    return "\n\n".join(parts)


PARTS: Mapping[str, Callable[[Path], str]] = MappingProxyType(
    {f"office-{name}": partial(office, name) for name in ("mediation", "petition")}
)
