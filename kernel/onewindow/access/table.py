"""The permission table (domain.md 3.6) as data: action, role, and how far it goes. What is not here is not allowed."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from onewindow.access.actions import Action
from onewindow.organisation.roles import Role


class Scope(StrEnum):
    """How far a permission goes."""

    ALL = "all"  # the whole district
    ESCALATED = "escalated"  # what was reported up to the district (上报件)
    TOWNSHIP = "township"  # the post's township
    SUPERVISED = "supervised"  # what is under supervision in the post's township (在督件)
    WINDOW = "window"  # what lies at the window of the post's township (现场件、窗口件)
    UNIT = "unit"  # what is assigned to the units that the post answers for (本单位)
    ASSIGNED = "assigned"  # what one handles, or one's unit while nobody does (本件)
    OWN_UNIT = "own_unit"  # what was registered at the post's unit (本村)
    OWN = "own"  # what one registered (本人登记)
    DESIGNATED = "designated"  # a sealed matter for which one is named (指定人)


# Held without a post: the person on whom a township's window falls back.
FALLBACK = "fallback"

Row = Mapping[str, frozenset[Scope]]


def _row(**scopes: Scope | tuple[Scope, ...]) -> Row:
    return MappingProxyType(
        {role: frozenset({scope} if isinstance(scope, Scope) else scope) for role, scope in scopes.items()}
    )


_S = Scope
_WINDOW = (Scope.OWN, Scope.WINDOW)
_LOOK = _row(
    district_admin=_S.ESCALATED,
    director=_S.TOWNSHIP,
    deputy=_S.TOWNSHIP,
    registrar=_WINDOW,
    supervisor=_S.SUPERVISED,
    handler=_S.UNIT,
    head=_S.UNIT,
    organ_head=_S.UNIT,
    mediator=_S.UNIT,
    informant=_S.OWN_UNIT,
    designated=_S.DESIGNATED,
    fallback=_S.TOWNSHIP,
)

TABLE: Mapping[Action, Row] = MappingProxyType(
    {
        Action.CASE_REGISTER: _row(
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            registrar=_S.TOWNSHIP,
            supervisor=_S.TOWNSHIP,
            handler=_S.OWN_UNIT,
            head=_S.OWN_UNIT,
            mediator=_S.OWN_UNIT,
            informant=_S.OWN_UNIT,
        ),
        Action.CASE_IMPORT: _row(director=_S.TOWNSHIP, deputy=_S.TOWNSHIP, registrar=_S.TOWNSHIP),
        Action.CASE_LIST: _LOOK,
        Action.CASE_READ: _LOOK,
        # Whoever brings the code stands at the window and asks; it shows no more than the code itself would.
        Action.CASE_BY_CODE: _row(
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            registrar=_S.TOWNSHIP,
            supervisor=_S.TOWNSHIP,
            informant=_S.OWN_UNIT,
            designated=_S.DESIGNATED,
            fallback=_S.TOWNSHIP,
        ),
        Action.CASE_CORRECT: _row(
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            registrar=_WINDOW,
            informant=_S.OWN,
            designated=_S.DESIGNATED,
            fallback=_S.TOWNSHIP,
        ),
        Action.CASE_TRACK: _row(
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            registrar=_WINDOW,
            designated=_S.DESIGNATED,
            fallback=_S.TOWNSHIP,
        ),
        Action.CASE_TRACK_SEALED: _row(
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            registrar=_WINDOW,
            head=_S.UNIT,
            designated=_S.DESIGNATED,
            fallback=_S.TOWNSHIP,
        ),
        Action.CASE_VOID: _row(
            director=_S.TOWNSHIP, deputy=_S.TOWNSHIP, designated=_S.DESIGNATED, fallback=_S.TOWNSHIP
        ),
        Action.CASE_SUPPLEMENT: _row(
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            registrar=_WINDOW,
            informant=_S.OWN,
            designated=_S.DESIGNATED,
            fallback=_S.TOWNSHIP,
        ),
        # Whoever sees danger says so (domain.md T02: anybody).
        Action.CASE_EMERGENCY: _LOOK,
        Action.CASE_JOIN: _row(
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            registrar=_S.TOWNSHIP,
            informant=_S.OWN,
            designated=_S.DESIGNATED,
            fallback=_S.TOWNSHIP,
        ),
        Action.CASE_TRIAGE: _row(
            director=_S.TOWNSHIP, deputy=_S.TOWNSHIP, registrar=_WINDOW, designated=_S.DESIGNATED, fallback=_S.TOWNSHIP
        ),
        Action.CASE_REVEAL: _row(
            district_admin=_S.ESCALATED,
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            registrar=_WINDOW,
            supervisor=_S.SUPERVISED,
            handler=_S.ASSIGNED,
            head=_S.UNIT,
            mediator=_S.ASSIGNED,
            informant=_S.OWN,
        ),
        Action.CASE_REVEAL_SEALED: _row(
            handler=_S.ASSIGNED, head=_S.ASSIGNED, mediator=_S.ASSIGNED, designated=_S.DESIGNATED
        ),
        Action.CASE_PARTY_PAPER: _row(
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            registrar=_S.TOWNSHIP,
            supervisor=_S.TOWNSHIP,
            designated=_S.DESIGNATED,
        ),
        Action.CASE_WITHDRAW: _row(
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            registrar=_S.TOWNSHIP,
            supervisor=_S.TOWNSHIP,
            designated=_S.DESIGNATED,
        ),
        Action.CODE_RENEW: _row(
            director=_S.TOWNSHIP, deputy=_S.TOWNSHIP, registrar=_S.TOWNSHIP, designated=_S.DESIGNATED
        ),
        Action.CASE_FOLLOW_UP: _row(
            district_admin=_S.ESCALATED,
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            supervisor=_S.TOWNSHIP,
            mediator=_S.UNIT,
            designated=_S.DESIGNATED,
        ),
        Action.CASE_SUPERVISE: _row(
            district_admin=_S.ESCALATED, director=_S.TOWNSHIP, deputy=_S.TOWNSHIP, supervisor=_S.TOWNSHIP
        ),
        Action.CASE_STUDY: _row(director=_S.TOWNSHIP, deputy=_S.TOWNSHIP, supervisor=_S.TOWNSHIP),
        Action.CASE_ESCALATE: _row(director=_S.TOWNSHIP),
        Action.CASE_DISTRICT_ASSIGN: _row(district_admin=_S.ESCALATED),
        Action.CASE_CLOSE: _row(director=_S.TOWNSHIP, deputy=_S.TOWNSHIP, designated=_S.DESIGNATED),
        Action.CASE_REOPEN: _row(director=_S.TOWNSHIP, designated=_S.DESIGNATED),
        Action.CASE_EXPORT: _row(director=_S.TOWNSHIP),
        Action.SLIP_SIGN: _row(director=_S.TOWNSHIP),
        Action.ASSIGNMENT_SIGN: _row(
            district_admin=_S.ESCALATED,
            handler=_S.ASSIGNED,
            head=_S.UNIT,
            mediator=_S.ASSIGNED,
            designated=_S.DESIGNATED,
        ),
        Action.ASSIGNMENT_ACT: _row(
            district_admin=_S.ESCALATED,
            registrar=_S.WINDOW,
            handler=_S.ASSIGNED,
            head=_S.UNIT,
            mediator=_S.ASSIGNED,
            designated=_S.DESIGNATED,
        ),
        Action.ASSIGNMENT_RETURN: _row(district_admin=_S.ESCALATED, head=_S.UNIT, designated=_S.DESIGNATED),
        Action.ASSIGNMENT_RECALL: _row(
            director=_S.TOWNSHIP, deputy=_S.TOWNSHIP, registrar=_WINDOW, designated=_S.DESIGNATED, fallback=_S.TOWNSHIP
        ),
        Action.ASSIGNMENT_REASSIGN: _row(
            district_admin=_S.ESCALATED,
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            designated=_S.DESIGNATED,
            fallback=_S.TOWNSHIP,
        ),
        Action.ASSIGNMENT_REVIEW_OBJECTION: _row(deputy=_S.TOWNSHIP, supervisor=_S.TOWNSHIP),
        Action.ASSIGNMENT_RULE_OBJECTION: _row(director=_S.TOWNSHIP, designated=_S.DESIGNATED, fallback=_S.TOWNSHIP),
        Action.ASSIGNMENT_PAPER: _row(
            deputy=_S.TOWNSHIP, registrar=_WINDOW, designated=_S.DESIGNATED, fallback=_S.TOWNSHIP
        ),
        Action.RECUSAL_DECIDE: _row(head=_S.UNIT, organ_head=_S.UNIT),
        Action.ANSWER_APPROVE: _row(head=_S.UNIT),
        Action.EXTENSION_APPROVE: _row(director=_S.WINDOW, organ_head=_S.UNIT),
        Action.ATTACHMENT_READ: _LOOK,
        Action.ATTACHMENT_ADD: _row(
            district_admin=_S.ESCALATED,
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            registrar=_WINDOW,
            supervisor=_S.SUPERVISED,
            handler=_S.ASSIGNED,
            head=_S.UNIT,
            mediator=_S.ASSIGNED,
            informant=_S.OWN,
            designated=_S.DESIGNATED,
            fallback=_S.TOWNSHIP,
        ),
        Action.DOCUMENT_READ: _LOOK,
        Action.DOCUMENT_SERVE: _row(
            deputy=_S.TOWNSHIP,
            registrar=_WINDOW,
            handler=_S.ASSIGNED,
            head=_S.UNIT,
            mediator=_S.ASSIGNED,
            informant=_S.OWN_UNIT,
            designated=_S.DESIGNATED,
            fallback=_S.TOWNSHIP,
        ),
        Action.DOCUMENT_SERVE_LATE: _row(
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            registrar=_WINDOW,
            supervisor=_S.TOWNSHIP,
            designated=_S.DESIGNATED,
            fallback=_S.TOWNSHIP,
        ),
        Action.OFFICE_READ: _row(
            district_admin=_S.ALL,
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            auditor=_S.ALL,
            sysadmin=_S.ALL,
            secadmin=_S.ALL,
        ),
        Action.OFFICE_ENABLE: _row(district_admin=_S.ALL, sysadmin=_S.ALL),
        Action.OFFICE_APPROVE: _row(district_admin=_S.ALL, sysadmin=_S.ALL, secadmin=_S.ALL),
        Action.TOWNSHIP_MANAGE: _row(district_admin=_S.ALL, sysadmin=_S.ALL),
        Action.USER_READ: _row(
            district_admin=_S.ALL,
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            head=_S.UNIT,
            auditor=_S.ALL,
            sysadmin=_S.ALL,
            secadmin=_S.ALL,
        ),
        Action.USER_MANAGE: _row(sysadmin=_S.ALL),
        Action.STAFF_LEAVE: _row(district_admin=_S.ALL, secadmin=_S.ALL),
        Action.POST_MANAGE: _row(district_admin=_S.ALL, secadmin=_S.ALL),
        Action.DELEGATION_MANAGE: _row(district_admin=_S.ALL, director=_S.TOWNSHIP, organ_head=_S.UNIT),
        Action.ABSENCE_MANAGE: _row(
            district_admin=_S.ALL, director=_S.TOWNSHIP, deputy=_S.TOWNSHIP, head=_S.UNIT, organ_head=_S.UNIT
        ),
        Action.DUTY_MANAGE: _row(district_admin=_S.ALL, director=_S.TOWNSHIP),
        Action.CALENDAR_IMPORT: _row(district_admin=_S.ALL),
        Action.SETTINGS_MANAGE: _row(district_admin=_S.ALL),
        Action.PARKED_REPLAY: _row(sysadmin=_S.ALL),
        Action.AUDIT_READ: _row(auditor=_S.ALL),
        Action.STATS_READ: _row(
            district_admin=_S.ALL,
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            registrar=_S.TOWNSHIP,
            supervisor=_S.TOWNSHIP,
            handler=_S.TOWNSHIP,
            head=_S.TOWNSHIP,
            organ_head=_S.TOWNSHIP,
            mediator=_S.TOWNSHIP,
            informant=_S.TOWNSHIP,
            auditor=_S.ALL,
        ),
        Action.HEALTH_READ: _row(
            district_admin=_S.ALL,
            director=_S.TOWNSHIP,
            deputy=_S.TOWNSHIP,
            auditor=_S.ALL,
            sysadmin=_S.ALL,
            secadmin=_S.ALL,
        ),
    }
)

# The table's columns: every role, and the one that no post carries.
COLUMNS = (*(str(role) for role in Role), FALLBACK)
