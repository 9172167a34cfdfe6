"""Mediation by hand in a browser, desktop and phone: from petition to an agreement that was kept, and to a refusal."""

from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Locator

from tests.journeys.marks import on_the_first
from tests.journeys.mediating import CODE, PARTIES, TEXT, agreement, session
from tests.journeys.steps import ACCEPT
from tests.journeys.test_browser import Screen, screen
from tests.support.arrangements import Township
from tests.support.clients import Citizen, today

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def fill(form: Locator, **values: str) -> None:
    """Fill in fields by their names: choices are chosen, boxes ticked, the rest typed."""
    for name, value in values.items():
        field = form.locator(f'[name="{name}"]')
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        elif field.get_attribute("type") == "checkbox":
            field.check()
        else:
            field.fill(value)


def petition(township: Township) -> Citizen:
    """A claim against a neighbour, accepted by the petition office."""
    citizen = township.bring(TEXT, track="C", category="0201", parties=PARTIES, request=ACCEPT["requests"][0], by={})
    township.handler.sign(citizen.number)
    township.handler.take(citizen.number, "accept", **ACCEPT)
    return citizen


def hands_over(handler: Screen, number: str) -> None:
    handler.go(f"/case/{number}")
    form = handler.operation("/mediate")
    fill(form, reason="双方是邻居,愿意坐下来谈", asked_on=str(today()))
    handler.send(form, "信访人没有同意调解")
    form = handler.operation("/mediate")
    fill(form, applicant="on", respondent="yes")
    handler.look("handing-over")
    handler.send(form, "已办理：提请调解")


def asks(mediator: Screen, number: str) -> None:
    """The mediation office signs for it and asks both sides."""
    mediator.page.get_by_role("link", name=number).click()
    mediator.send(mediator.operation("/sign"), "已签收")
    form = mediator.operation("/invite")
    mediator.look("invite")
    fill(form, told="on", willing="on")
    mediator.send(form, "已办理：登记申请，征询对方意见")
    mediator.look("consenting")
    letter = mediator.page.locator("#documents, main").get_by_text("查询码告知书").first
    assert letter.count() and not mediator.page.get_by_role("link", name="查询码告知书").count(), (
        "not for who handles it"
    )


def reads_code(deputy: Screen, number: str) -> str:
    """The window opens the letter with the other party's code."""
    deputy.go(f"/case/{number}")
    found = CODE.search(deputy.pdf(deputy.page.get_by_role("link", name="查询码告知书").first))
    assert found is not None
    return found[0]


def enters(party: Screen, code: str) -> None:
    party.go("/track")
    party.page.locator("[name=code]").fill(code)
    party.page.get_by_role("button", name="查询").click()
    party.page.wait_for_url("**/tracked")


def acts(who: Screen, action: str, says: str = "已经办好", **values: str) -> None:
    form = who.operation(f"/{action}")
    fill(form, **values)
    who.send(form, says)


def cast(browser: Browser, township: Township, size: str, stack: ExitStack) -> tuple[Screen, ...]:
    """Everybody with a browser of their own: handler, mediator, head, deputy, applicant, respondent."""
    made = [stack.enter_context(screen(browser, township, size)) for _ in range(6)]
    for person, login in zip(made, ("handler", "mediator", "mhead", "deputy"), strict=False):
        person.log_in(township.town.login(login), "")
    return tuple(made)


def begins(browser: Browser, township: Township, size: str, stack: ExitStack) -> tuple[Citizen, tuple[Screen, ...]]:
    """As far as both parties being asked, each on a page of their own."""
    township.enable(office="mediation")
    citizen = petition(township)
    people = cast(browser, township, size, stack)
    handler, mediator, _head, deputy, applicant, respondent = people
    hands_over(handler, citizen.number)
    mediator.go("/queue")
    asks(mediator, citizen.number)
    enters(applicant, citizen.receipt.code)
    enters(respondent, reads_code(deputy, citizen.number))
    respondent.look("asked")
    seen = respondent.page.locator("main").inner_text()
    assert "申诉" not in seen and TEXT not in seen, "how it was brought, and in which words, is not for them"
    return citizen, people


def keeps(browser: Browser, township: Township, size: str) -> None:
    with ExitStack() as stack:
        citizen, (handler, mediator, head, _deputy, applicant, respondent) = begins(browser, township, size, stack)
        number = citizen.number
        acts(applicant, "consent")
        acts(respondent, "consent")
        respondent.look("consented")
        mediator.go(f"/case/{number}")
        acts(mediator, "accept", "已办理：受理")
        staff = township.mediator.ask("GET", "/me").json()["staff"]
        head.go(f"/case/{number}")
        acts(head, "enrol", "已办理：登记入调解员名册", staff_id=staff, shown_name="庄向晚", good_at="邻里")
        respondent.go("/tracked")
        acts(respondent, "choose", mediator=staff)
        respondent.look("chosen")
        head.go(f"/case/{number}")
        acts(head, "appoint", "已办理：指定调解员", mediator=staff)
        township.mediator.take(number, "hold", **session())
        township.mediator.take(number, "agree_written", **agreement())
        mediator.go(f"/case/{number}")
        mediator.look("signing")
        assert "壹仟零伍拾元伍角整" in mediator.pdf(mediator.page.get_by_role("link", name="人民调解协议书").first)
        for party in township.mediator.case(number).parties:
            acts(mediator, "party_signs", "已办理：登记当事人签章", party=party.id, how="signature", on=str(today()))
        acts(mediator, "mediator_signs", "已办理：登记调解员签名", on=str(today()))
        head.go(f"/case/{number}")
        acts(head, "stamp", "已办理：加盖调委会印章", on=str(today()))
        mediator.go(f"/case/{number}")
        assert "履行期限" in mediator.page.content()
        mediator.look("in-force")
        applicant.go("/tracked")
        applicant.look("agreed")
        acts(mediator, "kept", "已办理：登记已履行", promise="1", on=str(today()))
        acts(mediator, "finish", "已办理：办结")
        handler.go(f"/case/{number}")
        handler.page.get_by_text("协议已履行").first.wait_for()
        handler.look("performed")


@on_the_first
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_from_petition_to_an_agreement_that_was_kept(browser: Browser, township: Township, size: str) -> None:
    keeps(browser, township, size)


@on_the_first
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_from_petition_to_a_refusal(browser: Browser, township: Township, size: str) -> None:
    with ExitStack() as stack:
        citizen, (handler, mediator, _head, _deputy, applicant, respondent) = begins(browser, township, size, stack)
        acts(applicant, "consent")
        acts(respondent, "decline")
        respondent.look("declined")
        notice = respondent.pdf(respondent.page.get_by_role("link", name="告知书").first)
        assert "不影响您的任何权利" in notice
        mediator.go(f"/case/{citizen.number}")
        mediator.look("after-a-refusal")
        handler.go(f"/case/{citizen.number}")
        assert handler.operation("/mediate").count(), "the claim goes on, and nothing was lost"
