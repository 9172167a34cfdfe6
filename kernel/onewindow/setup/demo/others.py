"""How the demo's other matters go on: suggestions, sealed ones, and whatever runs on paper or lies at the window."""

from datetime import UTC, datetime
from typing import Any

from onewindow.registry.intake import Danger, Emergency, External, Line110, System
from onewindow.routing.opinions import Score
from onewindow.setup.demo.claims import DISCIPLINE, PHONE, rate
from onewindow.setup.demo.steps import Course, act, by_clerk, serve, sign
from onewindow.setup.demo.story import Story


async def adopted(story: Story) -> None:
    words = story.matter.words
    await story.act("head", "reply", result="adopted", study=words.answer, opinion=words.reason)


async def noted(story: Story) -> None:
    words = story.matter.words
    await story.act(
        "head", "reply", result="noted", study=words.answer, opinion="现有条件下暂不能全部办到，已列入下一年计划"
    )


async def hand_over(story: Story) -> None:
    await story.act("sealed", "hand_over", independent=True, papers=["来信原件", "收条复印件"], **DISCIPLINE)


async def danger(story: Story) -> None:
    """Somebody says that it is dangerous, and which line was called."""
    at = story.centre.now().astimezone(UTC)
    call: dict[str, Any] = {"line": Line110.FIRE, "at": at, "by": "值班员"}
    report = "现场有烟，已通知物业疏散楼上住户，消防救援站已出动"
    given = Emergency(danger=Danger.PUBLIC, calls=[call], report=report)
    await story.centre.supplement.emergency(story.who("deputy"), story.number, given)


async def number_elsewhere(story: Story) -> None:
    """The hotline has a number of its own for it."""
    day = f"{datetime.strftime(story.centre.now(), '%m%d')}"
    external = External(system=System.HOTLINE_12345, number=f"RX{story.today.year}{day}{story.number[-4:]}")
    await story.centre.supplement.relate(story.who("registrar"), story.number, external=[external])


PRINTED: Course = ((0, by_clerk("letter")),)
SIGNED_FOR: Course = (*PRINTED, (1, by_clerk("receipt")))

COURSES: dict[str, Course] = {
    "stays": (),
    "danger": ((0, danger), (0, by_clerk("letter", "deputy")), (1, by_clerk("receipt", "deputy"))),
    "paper.hotline": ((0, number_elsewhere), *SIGNED_FOR),
    "paper.printed": PRINTED,
    "paper.signed": SIGNED_FOR,
    "paper.answered": (*SIGNED_FOR, (6, by_clerk("answer"))),
    "paper.fast": (*SIGNED_FOR, (2, by_clerk("answer"))),
    "paper.pleased": (*SIGNED_FOR, (5, by_clerk("answer")), (6, rate(Score.SATISFIED, "第三天就有人上门了"))),
    "paper.fairly": (*SIGNED_FOR, (9, by_clerk("answer")), (11, rate(Score.FAIRLY))),
    "suggestion.new": (),
    "suggestion.studied": ((1, sign("handler")), (3, act("handler", "take_up", phone=PHONE)), (
        4, serve("handler", "suggestion_notice"))),
    "suggestion.adopted": (
        (1, sign("handler")), (3, act("handler", "take_up", phone=PHONE)), (8, adopted),
        (9, serve("handler", "suggestion_reply")), (10, rate(Score.SATISFIED)),
    ),
    "suggestion.noted": (
        (1, sign("handler")), (4, act("handler", "take_up", phone=PHONE)), (12, noted),
        (13, serve("handler", "suggestion_reply")),
    ),
    "sealed.new": (),
    "sealed.signed": ((1, sign("sealed")),),
    "sealed.handing": ((1, sign("sealed")), (2, hand_over)),
    "sealed.handed": ((1, sign("sealed")), (2, hand_over), (
        5, act("sealed", "receipt", receipt_no="收120-7", received_on="today"))),
}  # fmt: skip
