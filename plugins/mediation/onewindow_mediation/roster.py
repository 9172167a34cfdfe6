"""调解员名册: who of the staff mediates. It only grows: of several entries of one person the newest counts."""

from datetime import date

from onewindow.office import Context, Form, Record, Refusal, StaffId, field

SHOWN_FOR = "供当事人选择调解员"


class MediationRecord(Record):
    """Base of this office's records."""

    office = "mediation"


class RosterEntry(MediationRecord, table=True):
    """调解员名册"""

    staff_id: str = field("工作人员", max_length=36)
    shown_name: str = field("调解员姓名", max_length=60, personal=SHOWN_FOR, keep="years(10)")
    committee: str = field("调解委员会", default="", max_length=100)
    good_at: str = field("擅长的纠纷", default="", max_length=200)
    since: date = field("聘任日期")
    ended_on: date | None = field("离任日期", default=None)


class Enrol(Form):
    """One of the staff joins the roster, or their entry is written anew."""

    staff_id: StaffId = field("工作人员")
    shown_name: str = field("调解员姓名", min_length=2, max_length=60, personal=SHOWN_FOR, keep="years(10)")
    committee: str = field("调解委员会", default="", max_length=100)
    good_at: str = field("擅长的纠纷", default="", max_length=200)


class Leave(Form):
    mediator: str = field("调解员", max_length=40)


def on_duty(ctx: Context) -> dict[str, RosterEntry]:
    """The mediators of today by the id of their staff: the newest entry of each, unless that one ended."""
    newest: dict[str, RosterEntry] = {}
    after: str | None = None
    while page := ctx.find(RosterEntry, after=after, limit=200):
        newest |= {entry.staff_id: entry for entry in page}
        after = page[-1].id
    return {staff: entry for staff, entry in newest.items() if entry.ended_on is None}


def choices(ctx: Context, without: list[StaffId]) -> dict[str, str]:
    """Whom one may choose, with what they are good at."""
    return {
        staff: " ".join(filter(None, (entry.shown_name, entry.good_at)))
        for staff, entry in on_duty(ctx).items()
        if staff not in without
    }


def enrol(ctx: Context, form: Enrol) -> Refusal | None:
    known = on_duty(ctx).get(form.staff_id)
    same = known and (known.shown_name, known.committee, known.good_at)
    if same == (form.shown_name, form.committee, form.good_at):
        return Refusal("名册上已经有这位调解员")
    since = known.since if known else ctx.today
    ctx.add(RosterEntry(**form.model_dump(), since=since))
    return None


def leave(ctx: Context, staff: str) -> Refusal | None:
    known = on_duty(ctx).get(staff)
    if known is None:
        return Refusal("名册上没有这位调解员", remedy="从名册中选择")
    kept = known.model_dump(exclude={"id", "ended_on"})
    ctx.add(RosterEntry(**kept, ended_on=ctx.today))
    return None
