"""Every page can be drawn from its documented context, in both languages, escaped, and safe under the policy."""

import dataclasses
import re
import string
from importlib.resources import files

import jinja2
import pytest
from babel.messages.extract import extract_from_dir

from onewindow.i18n import catalogue
from onewindow.web.templates import Frame, Pages, environment
from tests.unit.web import sample_pages, samples

PAGES = sample_pages.pages()


@pytest.fixture(scope="module")
def drawn() -> Pages:
    return Pages()


def draw(drawn: Pages, name: str, lang: str = "zh", **changes: object) -> str:
    template, frame, context = PAGES[name]
    return drawn.render(template, dataclasses.replace(frame, lang=lang), **context | changes)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_drawn_with_nothing_inline(drawn: Pages, name: str, lang: str) -> None:
    html = draw(drawn, name, lang)
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in html
    assert not re.search(r"<[^>]+\s(style|on\w+)=", html), (
        "an inline style or handler breaks the content security policy"
    )
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert "<style" not in html
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html), "a page loads nothing from elsewhere"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_uses_nothing_of_bootstrap_that_is_drawn_from_data_addresses(drawn: Pages, name: str) -> None:
    classes = set(" ".join(re.findall(r'class="([^"]*)"', draw(drawn, name))).split())
    assert not classes & {"form-select", "form-check-input", "is-invalid", "btn-close", "navbar-toggler-icon"}


@pytest.mark.parametrize("name", PAGES)
def test_every_posted_form_carries_the_csrf_token(drawn: Pages, name: str) -> None:
    for form in re.findall(r'<form method="post".*?</form>', draw(drawn, name), re.DOTALL):
        assert '<input type="hidden" name="csrf_token" value="token-for-tests">' in form


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_on_a_page(drawn: Pages, name: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', draw(drawn, name))
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("name", PAGES)
def test_what_describes_or_labels_a_field_is_on_the_page(drawn: Pages, name: str) -> None:
    html = draw(drawn, name)
    ids = set(re.findall(r'\sid="([^"]+)"', html))
    for referring in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', html):
        assert set(referring.split()) <= ids


def test_a_name_that_the_context_lacks_is_an_error(drawn: Pages) -> None:
    with pytest.raises(jinja2.UndefinedError, match="township_names"):
        drawn.render("home.html", samples.frame())


def test_what_people_wrote_is_escaped(drawn: Pages) -> None:
    html = draw(drawn, "case", case=samples.CASE | {"text": "<script>alert(1)</script>"})
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_revealed_value_never_stands_in_an_input(drawn: Pages) -> None:
    html = draw(drawn, "case")
    assert "13800001111" in html
    assert not re.search(r'value="[^"]*(13800001111|张\*)', html)


def test_the_reveal_fragment_is_drawn_alone_for_htmx(drawn: Pages) -> None:
    personal = {"label": "姓名", "masked": "张*", "value": "张三", "reveal_href": None}
    html = drawn.fragment("macros/blocks.html", "masked", samples.frame("en"), personal)
    assert html.strip().startswith('<div class="ow-masked">')
    assert "张三" in html
    assert "This look was recorded" in html


def test_an_unknown_calendar_is_said_in_words(drawn: Pages) -> None:
    html = draw(drawn, "case")
    assert "暂定" in html
    assert "待日历" in html


def test_the_switch_keeps_the_place(drawn: Pages) -> None:
    frame = Frame(samples.NOW, path="/desk?status=open&after=x")
    assert frame.other_languages == (("en", "/language/en?next=%2Fdesk%3Fstatus%3Dopen%26after%3Dx"),)


def _placeholders(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


def test_every_message_of_the_pages_has_its_english_text() -> None:
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    options = {
        "**/templates/**.html": {"encoding": "utf-8", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    }
    found = extract_from_dir(str(files("onewindow.web")), method_map=methods, options_map=options, keywords={"_": None})
    english = catalogue("en")
    missing = []
    for file, line, msgid, _comments, _context in found:
        text = english.find(str(msgid))
        if text == msgid:
            missing.append(f"{file}:{line} {msgid}")
        else:
            assert _placeholders(text) == _placeholders(str(msgid)), msgid
    assert not missing


def test_every_template_compiles() -> None:
    env = environment(lambda name: (f"/assets/{name}", "sha384-x"))
    for name in env.list_templates(["html"]):
        env.get_template(name)
