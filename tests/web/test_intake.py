"""Every way in: by letter, as an agent, in a group, anonymously, in danger; and others who bring the same matter."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from onewindow.routing import sealing
from tests.support import pictures
from tests.support.centre import EAST, Arranged, matter
from tests.web.browsing import Page, Visitor, read
from tests.web.conftest import Enter

pytestmark = pytest.mark.asyncio(loop_scope="module")

GIVEN = {"text": "前村北头机井坏了半个月，庄稼都旱着", "track": "B", "category": "9900", "asked": "true"}
ONE = {"parties.0.name": "钱小满", "parties.0.phone": "13900001111"}
VILLAGERS = ["赵一禾", "钱二麦", "孙三谷", "李四豆", "周五黍", "吴六粟", "郑七棉"]


async def sent(visitor: Visitor, action: str, values: dict[str, Any], *files: tuple[str, bytes]) -> Page:
    """Fill in a form with files and send it."""
    form = visitor.page.form(action)
    carried = [("files-upload", (name, content, "")) for name, content in files]
    answer = await visitor.client.post(
        form.action, data={**form.values, **values}, files=carried, follow_redirects=True
    )
    visitor.page = read(answer)
    return visitor.page


def number_of(page: Page) -> str:
    return next(word for word in page.text.split() if word.count("-") == 2 and "-2" in word)


def problem(answer: httpx.Response) -> tuple[int, str, str]:
    body = answer.json()
    return answer.status_code, body["errors"][0]["pointer"], body["errors"][0]["detail"]


# Letters -------------------------------------------------------------------------------------------------------------


async def test_a_letter_is_registered_with_its_scan_and_the_day_it_came(arranged: Arranged, enter: Enter) -> None:
    clerk = await enter("registrar")
    await clerk.get("/register")
    came = (arranged.centre.now()).date().replace(day=1).isoformat()
    given = {
        **GIVEN,
        **ONE,
        "track": "C",
        "channel": "letter",
        "received_on": came,
        "text": "来信反映：" + GIVEN["text"],
    }
    page = await sent(clerk, "/register", given, ("来信第一页.jpg", pictures.photograph()), ("信封.pdf", pictures.PDF))
    assert page.path == "/receipt", page.text
    number = number_of(page)
    page = await clerk.get(f"/case/{number}")
    assert "来信第一页.jpg" in page.text and "信封.pdf" in page.text and "来信、来件" in page.text
    api = await arranged.client("registrar")
    case = (await api.get(f"/api/v1/cases/{number}")).json()
    assert case["channel"] == "letter"
    assert case["received_at"] < case["registered_at"], "the day it came is not the day it was registered"


async def test_statutory_clocks_run_from_receipt(arranged: Arranged) -> None:
    now = arranged.centre.now()
    late = await arranged.register("registrar", channel="letter", track="C", received_at=now.replace(day=1).isoformat())
    prompt = await arranged.register("registrar", channel="visit", track="C")
    first = [done["deadlines"][0]["early_on"] for done in (late, prompt)]
    assert late["deadlines"][0]["source"] == prompt["deadlines"][0]["source"]
    assert (first[0] < first[1]) == (now.day > 1)


# Groups --------------------------------------------------------------------------------------------------------------


async def test_a_group_of_forty_with_three_representatives(arranged: Arranged, enter: Enter) -> None:
    clerk = await enter("registrar")
    await clerk.get("/register")
    given = {**GIVEN, "channel": "visit", "group_size": "40", "people": "\n".join(VILLAGERS[3:])}
    for place, name in enumerate(VILLAGERS[:3]):
        given |= {
            f"parties.{place}.name": name,
            f"parties.{place}.role": "applicant",
            f"parties.{place}.kind": "person",
        }
        given[f"parties.{place}.representative"] = "true"
    page = await sent(clerk, "/register", given)
    assert page.path == "/receipt", page.text
    assert page.answer.text.count("ow-code-text") == 7, "everybody in it has a code of their own"
    page = await clerk.get(f"/case/{number_of(page)}")
    assert "40 人，已登记 7 人" in page.text
    assert page.text.count("代表") >= 3
    assert "首报应在" not in page.text, "a group visit is not an emergency"


async def test_a_sixth_representative_is_refused_and_the_article_named(arranged: Arranged) -> None:
    parties = [{"name": name, "representative": True} for name in VILLAGERS[:6]]
    answer = await (await arranged.client("registrar")).post("/api/v1/cases", json=matter(parties=parties))
    status, pointer, detail = problem(answer)
    assert (status, pointer) == (422, "/parties")
    assert "第二十条" in detail and "当事人" in detail, "the others may be registered all the same"
    parties[5]["representative"] = False
    done = await arranged.register("registrar", parties=parties, group_size=40)
    assert len(done["codes"]) == 6


async def test_a_receipt_names_nobody_but_its_holder(arranged: Arranged) -> None:
    done = await arranged.register("registrar", parties=[{"name": name} for name in VILLAGERS[:3]])
    client = await arranged.client()
    code = list(done["codes"].values())[1]
    answer = await client.post("/api/v1/tracking/receipt", json={"code": code})
    told = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    assert "钱二麦" in told
    assert "赵一禾" not in told and "孙三谷" not in told


# Agents, contact, secrecy --------------------------------------------------------------------------------------------


async def test_a_person_files_for_somebody_else_on_their_own_page(arranged: Arranged, enter: Enter) -> None:
    visitor = await enter(None)
    await visitor.get("/file")
    given = {
        "text": "我母亲的养老金三个月没有发", "township": EAST, "track": "B", "name": "何小满", "contact_way": "sms",
        "contact": "只发短信，不要打家里电话", "for_whom": "agent",
    }  # fmt: skip
    page = await sent(visitor, "/file", given)
    assert page.status == 422 and "请写明您代谁反映" in page.text
    page = await sent(visitor, "/file", {**given, "applicant_name": "何阿婆", "authorisation": "written"})
    assert page.path == "/receipt" and page.answer.text.count("ow-code-text") == 2
    director = await enter("director")
    page = await director.get(f"/case/{number_of(page)}")
    assert "代理凭据：书面委托" in page.text and "联系方式：只发短信" in page.text
    assert "不得让对方知道来访人是谁" in page.text, "the default"
    assert "不要打家里电话" not in page.text, "how to reach somebody safely is masked like their name"


async def test_a_safe_way_to_be_contacted_is_revealed_only_for_a_reason(arranged: Arranged) -> None:
    done = await arranged.register("registrar", parties=[{"name": "何小满", "contact": "找她妹妹转告"}])
    clerk = await arranged.client("registrar")
    party = (await clerk.get(f"/api/v1/cases/{done['number']}")).json()["parties"][0]
    assert party["contact"] == "******"
    href = f"/api/v1/cases/{done['number']}/parties/{party['id']}/reveal"
    shown = (await clerk.post(href, json={"reason": "约定见面时间", "fields": ["contact"]})).json()
    assert shown["contact"] == "找她妹妹转告"
    masked = matter(parties=[{"name": "何小满", "contact": "******"}])
    assert problem(await clerk.post("/api/v1/cases", json=masked))[1] == "/parties/0/contact"


@pytest.mark.parametrize(
    ("party", "pointer", "says"),
    [
        ({"id_number": "370101198001011234"}, "/parties/0/id_number", "校验位"),
        ({"id_number": "370101198002301230"}, "/parties/0/id_number", "身份证号有误"),
        ({"id_number": "37010119800101123"}, "/parties/0/id_number", "十八位"),
        ({"kind": "organisation", "id_number": "91110000600037341X"}, "/parties/0/id_number", "信用代码"),
        ({"phone": "1381234567"}, "/parties/0/phone", "位数"),
        ({"phone": "找我哥"}, "/parties/0/phone", "电话号码有误"),
    ],
)
async def test_a_wrong_check_digit_is_an_error_of_its_field(
    arranged: Arranged, party: dict[str, Any], pointer: str, says: str
) -> None:
    answer = await (await arranged.client()).post("/api/v1/cases", json=matter(parties=[{"name": "何小满", **party}]))
    assert problem(answer)[:2] == (422, pointer)
    assert says in problem(answer)[2]


@pytest.mark.parametrize(
    "party",
    [
        {"id_number": "11010519491231002x"},
        {"id_number": "E12345678"},
        {"kind": "organisation", "id_number": "91110000600037341L"},
        {"phone": "0530-5322110"},
        {"phone": "5322110"},
        {},
    ],
)
async def test_a_right_number_another_document_or_none_at_all_is_taken(
    arranged: Arranged, party: dict[str, Any]
) -> None:
    await arranged.register(parties=[{"name": "何小满", **party}])


async def test_somebody_may_give_a_name_and_a_reason_for_leaving_no_contact(enter: Enter) -> None:
    visitor = await enter(None)
    await visitor.get("/file")
    given = {"text": "楼道里堆满杂物没人管", "township": EAST, "track": "B", "name": "何小满"}
    page = await sent(visitor, "/file", given)
    assert page.status == 422
    page = await sent(visitor, "/file", {**given, "no_contact_reason": "怕被报复"})
    assert page.path == "/receipt"


async def test_what_is_pending_elsewhere_is_asked_and_never_a_reason_to_refuse(arranged: Arranged) -> None:
    pending = ["litigation", "arbitration", "reconsideration", "petition_above"]
    done = await arranged.register("registrar", pending=pending, may_disclose=True)
    clerk = await arranged.client("registrar")
    told = (await clerk.get(f"/api/v1/cases/{done['number']}/circumstances")).json()
    assert told["pending"] == pending and told["may_disclose"] is True


async def test_what_is_written_for_somebody_is_read_back_to_them(arranged: Arranged) -> None:
    clerk = await arranged.client("registrar")
    answer = await clerk.post("/api/v1/cases", json=matter(written_for=True))
    assert problem(answer)[1] == "/read_back"
    await arranged.register("registrar", written_for=True, read_back=True)


# Danger --------------------------------------------------------------------------------------------------------------


async def test_an_emergency_keeps_the_calls_and_waits_for_its_first_report(arranged: Arranged, enter: Enter) -> None:
    at = arranged.centre.now().isoformat()
    danger = {"danger": "persons", "calls": [{"line": "120", "at": at, "by": "李登记"}]}
    done = await arranged.register("registrar", emergency=danger)
    clerk = await enter("registrar")
    page = await clerk.get(f"/case/{done['number']}")
    assert "有人正受伤害" in page.text and "120 急救" in page.text and "首报应在" in page.text
    assert "紧急情况" in (await clerk.get("/desk")).text
    await clerk.get(f"/case/{done['number']}")
    page = await clerk.submit("/emergency", {"danger": "persons", "report": "已送镇卫生院，家属已到"})
    assert page.status == 200 and "首报应在" not in page.text
    api = await arranged.client("registrar")
    told = (await api.get(f"/api/v1/cases/{done['number']}/circumstances")).json()
    assert told["danger"] == "persons" and told["reported_at"]


async def test_how_many_came_is_no_danger(arranged: Arranged) -> None:
    answer = await (await arranged.client("registrar")).post(
        "/api/v1/cases", json=matter(emergency={"danger": "group_visit"})
    )
    assert problem(answer)[:2] == (422, "/emergency/danger")


# Numbers and links ---------------------------------------------------------------------------------------------------


async def test_numbers_elsewhere_and_related_matters_are_kept_once(arranged: Arranged) -> None:
    other = await arranged.register("registrar", text="另一件相关的事情")
    external = [{"system": "12345", "number": "20261121-00871"}]
    done = await arranged.register("registrar", related=[other["number"]], external=external * 2)
    director = await arranged.client("director")
    told = (await director.get(f"/api/v1/cases/{done['number']}/circumstances")).json()
    assert (told["related"], told["external"]) == ([other["number"]], external)
    back = (await director.get(f"/api/v1/cases/{other['number']}/circumstances")).json()
    assert back["related"] == [done["number"]]
    body = {"related": [other["number"]], "external": external}
    clerk = await arranged.client("director")
    versions = [
        (await clerk.post(f"/api/v1/cases/{done['number']}/related", json=body)).json()["version"] for _ in "ab"
    ]
    assert versions[0] == versions[1], "the same again changes nothing"


async def test_a_sealed_matter_cannot_be_told_from_none_by_linking(arranged: Arranged) -> None:
    sealed = await arranged.register(track="E", category="1803", text="有人收钱不办事")
    clerk = await arranged.client("registrar")
    elsewhere = await arranged.register("west_registrar", township="371702002")
    answers = [
        await clerk.post("/api/v1/cases", json=matter(related=[number]))
        for number in (sealed["number"], elsewhere["number"], "371702001-2026-999999")
    ]
    told = [(a.status_code, a.json()["errors"], a.json()["detail"].replace(n, "#")) for a, n in
            zip(answers, (sealed["number"], elsewhere["number"], "371702001-2026-999999"), strict=True)]  # fmt: skip
    stripped = [(status, [e["pointer"] for e in errors], detail) for status, errors, detail in told]
    assert stripped[0] == stripped[1] == stripped[2]
    own = await (await arranged.client("designated")).get(f"/api/v1/cases/{sealed['number']}")
    assert own.status_code == 200


async def test_what_is_sealed_later_is_no_longer_named_as_related(arranged: Arranged) -> None:
    other = await arranged.register("registrar", text="后来转为密件的事情")
    done = await arranged.register("registrar", related=[other["number"]])
    kernel = arranged.centre.kernel
    await arranged.centre.store.write(
        lambda tx: sealing.seal(tx, kernel, other["case_id"], kernel.now(), "system", "当事人要求")
    )
    director = await arranged.client("director")
    assert (await director.get(f"/api/v1/cases/{done['number']}/circumstances")).json()["related"] == []
    history = (await director.get(f"/api/v1/cases/{done['number']}/timeline")).text
    assert other["number"] not in history


# One matter, many people ---------------------------------------------------------------------------------------------


async def test_the_hint_says_that_there_may_be_one_and_nothing_else(arranged: Arranged, enter: Enter) -> None:
    text = "幸福小区三号楼楼下烧烤摊半夜还在营业，油烟和噪声扰民"
    first = await arranged.register("registrar", text=text, category="9900", track="B")
    await arranged.centre.likely.settle(pause=0)
    clerk = await enter("registrar")
    await clerk.get("/register")
    given = {**GIVEN, **ONE, "text": "我也反映" + text, "asked": ""}
    page = await sent(clerk, "/register", {k: v for k, v in given.items() if k != "asked"})
    assert "这件事可能已经登记过" in page.text and page.path == "/register"
    assert first["number"] not in page.text and "1 件" not in page.text
    page = await clerk.submit("/register")
    assert page.path == "/receipt", "and is registered all the same, on the second press"


async def test_others_join_when_the_clerk_says_so_each_with_their_own_code(arranged: Arranged, enter: Enter) -> None:
    done = await arranged.register("registrar", text="张三丰自己的话，别人不能看")
    clerk = await enter("registrar")
    await clerk.get(f"/case/{done['number']}")
    people = "赵一禾，13900001111，我家也停水\n钱二麦"
    page = await clerk.submit("/join", {"people": people})
    assert page.status == 422, "not before the clerk says that it is the same"
    page = await clerk.submit("/join", {"people": people, "same": "true"})
    assert page.path == "/receipt" and page.answer.text.count("ow-code-text") == 2, page.text
    page = await clerk.get(f"/case/{done['number']}")
    assert "后来加入" in page.text and "我家也停水" in page.text


async def test_who_joined_reads_what_concerns_them_and_nothing_of_the_others(arranged: Arranged) -> None:
    done = await arranged.register("registrar", text="张三丰自己的话，别人不能看")
    clerk = await arranged.client("registrar")
    body = {"parties": [{"name": "赵一禾", "statement": "我家也停水"}, {"name": "钱二麦"}]}
    href, key = f"/api/v1/cases/{done['number']}/parties", {"Idempotency-Key": "join-1"}
    once, again = [await clerk.post(href, json=body, headers=key) for _ in "ab"]
    assert once.status_code == 201 and once.json() == again.json(), "the same request adds nobody twice"
    first, second = once.json()["codes"].values()
    seen = (await (await arranged.party(first)).get("/api/v1/tracking")).json()
    assert seen["number"] == done["number"]
    assert seen["words"]["text"] == "我家也停水"
    theirs = (await (await arranged.party(second)).get("/api/v1/tracking")).text
    for hidden in ("张三丰", "别人不能看", "我家也停水", "赵"):
        assert hidden not in theirs, hidden


async def test_nobody_outside_the_window_lets_people_join(arranged: Arranged) -> None:
    done = await arranged.register("registrar")
    body = {"parties": [{"name": "赵一禾"}]}
    for role, status in (("handler", 403), ("west_director", 404), (None, 401)):
        answer = await (await arranged.client(role)).post(f"/api/v1/cases/{done['number']}/parties", json=body)
        assert answer.status_code in (status, 404), role
