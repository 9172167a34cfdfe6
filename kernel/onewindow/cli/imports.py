"""`case import`: a ledger from elsewhere, row by row through the ordinary registration, each row once."""

import csv
import json as json_
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from onewindow.cli import context
from onewindow.cli.client import connect
from onewindow.cli.context import Context, Json
from onewindow.cli.exits import Exit
from onewindow.errors import BadInput
from onewindow.i18n import _

BATCH = 200
ENCODINGS = ("utf-8-sig", "gb18030")
WORDS = {
    "registered": _("新登记"),
    "known": _("以前已导入"),
    "fit": _("可以导入"),
    "refused": _("被拒绝"),
}


@dataclass
class Tally:
    """What became of the rows."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[dict[str, Any]] = field(default_factory=list)


def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help=_("CSV 文件"), exists=True, dir_okay=False)],
    mapping: Annotated[
        Path, typer.Option("--mapping", "-m", help=_("列对应关系（JSON）"), exists=True, dir_okay=False)
    ],
    township: Annotated[str | None, typer.Option("--township", help=_("镇街区划代码，代替对应关系里的"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("只检查，不登记"))] = False,
    report: Annotated[
        Path | None, typer.Option("--report", help=_("被拒绝的行写到这个 CSV；默认在文件旁"), dir_okay=False)
    ] = None,
    json: Json = False,
) -> None:
    """Import a ledger; a second run of the same file registers nothing twice."""
    here = context.of(ctx)
    target = report or file.with_name(file.stem + "-refused.csv")

    async def work() -> Tally:
        columns = read_mapping(mapping, township, dry_run)
        encoding, total = measure(file)
        check_columns(file, encoding, columns)
        async with connect(here) as client:
            return await _send(here, client, file, encoding, total, columns)

    tally = here.run(work())
    if tally.refused:
        write_report(target, tally.refused)
    elif report is None:
        target = Path()
    counts = {outcome: tally.counts.get(outcome, 0) for outcome in WORDS}
    if json:
        here.data({**counts, "report": str(target) if tally.refused else None})
    else:
        for outcome, count in counts.items():
            if count or outcome == "refused":
                here.say(_("{what}：{count} 行"), what=here.text(WORDS[outcome]), count=count)
        if tally.refused:
            here.say(_("被拒绝的行和原因见 {report}"), report=str(target))
    if tally.refused:
        raise typer.Exit(int(Exit.FAILED))


async def _send(here: Context, client: Any, file: Path, encoding: str, total: int, mapping: Mapping[str, Any]) -> Tally:
    tally = Tally()
    columns = list(mapping["columns"])
    source = next(column for column, target in mapping["columns"].items() if target == "source_id")
    bar = (TextColumn(here.text(_("导入"))), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*bar, console=here.err, disable=not here.err.is_terminal) as progress:
        task = progress.add_task("", total=total)
        first = 1
        for batch in batches(file, encoding):
            # Only what the mapping names leaves this machine.
            rows = [{name: row.get(name) or "" for name in columns} for row in batch]
            answer = await client.post("/imports", {"mapping": mapping, "rows": rows, "first": first})
            for result, row in zip(answer["rows"], rows, strict=True):
                tally.counts[result["outcome"]] += 1
                if result["outcome"] == "refused":
                    # The file's own line counts its heading.
                    why = {"line": result["row"] + 1, "source_id": row[source]}
                    tally.refused.append({**why, "field": result["field"], "reason": result["reason"]})
            first += len(batch)
            progress.advance(task, len(batch))
    return tally


def read_mapping(path: Path, township: str | None, dry_run: bool) -> dict[str, Any]:
    """The mapping file, with what the command line says about it.

    Raises:
        BadInput: it is no mapping.
    """
    try:
        found = json_.loads(path.read_text("utf-8-sig"))
        columns = dict(found["columns"])
    except (ValueError, KeyError, TypeError):
        raise BadInput(_("{path} 不是列对应关系"), remedy=_("见 docs/examples/ 中的例子"), path=str(path)) from None
    if "source_id" not in columns.values():
        raise BadInput(_("对应关系里没有编号列（source_id）"), remedy=_("指明哪一列能区分每一行"))
    found = {**found, "dry_run": dry_run}
    if township:
        found["township"] = township
    return dict(found)


def measure(file: Path) -> tuple[str, int]:
    """The file's encoding, and how many rows it has.

    Raises:
        BadInput: it is no CSV in an encoding that we know.
    """
    # A field may hold a whole letter.
    csv.field_size_limit(min(sys.maxsize, (1 << 31) - 1))
    for encoding in ENCODINGS:
        try:
            with file.open(encoding=encoding, newline="") as stream:
                return encoding, sum(1 for _row in csv.reader(stream)) - 1
        except UnicodeDecodeError:
            continue
        except csv.Error as error:
            raise BadInput(_("CSV 格式有误：{why}"), why=str(error)) from None
    raise BadInput(_("文件编码不是 UTF-8，也不是 GB18030"), remedy=_("另存为 UTF-8 编码的 CSV"))


def check_columns(file: Path, encoding: str, mapping: Mapping[str, Any]) -> None:
    """Refuse a mapping that names columns which this file does not have."""
    with file.open(encoding=encoding, newline="") as stream:
        heads = next(csv.reader(stream), [])
    missing = [name for name in mapping["columns"] if name not in heads]
    if missing:
        raise BadInput(_("文件里没有这些列：{names}"), remedy=_("核对第一行的列名"), names=", ".join(missing))


def batches(file: Path, encoding: str) -> Iterator[list[dict[str, str]]]:
    """The rows, some hundred at a time."""
    with file.open(encoding=encoding, newline="") as stream:
        reader = csv.DictReader(stream)
        while batch := list(islice(reader, BATCH)):
            yield batch


def write_report(path: Path, refused: list[dict[str, Any]]) -> None:
    """The refused rows with their reasons, readable by spreadsheet programs; their words are left out."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, ["line", "source_id", "field", "reason"])
        writer.writeheader()
        writer.writerows(refused)
