"""Authority over time: authorisations, absences, leavers, who may sign, and imports of the tree and of people."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from onewindow.api import models_admin
from onewindow.api import models_organisation as out
from onewindow.api.auth import At, Who
from onewindow.api.models import Listed
from onewindow.api.parts import PREFIX, Code, Cursor, Id, Key, Limit, Show, page_of
from onewindow.api.problems import documented
from onewindow.i18n import translate
from onewindow.office.types import StaffId
from onewindow.organisation.rows import Absence, Delegation
from onewindow.routing.roster import Report

router = APIRouter(prefix=PREFIX)
Staff = Annotated[str | None, Query(max_length=36, description="of this member of staff only")]


def _name(centre: At, staff: str | None) -> str:
    row = centre.organisation.current.staff.get(StaffId(staff)) if staff else None
    return row.name if row else ""


# Authorisations ------------------------------------------------------------------------------------------------------


def _delegation(centre: At, row: Delegation) -> out.DelegationOut:
    organisation = centre.organisation.current
    post = organisation.posts[row.post]
    return out.DelegationOut(
        id=row.id,
        post=row.post,
        unit=post.unit,
        unit_title=organisation.title(post.unit),
        role=post.role,
        holder=post.staff,
        holder_name=_name(centre, post.staff),
        to=row.to,
        to_name=_name(centre, row.to),
        powers=sorted(row.powers),
        number=row.number,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


@router.get(
    "/delegations",
    tags=["users"],
    responses=documented(401, 403, 422),
    operation_id="listDelegations",
    summary="授权 · Authorisations that have not ended",
)
async def delegations(
    centre: At, who: Who, staff: Staff = None, after: Cursor = None, limit: Limit = 50
) -> Listed[out.DelegationOut]:
    """Given by somebody or to somebody, as far as one sees the post that gave them."""
    found = centre.personnel.delegations(who, staff=staff, after=after, limit=limit)
    rows, following = page_of(found, limit, lambda row: row.id)
    return Listed[out.DelegationOut](items=[_delegation(centre, row) for row in rows], next=following)


@router.post(
    "/delegations",
    tags=["users"],
    status_code=201,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="delegate",
    summary="登记授权 · Enter a written authorisation",
)
async def delegate(centre: At, who: Who, given: out.NewDelegation, key: Key) -> models_admin.Made:
    """A deputy signs only under one of these, and never after its end."""
    made = await centre.personnel.delegate(
        who,
        post=given.post,
        to=given.to,
        powers=given.powers,
        number=given.number,
        valid_from=given.valid_from,
        valid_to=given.valid_to,
        key=key,
    )
    return models_admin.Made(id=made)


@router.delete(
    "/delegations/{delegation}",
    tags=["users"],
    status_code=204,
    responses=documented(401, 403, 404, 409, 422),
    operation_id="endDelegation",
    summary="撤销授权 · Withdraw an authorisation",
)
async def end_delegation(centre: At, who: Who, delegation: Id) -> None:
    await centre.personnel.end_delegation(who, delegation)


# Absences ------------------------------------------------------------------------------------------------------------


def _absence(centre: At, row: Absence) -> out.AbsenceOut:
    return out.AbsenceOut(
        id=row.id,
        staff=row.staff,
        staff_name=_name(centre, row.staff),
        from_at=row.from_at,
        to_at=row.to_at,
        substitute=row.substitute,
        substitute_name=_name(centre, row.substitute) or None,
    )


@router.get(
    "/absences",
    tags=["users"],
    responses=documented(401, 403, 422),
    operation_id="listAbsences",
    summary="离岗 · Absences that run or are to come",
)
async def absences(
    centre: At, who: Who, staff: Staff = None, after: Cursor = None, limit: Limit = 50
) -> Listed[out.AbsenceOut]:
    found = centre.personnel.absences(who, staff=staff, after=after, limit=limit)
    rows, following = page_of(found, limit, lambda row: row.id)
    return Listed[out.AbsenceOut](items=[_absence(centre, row) for row in rows], next=following)


@router.post(
    "/absences",
    tags=["users"],
    status_code=201,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="noteAbsence",
    summary="登记离岗 · Enter an absence and its cover",
)
async def note_absence(centre: At, who: Who, given: out.NewAbsence, key: Key) -> models_admin.Made:
    """Whoever is away signs nothing; the substitute acts in their posts, save those that are personal."""
    made = await centre.personnel.note_absence(
        who, staff=given.staff, from_at=given.from_at, to_at=given.to_at, substitute=given.substitute, key=key
    )
    return models_admin.Made(id=made)


@router.delete(
    "/absences/{absence}",
    tags=["users"],
    status_code=204,
    responses=documented(401, 403, 404, 422),
    operation_id="endAbsence",
    summary="返岗 · End an absence",
)
async def end_absence(centre: At, who: Who, absence: Id) -> None:
    """From this moment they sign again and their cover does not."""
    await centre.personnel.end_absence(who, absence)


# Leavers -------------------------------------------------------------------------------------------------------------


@router.post(
    "/users/{user}/leave",
    tags=["users"],
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="leave",
    summary="办理离任 · Somebody leaves, and hands over",
)
async def leave(centre: At, who: Who, user: Id, given: out.Leaving, key: Key) -> out.LeftOut:
    """Accounts and sessions close, posts and authorisations end, open work goes to the successor or to its unit's
    queue: all at once, and nothing is deleted."""
    left = await centre.personnel.leave(who, user, successor=given.successor, key=key)
    return out.LeftOut(
        accounts=left.accounts, to_successor=left.to_successor, to_queue=left.to_queue, lacking=list(left.lacking)
    )


# Who may sign --------------------------------------------------------------------------------------------------------


@router.get(
    "/units/{unit}/signatories",
    tags=["townships"],
    responses=documented(401, 403, 404, 422),
    operation_id="listSignatories",
    summary="此刻谁能签 · Who may sign at a moment",
)
async def signatories(
    centre: At,
    who: Who,
    unit: Id,
    power: Annotated[str, Query(max_length=60, examples=["slip.sign"])],
    at: Annotated[AwareDatetime | None, Query(description="now, where it is not given")] = None,
) -> list[out.SignatoryOut]:
    """The same answer that every signature is checked against."""
    return [
        out.SignatoryOut(
            staff=each.staff,
            name=_name(centre, each.staff),
            post=each.post,
            role=each.role,
            unit=each.unit,
            basis=each.basis.value,
            number=each.number,
        )
        for each in centre.personnel.signatories(who, power, unit, at)
    ]


@router.get(
    "/townships/{township}/lacks",
    tags=["townships"],
    responses=documented(401, 403, 404, 422),
    operation_id="listLacks",
    summary="启用前还缺什么 · What a township still lacks",
)
async def lacks(centre: At, who: Who, show: Show, township: Code) -> list[out.LackOut]:
    """Empty once it can take matters."""
    return [
        out.LackOut(key=lack.key, text=translate(lack.text, show.lang), remedy=translate(lack.remedy, show.lang))
        for lack in centre.personnel.lacks(who, township)
    ]


@router.get(
    "/organisation/log",
    tags=["users"],
    responses=documented(401, 403, 422),
    operation_id="listOrganisationLog",
    summary="组织变更日志 · What was done to the organisation",
)
async def changes(
    centre: At,
    who: Who,
    subject: Annotated[str | None, Query(max_length=36)] = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> Listed[out.ChangeOut]:
    """For the auditor, newest first: who reset a password, gave a post, entered an absence."""
    found = await centre.personnel.changes(who, subject=subject, after=after, limit=limit)
    rows, following = page_of(found, limit, lambda row: row.id)
    items = [
        out.ChangeOut(id=row.id, at=row.at, actor=row.actor, what=row.what, subject=row.subject, data=row.data)
        for row in rows
    ]
    return Listed[out.ChangeOut](items=items, next=following)


# Imports -------------------------------------------------------------------------------------------------------------


def _report(report: Report, lang: str) -> out.ImportOut:
    rows = []
    for verdict in report.verdicts:
        fault, row = verdict.fault, verdict.row
        rows.append(
            out.ImportRowOut(
                line=row.line,
                outcome=verdict.outcome,
                code=row["code"] or row["login"],
                field=fault.field if fault else "",
                reason=translate(fault.reason, lang, **fault.params) if fault else "",
                remedy=translate(fault.remedy, lang, **fault.params) if fault else "",
            )
        )
    issued = [out.IssuedOut(login=each.login, name=each.name, password=each.password) for each in report.issued]
    return out.ImportOut(
        applied=report.applied, counts=report.counts, ignored=list(report.ignored), rows=rows, issued=issued
    )


@router.post(
    "/imports/units",
    tags=["import"],
    responses=documented(401, 403, 409, 413, 415, 422),
    operation_id="importUnits",
    summary="导入单位 · Import townships and units",
)
async def import_units(centre: At, who: Who, show: Show, given: out.ImportFile, key: Key) -> out.ImportOut:
    """Codes decide what is known and what is new, names never; the same file again changes nothing."""
    report = await centre.roster.units(
        who, given.content, mapping=given.mapping, mode=given.mode, dry_run=given.dry_run, key=key
    )
    return _report(report, show.lang)


@router.post(
    "/imports/people",
    tags=["import"],
    responses=documented(401, 403, 409, 413, 415, 422),
    operation_id="importPeople",
    summary="导入人员 · Import people",
)
async def import_people(centre: At, who: Who, show: Show, given: out.ImportFile, key: Key) -> out.ImportOut:
    """Accounts are made by a system administrator, posts given by whoever may give them: the same file, imported by
    each, does each one's part. First passwords are in this answer and nowhere else."""
    report = await centre.roster.people(
        who, given.content, mapping=given.mapping, mode=given.mode, dry_run=given.dry_run, key=key
    )
    return _report(report, show.lang)
