"""How the demo's petitions go on: each course is the days after registration on which somebody takes a step."""

from sqlalchemy import select

from onewindow.documents.models import ServiceMethod
from onewindow.office.types import Track
from onewindow.registry.intake import PartyInput
from onewindow.routing.objections import OBJECTION
from onewindow.routing.opinions import Score
from onewindow.routing.retrack import Change
from onewindow.setup.demo.casting import Casting
from onewindow.setup.demo.steps import Course, Step, act, serve, sign
from onewindow.setup.demo.story import Story
from onewindow.setup.demo.units import PETITION

PHONE = "0530-0000120"
HOURS = "工作日9:00-17:00"
REVIEW = {
    "organ": "示范区人民政府（信访局代收）",
    "address": "示范区政和路1号",
    "phone": "0530-0000110",
    "hours": HOURS,
}
COURT = {"organ": "示范区人民法院立案庭", "address": "示范区公正路6号", "phone": "0530-0000126", "hours": HOURS}
FUND = {"organ": "示范区住房公积金管理部", "address": "示范区政和路18号二楼", "phone": "0530-0000123", "hours": HOURS}
DISCIPLINE = {"organ": "示范区纪委监委信访室", "address": "示范区政和路3号", "phone": "0530-0000119", "hours": HOURS}


async def accept(story: Story) -> None:
    """The handler calls first, for which the number has to be shown: the person sees that it was."""
    party = await story.party("applicant", "handler")
    why = "联系信访人核实诉求"
    await story.centre.desk.reveal(story.who("handler"), story.number, party, why, fields=("phone",))
    asked = list(story.matter.requests)
    await story.claim("handler", "accept", requests=asked, no_other_way=True, phone=PHONE)


async def draft(story: Story) -> None:
    words = story.matter.words
    points = [
        {"request": asked, "opinion": "support" if number == 0 else "explain", "reason": words.reason,
         "law": words.law, "article": words.article}
        for number, asked in enumerate(story.matter.requests)
    ]  # fmt: skip
    unit = f"{story.matter.township.name}村镇建设和物业管理办公室"
    await story.claim(
        "handler",
        "draft",
        findings=words.answer,
        evidence=["现场照片4张", "询问记录2份", "相关台账复印件"],
        points=points,
        tasks=[{"unit": unit, "task": story.matter.requests[0][:200], "due_on": str(story.day(30))}],
        review_place=REVIEW,
    )


async def approve(story: Story) -> None:
    note = "事实清楚，依据现行有效，已告知复查途径，同意签发"
    await story.claim("mayor", "approve", legal_note=note)


async def extend(story: Story) -> None:
    reason = "需要有资质的机构出具检测意见，预计还需一个月"
    await story.claim("mayor", "extend", days=30, reason=reason)


async def redirect(story: Story) -> None:
    await story.act(
        "head", "redirect", PETITION, way="1", mode="inform", reason="双方对合同效力有争议，应当由人民法院审理",
        time_limit="诉讼时效一般为三年", papers=["身份证明", "合同原件", "付款凭证"], **COURT,
    )  # fmt: skip


async def transfer(story: Story) -> None:
    await story.act(
        "head", "redirect", PETITION, way="other", mode="transfer", papers=["来信复印件"],
        reason="所反映的路段由区交通运输部门管养", organ="示范区交通运输局", address="示范区通达路2号",
        phone="0530-0000127", hours=HOURS,
    )  # fmt: skip


async def refuse(story: Story) -> None:
    reason = "住房公积金的提取由公积金管理机构决定，不属于镇街职权"
    await story.claim("head", "refuse", ground="not_ours", reason=reason, **FUND)


async def object_to_it(story: Story) -> None:
    await story.claim(
        "head",
        "objection",
        reason="所反映的设施由区级部门管理，养护责任不在本单位",
        duty="区级权责清单第37项：区管设施的养护和维修",
    )


def ruled(uphold: bool) -> Step:
    async def rule(story: Story) -> None:
        mine = select(OBJECTION.c.id).where(OBJECTION.c.case_id == story.case.case_id, OBJECTION.c.state == "open")
        objection = str(await story.centre.store.read(lambda conn: conn.execute(mine).scalar_one()))
        reason = "经核对权责清单，确不属于该单位职责" if uphold else "设施虽属区管，日常巡查仍在镇街职责之内，应当受理"
        await story.centre.handling.rule_objection(story.who("director"), objection, uphold=uphold, reason=reason)

    return rule


async def to_another_unit(story: Story) -> None:
    organisation = story.centre.organisation.current
    code = story.who("deputy").posts[0].township
    unit = next(u.id for u in organisation.units.values() if u.township == code and u.name.endswith("党政办公室"))
    await story.centre.handling.reassign(story.who("deputy"), story.number, unit, "异议成立，改由党政办协调区级部门")


async def request_review(story: Story) -> None:
    await story.says("request_review", PETITION, requested_on=str(story.today), request="请上级机关重新核实面积和依据")


async def taken_up_above(story: Story) -> None:
    """The district's petition office signs for the file."""
    await story.sign("handler0", PETITION)


async def send_file(story: Story) -> None:
    papers = [{"title": "信访事项处理意见书", "dated": str(story.today)}, {"title": "现场核查材料", "pages": 12}]
    await story.claim("handler", "send_file", organ=REVIEW["organ"], papers=papers)


def above_said(result: str) -> Step:
    async def said(story: Story) -> None:
        day = str(story.today)
        number = f"示范政信复〔{story.today.year}〕{int(story.number[-3:])}号"
        await story.claim("handler", "review_result", result=result, number=number, decided_on=day, served_on=day)

    return said


async def step_aside(story: Story) -> None:
    reason = "反映的合作社由我姐夫负责，我不便经办"
    await story.claim("handler", "step_aside", ground="kin", reason=reason)


async def recusal_granted(story: Story) -> None:
    file = await story.file("deputy")
    waiting = (await story.centre.handling.recusals(file))[0]
    other = story.who("colleague").staff_id
    await story.centre.handling.decide_recusal(
        story.who("head"), waiting["id"], granted=True, reason="确有亲属关系，改由同事经办", officer=other
    )


async def to_mediators(story: Story) -> None:
    reason = "双方都愿意坐下来谈，希望由调解室主持"
    await story.claim("handler", "mediate", reason=reason, applicant=True, respondent="yes", asked_on=str(story.today))


async def nudge(story: Story) -> None:
    await story.centre.applicant.nudge(await story.me())


async def withdraw(story: Story) -> None:
    await story.centre.applicant.withdraw(await story.me(), "事情已经当面说清楚了，不用再办")


async def withdraw_on_paper(story: Story) -> None:
    party = await story.party("applicant")
    await story.centre.counter.withdraw(
        story.who("registrar"), story.number, party, asked_on=story.today, reason="对方已经整改"
    )


async def take_back(story: Story) -> None:
    await story.centre.applicant.revoke(await story.me())


async def verify(story: Story) -> None:
    party = await story.party("applicant")
    await story.centre.counter.verify_withdrawal(
        story.who("supervisor"), story.number, party, own_will=True, told="电话回访，本人说是自己愿意撤回的，没有人要求"
    )


async def add_words(story: Story) -> None:
    text = "补充一下：昨天下午又去看了，情况和上次说的一样，我拍了照片，需要时可以带来。"
    await story.centre.applicant.add_material(await story.me(), text)


def rate(score: Score, reason: str = "") -> Step:
    async def rated(story: Story) -> None:
        await story.centre.applicant.rate(await story.me(), score, reason)

    return rated


async def retrack(story: Story) -> None:
    change = Change(Track.CLAIM, "来人要求书面处理意见，改按申诉求决办理")
    story.number = await story.centre.handling.change_track(story.who("deputy"), story.number, change) or story.number


async def void(story: Story) -> None:
    reason = "同一人当天在工作站已登记同一事项，本件为重复录入"
    await story.centre.handling.void(story.who("deputy"), story.number, reason)


def joined(many: int) -> Step:
    """Others say that it is the same for them; each gets a code of their own."""

    async def join(story: Story) -> None:
        town = story.matter.township
        said = story.matter.words.texts[-1].format(spot=story.matter.place)
        came = Casting(many).neighbours(town, many)
        parties = [
            PartyInput(**{**one, "statement": said if number % 3 == 0 else ""}) for number, one in enumerate(came)
        ]
        await story.centre.supplement.join(story.who("registrar"), story.number, parties)

    return join


SIGNED: Course = ((1, sign("handler")),)
ACCEPTED: Course = (*SIGNED, (3, accept), (4, serve("handler", "acceptance_notice")))
BY_POST: Course = (
    (1, sign("handler")), (5, accept),
    (7, serve("registrar", "acceptance_notice", method=ServiceMethod.POST, tracking_no="XA12000000120CN")),
)  # fmt: skip
DRAFTED: Course = (*ACCEPTED, (12, draft), (13, act("handler", "submit")))
REPLIED: Course = (*DRAFTED, (15, approve), (16, serve("handler", "reply")))
LATE: Course = (*ACCEPTED, (40, draft), (43, act("handler", "submit")))
REDIRECTED: Course = ((1, sign("handler")), (4, redirect), (5, serve("handler", "redirect_notice")))
REVIEWING: Course = (*REPLIED, (24, request_review), (26, send_file), (27, taken_up_above))

COURSES: dict[str, Course] = {
    "claim.new": (),
    "claim.signed": SIGNED,
    "claim.accepted": ACCEPTED,
    "claim.post": BY_POST,
    "claim.added": (*ACCEPTED, (6, add_words)),
    "claim.nudged": (*ACCEPTED, (20, nudge), (29, nudge)),
    "claim.suspended": (
        *ACCEPTED, (9, act("head", "suspend", cause="appraisal", note="等待房屋安全检测报告")),
    ),
    "claim.extended": (*ACCEPTED, (50, extend), (51, serve("handler", "extension_notice"))),
    "claim.drafted": DRAFTED,
    "claim.back": (*DRAFTED, (14, act("mayor", "send_back", reason="第二项没有写明依据，请补充条款"))),
    "claim.replied": REPLIED,
    "claim.pleased": (*REPLIED, (18, rate(Score.SATISFIED, "跑了两趟现场，说话也和气"))),
    "claim.displeased": (*REPLIED, (19, rate(Score.DISSATISFIED, "答复说支持，但没有写哪天修好"))),
    "claim.reviewing": REVIEWING,
    "claim.upheld": (*REVIEWING, (36, above_said("upheld"))),
    "claim.revoked": (*REVIEWING, (38, above_said("revoked"))),
    "claim.refused": ((1, sign("handler")), (3, refuse), (4, serve("head", "refusal_notice"))),
    "claim.redirected": REDIRECTED,
    "claim.transferred": ((1, sign("handler")), (4, transfer), (5, serve("handler", "redirect_notice")), (
        8, act("handler", "receipt", receipt_no="交接〔120〕号", received_on="today"))),
    "claim.objected": ((1, sign("handler")), (2, object_to_it)),
    "claim.objection_refused": ((1, sign("handler")), (2, object_to_it), (4, ruled(False)), (6, accept)),
    "claim.objection_upheld": (
        (1, sign("handler")), (2, object_to_it), (4, ruled(True)), (5, to_another_unit),
    ),
    "claim.withdrawing": (*ACCEPTED, (10, withdraw)),
    "claim.withdrawn": (*ACCEPTED, (8, withdraw), (10, verify)),
    "claim.withdrawn_paper": (*ACCEPTED, (6, withdraw_on_paper), (7, verify)),
    "claim.taken_back": (*ACCEPTED, (7, withdraw), (9, take_back)),
    "claim.recusing": (*SIGNED, (2, step_aside)),
    "claim.recused": (*SIGNED, (2, step_aside), (4, recusal_granted)),
    "claim.retracked": ((1, retrack), (2, sign("handler")), (4, accept)),
    "claim.void": ((1, void),),
    "claim.mass": (
        (1, joined(9)), (1, sign("handler")), (3, accept), (4, serve("handler", "acceptance_notice")), (5, joined(11)),
        (8, joined(7)),
    ),
}  # fmt: skip
