"""How the demo's disputes go on in mediation: asked, declined, talked over, agreed, kept and not kept."""

from datetime import timedelta
from typing import Any

from onewindow.routing.opinions import Score
from onewindow.setup.demo.claims import ACCEPTED, rate, to_mediators
from onewindow.setup.demo.steps import Course, act, sign
from onewindow.setup.demo.story import Story
from onewindow.setup.demo.units import MEDIATION


async def invite(story: Story) -> None:
    await story.act(
        "clerk", "invite", MEDIATION, subject=story.matter.text, claims=list(story.matter.requests), told=True,
        willing=True,
    )  # fmt: skip


async def other_side(story: Story, action: str) -> None:
    """What the other side signed on paper, entered by the window."""
    party = await story.party("respondent")
    await story.act("deputy", action, MEDIATION, party=party, signed_on=str(story.today))


async def i_agree(story: Story) -> None:
    await story.says("consent", MEDIATION)


async def they_agree(story: Story) -> None:
    await other_side(story, "consent")


async def they_decline(story: Story) -> None:
    await other_side(story, "decline")


async def enrol(story: Story) -> None:
    """The township's mediator joins the roster with the first matter that needs one."""
    person = story.who("mediator")
    await story.act(
        "mhead", "enrol", MEDIATION, staff_id=str(person.staff_id), shown_name=person.name,
        committee=f"{story.matter.township.name}人民调解委员会", good_at="邻里、借贷、土地承包",
    )  # fmt: skip


async def appoint(story: Story) -> None:
    await story.act("mhead", "appoint", MEDIATION, mediator=str(story.who("mediator").staff_id))


async def hold(story: Story) -> None:
    words, name = story.matter.words, story.who("clerk").name
    held = story.centre.now() - timedelta(minutes=50)
    await story.act(
        "mediator", "hold", MEDIATION, held_at=held.isoformat(), place=f"{story.matter.township.name}综治中心调解室",
        recorder=name, attending="双方当事人、村居信息员", told=True,
        statements=[
            {"side": "applicant", "said": story.matter.text, "wants": story.matter.requests[0]},
            {"side": "respondent", "said": words.answer, "wants": "事情可以商量，希望给些时间"},
        ],
        undisputed=[words.reason], disputed=["数额和时间"], plan=words.terms, outcome="双方愿意就数额和时间再商量",
    )  # fmt: skip


def terms(story: Story, days: int) -> dict[str, Any]:
    """What both sides came to; half of it is to be kept at once, the rest within these days."""
    words = story.matter.words
    first = {"side": "respondent", "what": words.terms, "how": "当面", "due_on": str(story.day(days))}
    second = {"side": "applicant", "what": "收到后出具收条，双方今后互不追究", "due_on": str(story.day(days + 5))}
    return {
        "facts": words.reason,
        "duties": "双方对起因均有一定责任，由被申请人承担主要部分",
        "terms": f"被申请人{words.terms}；双方今后和睦相处",
        "promises": [first, second],
        "default_clause": "到期不履行的，另一方可以就协议向人民法院起诉",
    }


async def agree(story: Story) -> None:
    await story.act("mediator", "agree_written", MEDIATION, copies=3, **terms(story, 20))


async def agree_orally(story: Story) -> None:
    await story.act(
        "mediator", "agree_orally", MEDIATION, reached_on=str(story.today), none_wants_paper=True, **terms(story, 7)
    )


async def both_sign(story: Story) -> None:
    for role in ("applicant", "respondent"):
        party = await story.party(role)
        await story.act("mediator", "party_signs", MEDIATION, party=party, how="signature", on=str(story.today))


async def one_signs(story: Story) -> None:
    party = await story.party("applicant")
    await story.act("mediator", "party_signs", MEDIATION, party=party, how="pressed", on=str(story.today))


async def in_force(story: Story) -> None:
    await both_sign(story)
    await story.act("mediator", "mediator_signs", MEDIATION, on=str(story.today))
    await story.act("mhead", "stamp", MEDIATION, on=str(story.today))


async def kept(story: Story) -> None:
    for promise in ("1", "2"):
        await story.act("mediator", "kept", MEDIATION, promise=promise, on=str(story.today))


async def broken(story: Story) -> None:
    what = "到期后只付了一部分，电话里说手头紧，没有说什么时候补齐"
    for promise in ("1", "2"):
        await story.act("mediator", "not_kept", MEDIATION, promise=promise, what=what)


async def both_ask_court(story: Story) -> None:
    await story.says("ask_court", MEDIATION, true=True)
    party = await story.party("respondent")
    await story.act("deputy", "ask_court", MEDIATION, party=party, signed_on=str(story.today), true=True)


async def follow_up(story: Story) -> None:
    await story.act(
        "director", "follow_up", MEDIATION, on=str(story.today), way="电话", tries=1, side="applicant", kept="all",
        detail="对方按约定办了，两家现在见面也说话", satisfied="yes",
    )  # fmt: skip


STARTED: Course = ((1, sign("clerk", MEDIATION)), (2, invite))
AGREED_TO: Course = (*STARTED, (3, i_agree), (5, they_agree))
TAKEN: Course = (*AGREED_TO, (6, act("clerk", "accept", MEDIATION)))
APPOINTED: Course = (*TAKEN, (7, appoint))
TALKING: Course = (*APPOINTED, (10, hold))
SIGNING: Course = (*TALKING, (15, hold), (15, agree))
IN_FORCE: Course = (*SIGNING, (16, in_force))
KEPT: Course = (*IN_FORCE, (30, kept), (33, follow_up))

COURSES: dict[str, Course] = {
    "dispute.new": (),
    "dispute.asked": STARTED,
    "dispute.half": (*STARTED, (3, i_agree)),
    "dispute.declined": (*STARTED, (3, i_agree), (6, they_decline)),
    "dispute.unfit": ((1, sign("clerk", MEDIATION)), (2, act(
        "clerk", "cannot", MEDIATION, ground="in_court", note="同一纠纷法院上月已经立案"))),
    "dispute.first": (
        *TAKEN, (6, enrol), (7, appoint), (10, hold), (15, hold), (15, agree), (16, in_force), (30, kept),
        (33, follow_up), (36, act("mediator", "finish", MEDIATION)),
    ),
    "dispute.taken": TAKEN,
    "dispute.appointed": APPOINTED,
    "dispute.talking": TALKING,
    "dispute.failed": (*TALKING, (18, act("mediator", "fail", MEDIATION))),
    "dispute.signing": (*SIGNING, (16, one_signs)),
    "dispute.in_force": IN_FORCE,
    "dispute.oral": (*TALKING, (12, agree_orally)),
    "dispute.court": (*IN_FORCE, (20, both_ask_court), (22, act(
        "mediator", "submitted", MEDIATION, court="示范区人民法院", on="today"))),
    "dispute.kept": KEPT,
    "dispute.finished": (*KEPT, (36, act("mediator", "finish", MEDIATION)), (37, rate(Score.SATISFIED, "没有伤和气"))),
    "dispute.broken": (*IN_FORCE, (41, broken), (42, act("mediator", "finish", MEDIATION))),
    "claim.mediating": (*ACCEPTED, (6, to_mediators), (7, sign("clerk", MEDIATION)), (8, invite), (9, i_agree), (
        11, they_agree), (12, act("clerk", "accept", MEDIATION)), (13, appoint), (15, hold)),
    "claim.mediation_declined": (*ACCEPTED, (6, to_mediators), (7, sign("clerk", MEDIATION)), (8, invite), (
        10, they_decline)),
}  # fmt: skip
