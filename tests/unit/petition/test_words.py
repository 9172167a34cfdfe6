"""The words that the rules pass are the words that the templates print."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from onewindow.documents.bundle import beside, template
from onewindow.documents.render import Renderer
from onewindow.office import Issue
from onewindow.testing import Walk, clock
from onewindow_petition.office import office
from tests.unit.documents.conftest import all_templates, sample, words_of
from tests.unit.petition.helpers import (
    FILE,
    HAND_OVER,
    PLACE,
    REDIRECT,
    SUGGESTION_REPLY,
    accepted,
    accusation,
    claim,
    replied,
    suggestion,
)

EXTENSION = {"days": 30, "reason": "需要复测"}
REFUSAL = {**PLACE, "ground": "not_ours", "reason": "属于仲裁院职权"}
TRANSFER = {**REDIRECT, "mode": "transfer", "papers": ["登记表"]}


def late() -> Walk:
    return replied().at("2026-05-10", clocks=[clock("review_right", "2026-04-02")])


SAID: dict[str, tuple[Callable[[], Walk], tuple[str, ...]]] = {
    "acceptance_notice": (accepted, ("公布补偿标准", "信访办", "承办人", "0531-1")),
    "refusal_notice": (lambda: claim().do("refuse", REFUSAL, by="head"), ("区仲裁院", "政务路6号", "第二十三条")),
    "redirect_notice": (lambda: claim().do("redirect", REDIRECT, by="head"), ("应当通过仲裁解决", "区仲裁院")),
    "transfer_letter": (lambda: claim(text="欠薪").do("redirect", TRANSFER, by="head"), ("欠薪", "登记表", "区仲裁院")),
    "extension_notice": (
        lambda: accepted(clocks=[clock("reply_by", "2026-05-01")]).do("extend", EXTENSION, by="organ_head"),
        ("2026年5月31日", "需要复测", "30日"),
    ),
    "reply": (replied, ("公布补偿标准", "予以支持", "不予支持", "《土地管理法》第四十八条", "区人民政府", "政务路1号")),
    "review_transfer": (
        lambda: late().do("request_review", {"requested_on": "2026-05-10"}).do("send_file", FILE),
        ("2026年5月10日请求复查", "共1件、3页", "是否受理请你机关审查"),
    ),
    "suggestion_notice": (lambda: suggestion().do("take_up", {"phone": "0531-1"}), ("承办人", "0531-1")),
    "suggestion_reply": (
        lambda: suggestion(request="设站").do("take_up", {"phone": "1"}).do("reply", SUGGESTION_REPLY, by="head"),
        ("设站", "部分采纳", "七月起设站"),
    ),
}


async def printed(issue: Issue) -> str:
    files = all_templates()
    data = {**sample("reply"), "words": issue.model_dump(mode="json")["text"], "clocks": []}
    renderer = Renderer()
    try:
        source = template(files, issue.document).source
        made = await renderer.render(source, data, beside(files), at=datetime(2026, 3, 9, tzinfo=UTC))
    finally:
        await renderer.close()
    return words_of(made.pdf)


@pytest.mark.parametrize("document", SAID)
async def test_a_document_prints_what_its_rule_says(document: str) -> None:
    walk, phrases = SAID[document]
    text = await printed(walk().issued(document))
    assert [phrase for phrase in phrases if phrase not in text] == []


async def test_art_30_the_notice_of_an_accusation_names_the_organ_and_not_the_matter() -> None:
    walk = accusation(text="某人收钱", request="查处").do("hand_over", HAND_OVER, by="designated")
    text = await printed(walk.issued("redirect_notice"))
    assert "检举控告" in text and "区纪委监委" in text and "第三十条" in text
    assert "不属于本机关职权范围" not in text and "某人收钱" not in text
    assert "某人收钱" not in await printed(walk.issued("transfer_letter"))


def test_every_document_of_the_office_is_tried_here() -> None:
    assert SAID.keys() == {document.key for document in office.manifest().documents}
