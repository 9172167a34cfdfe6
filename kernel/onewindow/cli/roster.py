"""`township import`, `user import`: a CSV of the tree or of people into a centre, tried first if one likes."""

import csv
import io
import json as json_
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from onewindow.access.files import write_private
from onewindow.cli import context, imports
from onewindow.cli.client import Client, connect
from onewindow.cli.context import Context, Json
from onewindow.cli.exits import Exit
from onewindow.errors import BadInput
from onewindow.i18n import _
from onewindow.organisation.importing import MOST, Kind

# Hashing first passwords takes most of the time: a batch is what one waits for between two steps of the bar.
BATCH = {Kind.UNITS: 2000, Kind.PEOPLE: 50}

File = Annotated[Path, typer.Argument(help=_("CSV 文件"), exists=True, dir_okay=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_("只检查，不写入"))]
ByRow = Annotated[bool, typer.Option("--by-row", help=_("逐行导入：只跳过不合格的行；默认整份要么都写入要么都不写入"))]
Mapping = Annotated[
    Path | None, typer.Option("--mapping", "-m", help=_("列对应关系（JSON：列名到字段）"), exists=True, dir_okay=False)
]
ReportFile = Annotated[
    Path | None, typer.Option("--report", help=_("被拒绝的行写到这个 CSV；默认在文件旁"), dir_okay=False)
]


def township(
    ctx: typer.Context,
    file: File,
    dry_run: DryRun = False,
    by_row: ByRow = False,
    mapping: Mapping = None,
    report: ReportFile = None,
    json: Json = False,
) -> None:
    """Import townships and units; codes decide, names never, and a second run changes nothing."""
    _import(ctx, Kind.UNITS, file, dry_run, by_row, mapping, report, json, admin=True)


def user(
    ctx: typer.Context,
    file: File,
    dry_run: DryRun = False,
    by_row: ByRow = False,
    mapping: Mapping = None,
    report: ReportFile = None,
    posts: Annotated[
        bool, typer.Option("--posts", help=_("以登录的区管理员或安全管理员的身份，任命文件里的岗位"))
    ] = False,
    passwords: Annotated[
        Path | None,
        typer.Option("--passwords", help=_("初始密码写到这个新文件（仅本人可读）；默认输出一次"), dir_okay=False),
    ] = None,
    json: Json = False,
) -> None:
    """Import people: accounts by the operator of this machine, posts with --posts by whoever may give them."""
    if passwords is not None and passwords.exists():
        context.of(ctx).failed(BadInput(_("文件已存在：{path}"), remedy=_("换一个文件名"), path=str(passwords)))
    _import(ctx, Kind.PEOPLE, file, dry_run, by_row, mapping, report, json, admin=not posts, passwords=passwords)


def _import(
    ctx: typer.Context,
    kind: Kind,
    file: Path,
    dry_run: bool,
    by_row: bool,
    mapping: Path | None,
    report: Path | None,
    json: bool,
    *,
    admin: bool,
    passwords: Path | None = None,
) -> None:
    here = context.of(ctx)
    target = report or file.with_name(file.stem + "-refused.csv")

    async def work() -> dict[str, Any]:
        encoding, total = imports.measure(file)
        if not (by_row or total <= MOST[kind]):
            raise BadInput(_("整份导入最多 {most} 行"), remedy=_("分成几份，或用 --by-row 逐行导入"), most=MOST[kind])
        more = {"mode": "rows" if by_row else "all", "dry_run": dry_run, "mapping": _read_mapping(mapping)}
        async with connect(here) as client:
            return await _send(here, client, kind, file.read_text(encoding), by_row, more, admin)

    found = here.run(work())
    refused = [row for row in found["rows"] if row["outcome"] == "refused"]
    if refused:
        _write_report(target, refused)
    if found["issued"] and passwords is not None:
        write_private(passwords, _sheet(found["issued"]).encode("utf-8-sig"))
    if json:
        shown = {key: found[key] for key in ("applied", "counts", "ignored")}
        issued = found["issued"] if passwords is None else []
        here.data({**shown, "issued": issued, "report": str(target) if refused else None})
    else:
        _tell(here, found, refused, target, passwords)
    if refused:
        raise typer.Exit(int(Exit.FAILED))


async def _send(
    here: Context, client: Client, kind: Kind, text: str, by_row: bool, more: dict[str, Any], admin: bool
) -> dict[str, Any]:
    """The whole file in one request, or in batches where each row stands for itself."""
    lines = list(csv.reader(io.StringIO(text, newline="")))
    head, rows = lines[:1], [(number, cells) for number, cells in enumerate(lines[1:], 2)]
    size = BATCH[kind] if by_row and not more["dry_run"] else max(len(rows), 1)
    found: dict[str, Any] = {"applied": False, "counts": Counter(), "ignored": [], "rows": [], "issued": []}
    bar = (TextColumn(here.text(_("导入"))), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*bar, console=here.err, disable=not here.err.is_terminal) as progress:
        task = progress.add_task("", total=len(rows))
        for start in range(0, max(len(rows), 1), size):
            batch = rows[start : start + size]
            content = _csv([*head, *(cells for _number, cells in batch)])
            answer = await client.post(f"/imports/{kind.value}", {"content": content, **more}, admin=admin)
            found["applied"] = found["applied"] or answer["applied"]
            found["counts"].update(answer["counts"])
            found["ignored"] = answer["ignored"]
            found["issued"] += answer["issued"]
            found["rows"] += [{**row, "line": row["line"] + start} for row in answer["rows"]]
            progress.advance(task, len(batch))
    found["counts"] = dict(found["counts"])
    return found


def _csv(lines: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue()


def _read_mapping(path: Path | None) -> dict[str, str] | None:
    if path is None:
        return None
    try:
        return {str(head): str(name or "") for head, name in json_.loads(path.read_text("utf-8-sig")).items()}
    except (ValueError, AttributeError):
        raise BadInput(_("{path} 不是列对应关系"), remedy=_("写成列名到字段的 JSON 对象"), path=str(path)) from None


def _sheet(issued: list[dict[str, str]]) -> str:
    return _csv([["login", "name", "password"], *([one["login"], one["name"], one["password"]] for one in issued)])


def _write_report(path: Path, refused: list[dict[str, Any]]) -> None:
    names = ["line", "code", "field", "reason", "remedy"]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(refused)


def _tell(
    here: Context, found: dict[str, Any], refused: list[dict[str, Any]], target: Path, passwords: Path | None
) -> None:
    for outcome, count in found["counts"].items():
        here.say(_("{what}：{count} 行"), what=here.label(outcome, "import"), count=count)
    if found["ignored"]:
        here.note(_("没有取用的列：{names}"), names=", ".join(found["ignored"]))
    if refused:
        for row in refused[:20]:
            here.note(_("第 {line} 行 {field}：{reason} → {remedy}"), **{k: row[k] for k in row if k != "outcome"})
        here.say(_("被拒绝的行和原因见 {report}"), report=str(target))
    here.say(_("已写入") if found["applied"] else _("没有写入"))
    if found["issued"]:
        if passwords is not None:
            here.say(_("初始密码已写到 {path}，交给本人后删除"), path=str(passwords))
        else:
            here.note(_("初始密码只显示这一次，第一次登录必须更换："))
            here.table([_("登录名"), _("姓名"), _("初始密码")], [list(one.values()) for one in found["issued"]])
