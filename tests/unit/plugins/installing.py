"""Fake installed plugins: a module and a *.dist-info folder, as an installer would leave them."""

import importlib
from dataclasses import dataclass, field
from pathlib import Path

OFFICE = '''
"""A small office."""

from onewindow.office import Effects, Facts, Office, Phase, Procedure, Reason, State, action, field, hookimpl


class Known(Facts):
    result: str = field("{title}", default="")


class Matter(Procedure[Known]):
    """{procedure}"""

    version = 1
    received = State("已收到", phase=Phase.IN_HAND, initial=True)
    ended = State("已办结", phase=Phase.ENDED, final=True)

    @action("办结", received >> ended, by="handler", form=Reason)
    def end(self, facts: Known, form: Reason, ctx: object) -> Effects:
        return None


@hookimpl
def onewindow_office() -> Office:
    return Office(id="{id}", title="科室{id}", handles={{{handles}}}, procedures=[Matter])
'''


def office_source(id: str, *handles: str, title: str = "结果", procedure: str = "办理") -> str:
    """The module of a small office."""
    listed = ", ".join(repr(handle) for handle in handles)
    return OFFICE.format(id=id, handles=listed, title=title, procedure=procedure)


@dataclass
class Site:
    """A folder on the path in which plugins are installed."""

    folder: Path
    modules: list[str] = field(default_factory=list)

    def install(
        self,
        name: str,
        source: str,
        *,
        requires: tuple[str, ...] = ("onewindow>=0.1,<0.2",),
        distribution: str | None = None,
        version: str = "1.0",
    ) -> None:
        """Install an office under an entry point of this name."""
        project = distribution or f"onewindow-{name}"
        module = f"fake_{project.replace('-', '_').lower()}"
        self.modules.append(module)
        (self.folder / module).mkdir()
        (self.folder / module / "__init__.py").write_text(source, "utf-8")
        importlib.invalidate_caches()
        info = self.folder / f"{project.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        lines = ["Metadata-Version: 2.1", f"Name: {project}", f"Version: {version}"]
        lines += [f"Requires-Dist: {requirement}" for requirement in requires]
        (info / "METADATA").write_text("\n".join(lines) + "\n", "utf-8")
        (info / "entry_points.txt").write_text(f"[onewindow.offices]\n{name} = {module}\n", "utf-8")
