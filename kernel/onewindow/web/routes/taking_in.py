"""For administrators: a CSV of units or of people, tried first, taken in, and told row by row."""

import base64
import csv
import io
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from onewindow.access import guard
from onewindow.access.actions import Action
from onewindow.access.policy import may_ever
from onewindow.access.principal import Principal
from onewindow.errors import BadInput, Forbidden, OneWindowError
from onewindow.i18n import _
from onewindow.office.types import new_id
from onewindow.organisation.importing import PERSON_FIELDS, UNIT_FIELDS, Kind, Mode
from onewindow.routing.roster import Issued, Report
from onewindow.web.present import Presenter
from onewindow.web.routes.context import Handler, Visit, Web, text_of
from onewindow.web.routes.steps import Steps
from onewindow.web.templates import Problem

IMPORT = "/admin/import"
ENCODINGS = ("utf-8-sig", "gb18030")
ROWS_SHOWN = 200


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = ImportPages(web)
    return [(IMPORT, ("GET",), pages.show(pages.page)), (IMPORT, ("POST",), pages.take)]


class ImportPages(Steps):
    """One page: a file goes in, a report comes out."""

    async def page(
        self,
        visit: Visit,
        *,
        report: Report | None = None,
        dry_run: bool = True,
        kind: Kind | None = None,
        mode: Mode = Mode.ALL,
        trouble: Problem | None = None,
        status: int = 200,
    ) -> Response:
        kinds = _kinds(guard.require_staff(visit.principal))
        if not kinds:
            raise Forbidden()
        known = Presenter(self.centre, visit.lang)
        return self.web.page(
            visit,
            "admin/import.html",
            status_code=status,
            path=IMPORT,
            trouble=trouble,
            kinds=kinds,
            kind=kind or kinds[0],
            mode=mode,
            dry_run=dry_run,
            key=new_id(),
            fields={"units": UNIT_FIELDS, "people": PERSON_FIELDS},
            report=_shown(report, known) if report else None,
            download=_download(report.issued, known) if report and report.issued else None,
        )

    async def take(self, request: Request) -> Response:
        async with request.form(max_files=1, max_fields=20) as form:
            visit = await self.web.staff(request, form)
            given = {name: text_of(form, name) for name in ("kind", "mode", "dry_run", "mapping", "idempotency_key")}
            upload = form.get("file")
            content = await upload.read() if isinstance(upload, UploadFile) else b""
        kind = Kind.PEOPLE if given["kind"] == Kind.PEOPLE.value else Kind.UNITS
        mode = Mode.ROWS if given["mode"] == Mode.ROWS.value else Mode.ALL
        dry_run = given["dry_run"] == "true"
        take = self.centre.roster.units if kind is Kind.UNITS else self.centre.roster.people
        try:
            text = _decoded(content)
            if not text.strip():
                raise BadInput(_("请选择一个 CSV 文件"), field="file", remedy=_("第一行写列名，每行一条"))
            mapping, key = _mapping(given["mapping"]), given["idempotency_key"][:64] or None
            report = await take(visit.principal, text, mapping=mapping, mode=mode, dry_run=dry_run, key=key)
        except OneWindowError as error:
            trouble = self.web.problem(request, error)
            return await self.page(visit, trouble=trouble, status=error.status, kind=kind, mode=mode, dry_run=dry_run)
        return await self.page(visit, report=report, dry_run=dry_run, kind=kind, mode=mode)


def _kinds(who: Principal) -> list[Kind]:
    """What somebody may import."""
    found = [Kind.UNITS] if guard.permits(who, Action.TOWNSHIP_MANAGE) else []
    if guard.permits(who, Action.USER_MANAGE) or may_ever(who, Action.POST_MANAGE):
        found.append(Kind.PEOPLE)
    return found


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(_("文件编码不是 UTF-8，也不是 GB18030"), field="file", remedy=_("另存为 UTF-8 编码的 CSV"))


def _mapping(text: str) -> dict[str, str] | None:
    """Lines of `column=field`; None where nothing is said."""
    found = {}
    for line in text.replace("＝", "=").splitlines():
        if line.strip():
            head, equals, name = line.partition("=")
            if not equals:
                raise BadInput(_("列对应关系写成“列名=字段”，每行一列"), field="mapping")
            found[head.strip()] = name.strip()
    return found or None


def _shown(report: Report, known: Presenter) -> dict[str, Any]:
    refused = [
        {
            "line": verdict.row.line,
            "code": verdict.row["code"] or verdict.row["login"],
            "name": verdict.row["name"],
            "field": known.label(verdict.fault.field, "import_field") if verdict.fault else "",
            "reason": known.say(verdict.fault.reason, **verdict.fault.params) if verdict.fault else "",
            "remedy": known.say(verdict.fault.remedy, **verdict.fault.params) if verdict.fault else "",
        }
        for verdict in report.refused
    ]
    return {
        "applied": report.applied,
        "counts": report.counts,
        "ignored": report.ignored,
        "refused": refused[:ROWS_SHOWN],
        "more": max(0, len(refused) - ROWS_SHOWN),
        "issued": report.issued,
    }


def _download(issued: tuple[Issued, ...], known: Presenter) -> str:
    """The first passwords as a file that exists on this one page only."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([known.say(_("账号")), known.say(_("姓名")), known.say(_("初始密码"))])
    writer.writerows([each.login, each.name, each.password] for each in issued)
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(out.getvalue().encode("utf-8-sig")).decode()
