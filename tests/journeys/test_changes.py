"""In a browser: a claim that turns out to be an accusation, and a mistaken registration that is made void."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.marks import on_the_first
from tests.journeys.test_browser import screen
from tests.support.arrangements import Township

pytestmark = pytest.mark.browser


@on_the_first
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_claim_that_turns_out_to_be_an_accusation(browser: Browser, township: Township, size: str) -> None:
    citizen = township.bring("村干部收了我三千元才肯给办宅基地手续")
    with screen(browser, township, size) as deputy, screen(browser, township, size) as designated:
        deputy.log_in(township.town.login("deputy"), "/desk")
        deputy.go(f"/case/{citizen.number}")
        form = deputy.operation("/track")
        form.locator("[name=track]").select_option("E")
        form.locator("[name=category]").select_option("1803")
        form.locator("[name=reason]").fill("来访人说明反映的是干部收钱")
        deputy.look("case-track")
        deputy.send(form, "事项轨已变更")
        assert deputy.page.url.endswith("/desk")
        deputy.go(f"/case/{citizen.number}")
        deputy.page.get_by_text("没有找到").first.wait_for()
        designated.log_in(township.town.login("designated"), "")
        designated.go("/queue")
        designated.press(designated.page.locator('a[href*="/case/"]').first)
        designated.page.get_by_text("改为“信访·检举控告（密）”").first.wait_for()
        designated.look("case-tracked-anew")


@on_the_first
def test_a_mistaken_registration_is_made_void(browser: Browser, township: Township) -> None:
    citizen = township.bring("同一件事又填了一遍")
    with screen(browser, township, "phone") as deputy:
        deputy.log_in(township.town.login("deputy"), "/desk")
        deputy.go(f"/case/{citizen.number}")
        form = deputy.operation("/void")
        form.locator("[name=reason]").fill("来访人在网上重复提交")
        deputy.look("case-void-form")
        deputy.send(form, "已作废")
        deputy.look("case-void")


@on_the_first
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_somebody_with_an_interest_steps_aside(browser: Browser, township: Township, size: str) -> None:
    citizen = township.bring("表弟占了我家的宅基地，镇里不管")
    with screen(browser, township, size) as handler, screen(browser, township, size) as head:
        handler.log_in(township.town.login("handler"), "/queue")
        handler.go(f"/case/{citizen.number}")
        handler.send(handler.operation("/sign"), "已签收")
        form = handler.operation("/step_aside")
        form.locator("[name=ground]").select_option("kin")
        form.locator("[name=reason]").fill("信访人是我的表兄")
        handler.look("case-step-aside")
        handler.send(form, "已办理：申报回避")
        head.log_in(township.town.login("head"), "")
        head.go(f"/case/{citizen.number}")
        form = head.page.locator('form[action*="/recusals/"]').first
        head.page.get_by_text("决定回避").first.click()
        form.locator("[name=outcome][value=grant]").check()
        form.locator("[name=reason]").fill("查证属实")
        head.look("case-recusal")
        head.send(form, "已决定")
        head.look("case-recused")
        handler.go(f"/case/{citizen.number}")
        handler.page.get_by_text("没有找到").first.wait_for()
