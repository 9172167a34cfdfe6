"""Finds every message that a person may read and checks that it has an English translation.

Chinese is the msgid. In the kernel a message is a literal in `_("…")`, or the first argument or the remedy of one of
our errors, of a refusal or of a form's field, or stands in a template. An office declares its words plainly, so there
every Chinese literal counts, except in a line that ends with `# untranslated: <why>`, and the first line of each of its
document templates, which is its title.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
CHINESE = re.compile(r"[㐀-鿿]")
PLACEHOLDER = re.compile(r"(?<!\{)\{(\w+)[^{}]*\}")
MARKUP = re.compile(r"\{#.*?#\}|\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{\{.*?\}\}|\{%.*?%\}|<!--.*?-->", re.DOTALL)
MARKERS = {"_", "gettext"}
DECLARING = {"Refusal", "field"}
UNTRANSLATED = "# untranslated:"


class Use(NamedTuple):
    """A message where it stands."""

    msgid: str
    path: Path
    line: int


class Domain(NamedTuple):
    """One distribution's messages and catalogues."""

    name: str
    package: Path
    office: bool

    @property
    def main(self) -> Path:
        """The catalogue that new messages go to; an office has this one only, because it travels over the bus."""
        locale = self.package / "locale"
        return locale / "en.po" if self.office else locale / "en" / "LC_MESSAGES" / f"{self.name}.po"

    @property
    def catalogues(self) -> list[Path]:
        """All of its English."""
        return sorted(self.main.parent.glob(self.main.name if self.office else "*.po"))


def domains(root: Path) -> list[Domain]:
    """The kernel's and each office's."""
    packages = sorted(path.parent for path in root.glob("plugins/*/onewindow_*/__init__.py"))
    offices = [Domain(path.name.removeprefix("onewindow_"), path, True) for path in packages]
    return [Domain("onewindow", root / "kernel" / "onewindow", False), *offices]


def error_names(package: Path) -> set[str]:
    """The classes whose first argument a person reads."""
    path = package / "errors.py"
    tree = ast.parse(path.read_text("utf-8")) if path.exists() else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


def literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def marked(tree: ast.AST, names: set[str]) -> Iterator[tuple[str, int]]:
    """The kernel's way: literals given to a marker or to an error."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            given = node.args[:1] if name in MARKERS | names else []
            given += [keyword.value for keyword in node.keywords if name in names and keyword.arg == "remedy"]
            for text in map(literal, given):
                if text and CHINESE.search(text):
                    yield text, node.lineno


def declared(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """An office's way: every Chinese literal but the docstrings of modules and functions, and parts of f-strings."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            silent |= {id(first.value)} if isinstance(first, ast.Expr) else set()
        elif isinstance(node, ast.JoinedStr):
            silent |= {id(part) for part in node.values}
    for node in ast.walk(tree):
        text = literal(node) if isinstance(node, ast.Constant) else None
        if text and CHINESE.search(text) and id(node) not in silent:
            yield text.strip(), getattr(node, "lineno", 0)


def uses(domain: Domain) -> Iterator[Use]:
    """Each message of a distribution, in Python and in templates."""
    names = set() if domain.office else error_names(domain.package) | DECLARING
    for path in sorted(domain.package.rglob("*.py")):
        text = path.read_text("utf-8")
        lines = text.splitlines()
        tree = ast.parse(text)
        for msgid, line in declared(tree) if domain.office else marked(tree, names):
            if UNTRANSLATED not in lines[line - 1]:
                yield Use(msgid, path, line)
    for path in templates(domain):
        with path.open("rb") as stream:
            found = babel_extract(stream, sorted(MARKERS), [], {"silent": "false"})
            for line, _function, message, _comments in found:
                said = message if isinstance(message, str) else (message or [None])[0]
                if said and CHINESE.search(said):
                    yield Use(said, path, line)
    for path in sorted(domain.package.glob("documents/*.typ")) if domain.office else ():
        yield Use(path.read_text("utf-8").splitlines()[0].lstrip("/ ").strip(), path, 1)


def templates(domain: Domain) -> list[Path]:
    return sorted(path for path in domain.package.rglob("*.html") if "templates" in path.parts)


def unmarked(domain: Domain) -> Iterator[str]:
    """Chinese that stands in a template by itself and so can't be translated."""
    for path in templates(domain):
        text = MARKUP.sub(lambda found: "\n" * found[0].count("\n"), path.read_text("utf-8"))
        for number, line in enumerate(text.splitlines(), 1):
            if CHINESE.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: not marked for translation: {line.strip()[:60]}"


def translations(domain: Domain) -> dict[str, str]:
    """What the catalogues of a distribution say, those marked fuzzy left out."""
    found: dict[str, str] = {}
    for path in domain.catalogues:
        with path.open("rb") as stream:
            found |= {str(entry.id): str(entry.string) for entry in read_po(stream) if entry.id and not entry.fuzzy}
    return found


def leftovers(domain: Domain, needed: set[str]) -> Iterator[str]:
    """Entries that stand twice, say nothing or that nothing asks for any more."""
    seen: dict[str, Path] = {}
    for path in domain.catalogues:
        with path.open("rb") as stream:
            entries = [(str(entry.id), bool(entry.string)) for entry in read_po(stream) if entry.id]
        for msgid, filled in entries:
            if msgid in seen:
                yield f"{path.relative_to(ROOT)}: {msgid!r} stands in {seen[msgid].name} too"
            elif msgid not in needed and CHINESE.search(msgid):
                yield f"{path.relative_to(ROOT)}: nothing uses {msgid!r}"
            elif not filled:
                yield f"{path.relative_to(ROOT)}: {msgid!r} is empty"
            seen.setdefault(msgid, path)


def faults(domain: Domain, shared: dict[str, str]) -> list[str]:
    """Messages without a translation, or with one that takes other parameters."""
    known = shared | translations(domain)
    wrong = []
    found = list(first_uses(uses(domain)))
    for msgid, path, line in found:
        place = f"{path.relative_to(ROOT)}:{line}"
        text = known.get(msgid, "")
        if not text:
            wrong.append(f"{place}: no English for {msgid!r}")
        elif set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(msgid)):
            wrong.append(f"{place}: other placeholders in the English of {msgid!r}: {text!r}")
    return wrong + list(leftovers(domain, {use.msgid for use in found})) + list(unmarked(domain))


def first_uses(found: Iterable[Use]) -> Iterator[Use]:
    seen: set[str] = set()
    for use in found:
        if use.msgid not in seen:
            seen.add(use.msgid)
            yield use


def update(domain: Domain, shared: dict[str, str]) -> int:
    """Adds what is missing to the distribution's main catalogue, with an empty translation; says how much."""
    target = domain.main
    catalog = Catalog(locale="en", domain=domain.name, project=domain.name, fuzzy=False)
    if target.exists():
        with target.open("rb") as stream:
            catalog = read_po(stream, locale="en", domain=domain.name)
    known = shared | translations(domain) | {str(entry.id): "" for entry in catalog if entry.id}
    fresh = [use for use in first_uses(uses(domain)) if use.msgid not in known]
    for msgid, path, _line in fresh:
        catalog.add(msgid, "", locations=[(path.relative_to(domain.package.parent).as_posix(), 0)])
    if fresh or not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            write_po(stream, catalog, width=120, sort_output=False, include_lineno=False)
    return len(fresh)


def main(arguments: Sequence[str]) -> int:
    kernel, *offices = domains(ROOT)
    if "--update" in arguments:
        for domain in (kernel, *offices):
            print(f"{domain.name}: {update(domain, {} if domain is kernel else translations(kernel))} new messages")
        return 0
    shared = translations(kernel)
    wrong = faults(kernel, {}) + [line for domain in offices for line in faults(domain, shared)]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
