"""A person's own acts by hand, in a real browser: a nudge, a withdrawal taken back, a lost code, several in one view.

With ONEWINDOW_PICTURES set to a folder, a picture of each page is left there.
"""

import pytest
from playwright.sync_api import Browser

from tests.journeys.marks import on_both_diagonals, on_the_first
from tests.journeys.steps import replied
from tests.journeys.test_browser import Screen, screen
from tests.support.arrangements import Township
from tests.support.clients import Citizen

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

TEXT = "去年十月村里修路占了我家承包地八分,说好年底给补偿,到现在没有给。"
OTHER = "村口的路灯坏了半个月,晚上看不见路,请派人修一修。"
PERSON = {"name": "宁采微", "phone": "12012345678", "id_number": "11010519491231002X"}


@on_both_diagonals
def test_a_person_nudges_withdraws_and_gets_a_new_code(browser: Browser, township: Township) -> None:
    by_hand(browser, township, "desktop")


@on_the_first
def test_the_same_on_a_phone(browser: Browser, township: Township) -> None:
    by_hand(browser, township, "phone")


def by_hand(browser: Browser, township: Township, size: str) -> None:
    matter = township.bring(TEXT, by=PERSON, place="柳树村三组")
    other = township.bring(OTHER, by=PERSON, track="B", category="9900")
    with screen(browser, township, size) as citizen, screen(browser, township, size) as clerk:
        enters(citizen, matter.receipt.code, keep=True)
        citizen.look("own")
        nudges(citizen)
        withdraws_and_takes_it_back(citizen)
        adds(citizen)
        clerk.log_in(township.town.login("registrar"), "/desk")
        fresh = loses_the_code(clerk, matter)
        citizen.go("/tracked")
        assert citizen.page.url.endswith("/track"), "the old code opens nothing any more"
        enters(citizen, fresh, keep=True)
        assert "补发查询码" in citizen.page.content()
        enters(citizen, other.receipt.code, keep=True)
        citizen.go("/mine")
        citizen.page.get_by_text("有 1 个查询码已经打不开").wait_for()
        citizen.look("mine")
        assert matter.number in citizen.page.content() and other.number in citizen.page.content()
        citizen.page.get_by_role("button", name="移除打不开的").click()
        citizen.page.get_by_role("button", name="查看 " + matter.number).click()
        citizen.page.wait_for_url("**/tracked")
        citizen.go("/mine")
        citizen.page.get_by_role("button", name="全部从这台设备移除").click()
        citizen.page.wait_for_url("**/track")
        citizen.go("/mine")
        citizen.page.get_by_text("这台设备上没有记住查询码").wait_for()


def enters(citizen: Screen, code: str, *, keep: bool = False) -> None:
    citizen.go("/track")
    citizen.page.locator("[name=code]").fill(code)
    if keep:
        citizen.page.locator("[name=keep]").check()
    citizen.look("track-keep")
    citizen.page.get_by_role("button", name="查询").click()
    citizen.page.wait_for_url("**/tracked")


def nudges(citizen: Screen) -> None:
    citizen.send(citizen.operation("/tracked/nudge"), "已催办")
    citizen.look("own-nudged")
    assert citizen.page.locator('form[action$="/nudge"]').count() == 0
    citizen.page.get_by_text("起可以再催").first.wait_for()


def withdraws_and_takes_it_back(citizen: Screen) -> None:
    form = citizen.operation("/tracked/withdraw")
    form.locator("[name=reason]").fill("想先和村里谈谈")
    citizen.look("own-withdraw")
    citizen.send(form, "已收到您的撤回")
    citizen.look("own-withdrawn")
    citizen.send(citizen.operation("/tracked/revoke"), "撤回已取消")
    citizen.look("own-revoked")


def adds(citizen: Screen) -> None:
    form = citizen.operation("/tracked/material")
    form.locator("[name=text]").fill("补充：丈量那天村会计在场。")
    citizen.look("own-material")
    citizen.send(form, "已补充")


def loses_the_code(clerk: Screen, matter: Citizen) -> str:
    """At the window, by place and category, against the person's document."""
    page = clerk.page
    page.get_by_role("link", name="补发查询码").click()
    clerk.look("lost")
    form = clerk.operation("/lost-codes/description")
    form.locator("[name=category]").select_option("0401")
    form.locator("[name=place]").fill("柳树村")
    form.locator("button[type=submit]").click()
    page.get_by_role("link", name=matter.number).click()
    page.locator("details.ow-operation summary").first.click()
    form = page.locator('form[action*="/lost-codes/"]').first
    form.locator("[name=shown]").select_option("id_card")
    form.locator("[name=last_digits]").fill("002X")
    clerk.look("lost-holder")
    form.locator("[name=matches]").check()
    form.locator("button[type=submit]").click()
    page.wait_for_url("**/receipt")
    clerk.look("lost-receipt")
    return page.locator(".ow-code-text").inner_text()


@on_the_first
def test_an_answer_shows_to_whom_and_until_when_and_is_rated(browser: Browser, township: Township) -> None:
    citizen = replied(township)
    for size in ("desktop", "phone"):
        with screen(browser, township, size) as person, screen(browser, township, size) as handler:
            enters(person, citizen.receipt.code)
            person.page.get_by_text("不服的，可以向以下机关提出").first.wait_for()
            person.look("own-answered")
            person.page.get_by_text("示范区人民政府").first.wait_for()
            person.page.get_by_text("最迟").first.wait_for()
            form = person.operation("/tracked/rate")
            form.locator("[name=score][value=fairly]").check()
            person.look("own-rate")
            person.send(form, "谢谢您的评价")
            person.send(person.operation(f"/consent/{'yes' if size == 'desktop' else 'no'}"), "已记录")
            person.look("own-consent")
            handler.log_in(township.town.login("handler"), "/queue")
            handler.go(f"/case/{citizen.number}")
            handler.operation("/serve")
            handler.look("case-serve")
