"""`doctor`: what is wrong with this installation, and what to do about it."""

from dataclasses import asdict

import typer

from onewindow.cli import context
from onewindow.cli.context import Json
from onewindow.cli.exits import Exit
from onewindow.i18n import _

MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "wrong": ("✗", "red")}


def doctor(ctx: typer.Context, json: Json = False) -> None:
    """Look at everything; the exit code is 1 if something is wrong."""
    # Here and not above: other commands need not wait for all that it looks at.
    from onewindow.cli import findings

    here = context.of(ctx)
    found = list(findings.everything(here.settings))
    bad = [one for one in found if one.level == "wrong"]
    if json:
        rows = [
            {
                **asdict(one),
                "message": here.text(one.message, **one.params),
                "remedy": here.text(one.remedy, **one.params),
            }
            for one in found
        ]
        here.data([{name: value for name, value in row.items() if name != "params"} for row in rows])
    else:
        for one in found:
            mark, style = MARKS[one.level]
            here.out.print(f"{mark} {here.text(one.message, **one.params)}", style=style, markup=False)
            if one.remedy and one.level != "ok":
                here.out.print("  → " + here.text(one.remedy, **one.params), markup=False)
        here.say(_("发现 {count} 个问题") if bad else _("一切正常"), count=len(bad))
    if bad:
        raise typer.Exit(int(Exit.FAILED))
