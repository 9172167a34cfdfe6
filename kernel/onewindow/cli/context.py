"""What every command shares: settings, language, where the centre is, and how things are said."""

import asyncio
import json
import os
import sys
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import OperationalError

from onewindow.cli.exits import Exit, of_error
from onewindow.errors import OneWindowError
from onewindow.i18n import _, translate
from onewindow.settings import Settings

T = TypeVar("T")

Json = Annotated[bool, typer.Option("--json", help=_("以 JSON 输出"))]


@dataclass
class Context:
    """The settings and the language of one run of the command."""

    settings: Settings
    lang: str
    url: str = ""
    out: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))
    err: Console = field(default_factory=lambda: Console(stderr=True, highlight=False, soft_wrap=True))

    def text(self, message: str, **params: Any) -> str:
        """A message in the user's language."""
        return translate(message, self.lang, **params)

    def say(self, message: str, **params: Any) -> None:
        """A line on standard output; what it is filled with is not markup."""
        self.out.print(self.text(message, **params), markup=False)

    def note(self, message: str, **params: Any) -> None:
        """A line beside the result: on standard error."""
        self.err.print(self.text(message, **params), markup=False)

    def data(self, value: Any) -> None:
        """JSON on standard output, and nothing else."""
        print(json.dumps(value, ensure_ascii=False, indent=2, default=str))

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """A table; on a pipe, columns separated by tabs."""
        if not self.out.is_terminal:
            for row in rows:
                print("\t".join(self.cell(value) for value in row))
            return
        table = Table(*(self.text(head) for head in heads), box=None, pad_edge=False, header_style="bold")
        for row in rows:
            table.add_row(*(escape(self.cell(value)) for value in row))
        self.out.print(table)

    def fields(self, pairs: Mapping[str, Any]) -> None:
        """Names and values, one on a line."""
        for name, value in pairs.items():
            print(f"{self.text(name)}\t{self.cell(value)}")

    def cell(self, value: Any) -> str:
        if value is None or value == "":
            return "-"
        if isinstance(value, bool):
            return self.text(_("是") if value else _("否"))
        if isinstance(value, list | tuple | set | frozenset):
            return ", ".join(map(str, value)) or "-"
        return str(value)

    def label(self, value: str | None, kind: str) -> str:
        """What a member of a closed set is called."""
        from onewindow.web.labels import label

        return self.text(label(value, kind)) if value else ""

    def fail(self, message: str, code: Exit = Exit.FAILED, *, remedy: str | None = None, **params: Any) -> NoReturn:
        """Say what went wrong and what to do, and end."""
        self.err.print(self.text(message, **params), style="red", markup=False)
        if remedy:
            self.err.print("→ " + self.text(remedy, **params), markup=False)
        raise typer.Exit(int(code))

    def failed(self, error: OneWindowError) -> NoReturn:
        """The same for one of our errors."""
        self.fail(str(error.message), of_error(error), remedy=error.remedy, **error.params)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a command's waiting part; our errors become a message and an exit code."""
        try:
            return asyncio.run(work)
        except OneWindowError as error:
            self.failed(error)
        except OperationalError as error:
            self.unreachable(error)

    def unreachable(self, error: OperationalError) -> NoReturn:
        """The database does not answer. What it said may quote a row or a password."""
        kind = type(error.orig).__name__
        remedy = _("检查数据库地址、口令和网络")
        self.fail(_("数据库连不上：{kind}"), Exit.UNAVAILABLE, remedy=remedy, kind=kind)


def of(ctx: typer.Context) -> Context:
    """The context of this run."""
    found = ctx.find_object(Context)
    assert found is not None
    return found


def language(arguments: Sequence[str]) -> str:
    """The language asked for on the command line or in the environment: looked for first, because help is in it."""
    given = ""
    for number, word in enumerate(arguments):
        if word == "--lang" and number + 1 < len(arguments):
            given = arguments[number + 1]
        elif word.startswith("--lang="):
            given = word.partition("=")[2]
    given = given or os.environ.get("ONEWINDOW_LANG") or os.environ.get("ONEWINDOW_LANGUAGE", "")
    return "en" if given.lower().startswith("en") else "zh"


def ask_secret(context: Context, message: str) -> str:
    """A password: without echo at a terminal, else a line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt(context.text(message), hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\n")
