"""A form is drawn from its schema, posted as a browser would, and read back as the same data."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from html.parser import HTMLParser
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import FormData, UploadFile

from onewindow.errors import BadInput
from onewindow.office.errors import FormError
from onewindow.office.fields import Attachment, Form, Row, field
from onewindow.office.types import PartyId
from onewindow.web import filing, forms, intake, messages, registering
from onewindow.web.schema import Choice, UnsupportedSchema, read
from onewindow.web.templates import environment
from tests.unit.web import samples


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class Point(BaseModel):
    lat: float | None = Field(None, title="纬度")
    note: str = Field("", title="说明")


class Line(Row):
    name: str = field("名称")
    amount: int | None = field("数量", default=None)
    sure: bool = field("确定", default=False)
    kind: str | None = field("种类", default=None, choices={"a": "甲", "b": "乙"})


class Everything(Form):
    text: str = field("文字")
    more: str = field("长文", default="", multiline=True)
    maybe_text: str | None = field("可空", default=None)
    whole: int = field("整数")
    maybe_whole: int | None = field("可空整数", default=None)
    real: float | None = field("小数", default=None)
    money: Decimal | None = field("金额", default=None)
    flag: bool = field("勾选", default=False)
    answer: bool | None = field("是否", default=None)
    day: date | None = field("日期", default=None)
    at: datetime | None = field("时间", default=None)
    size: Size | None = field("大小", default=None)
    grade: Literal[1, 2, 3] | None = field("等级", default=None)
    pick: str | None = field("选择", default=None, choices={"x": "子", "y": "丑"})
    party: PartyId | None = field("当事人", default=None)
    scan: Attachment | None = field("扫描件", default=None)
    tags: list[str] = field("见证人", default_factory=list)
    several: list[str] = field("多选", default_factory=list, choices={"p": "一", "q": "二", "r": "三"})
    lines: list[Line] = field("明细", default_factory=list)
    place: Point | None = field("位置", default=None)


SCHEMA = Everything.model_json_schema()
PARTIES = {"party": (Choice("p1", "来访人"), Choice("p2", "被反映方"))}


class Controls(HTMLParser):
    """What a browser would post from a form, pressing nothing else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.posted: list[tuple[str, str]] = []
        self._area: str | None = None
        self._text = ""
        self._select: str | None = None
        self._first: str | None = None
        self._chosen: str | None = None

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name") and given.get("type") != "file":
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.posted.append((str(given["name"]), given.get("value") or ""))
        elif tag == "textarea":
            self._area, self._text = given["name"], ""
        elif tag == "select":
            self._select, self._first, self._chosen = given["name"], None, None
        elif tag == "option":
            self._first = self._first if self._first is not None else given.get("value") or ""
            if "selected" in given:
                self._chosen = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self.posted.append((self._area, self._text.replace("\n", "\r\n")))
            self._area = None
        elif tag == "select" and self._select:
            self.posted.append((self._select, self._chosen if self._chosen is not None else self._first or ""))
            self._select = None


TEMPLATE = environment(lambda name: (name, "")).from_string(
    "{% import 'macros/forms.html' as forms with context %}{{ forms.fields(form) }}"
)


def draw(view: forms.FormView) -> str:
    return TEMPLATE.render(form=view, frame=samples.frame())


def posted(pairs: Iterable[tuple[str, str]]) -> FormData:
    return FormData(list[tuple[str, str | UploadFile]](pairs))


def browse(view: forms.FormView) -> FormData:
    controls = Controls()
    controls.feed(draw(view))
    return posted(controls.posted)


line_text = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), min_size=1, max_size=20
)
long_text = st.lists(line_text, min_size=1, max_size=4).map("\n".join)
# After the years in which Shanghai had summer time: the same instant would be written with another offset.
moments = st.datetimes(datetime(1992, 1, 1), datetime(2100, 1, 1)).map(
    lambda at: at.replace(microsecond=0).isoformat() + "+08:00"
)
whole = st.integers(-(10**12), 10**12)
real = st.floats(allow_nan=False, allow_infinity=False, width=32)
lines = st.fixed_dictionaries(
    {"name": line_text, "amount": st.none() | whole, "sure": st.booleans(), "kind": st.none() | st.sampled_from("ab")}
)
filled = st.fixed_dictionaries(
    {
        "text": line_text,
        "more": st.just("") | long_text,
        "maybe_text": st.none() | line_text,
        "whole": whole,
        "maybe_whole": st.none() | whole,
        "real": st.none() | real,
        "money": st.none() | st.decimals(-(10**6), 10**6, places=2).map(str),
        "flag": st.booleans(),
        "answer": st.none() | st.booleans(),
        "day": st.none() | st.dates().map(date.isoformat),
        "at": st.none() | moments,
        "size": st.none() | st.sampled_from(["small", "large"]),
        "grade": st.none() | st.sampled_from([1, 2, 3]),
        "pick": st.none() | st.sampled_from("xy"),
        "party": st.none() | st.sampled_from(["p1", "p2"]),
        "scan": st.none() | line_text,
        "tags": st.lists(line_text, max_size=3),
        "several": st.sets(st.sampled_from("pqr")).map(sorted),
        "lines": st.lists(lines, max_size=3),
        "place": st.none() | st.fixed_dictionaries({"lat": real, "note": st.just("") | line_text}),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(filled)
def test_what_is_drawn_is_read_back_the_same(data: dict[str, Any]) -> None:
    assert forms.parse(SCHEMA, browse(forms.view(SCHEMA, data, choices=PARTIES))) == data


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(filled)
def test_what_is_read_is_taken_by_the_model(data: dict[str, Any]) -> None:
    Everything.model_validate(forms.parse(SCHEMA, browse(forms.view(SCHEMA, data, choices=PARTIES))))


names = st.sampled_from(
    [
        "text",
        "whole",
        "real",
        "flag",
        "lines.0.name",
        "lines.999999.name",
        "lines.x",
        "tags.1",
        "place.lat",
        "day",
        "odd",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(names, st.text(max_size=30)), max_size=12))
def test_anything_posted_is_either_taken_or_refused_in_words(pairs: list[tuple[str, str]]) -> None:
    data = forms.parse(SCHEMA, posted(pairs))
    try:
        Everything.model_validate(data)
    except ValidationError as error:
        told = messages.by_field(error)
        assert told
        assert all(told.values())
        draw(forms.view(SCHEMA, data, told, choices=PARTIES))


def parse(model: type[BaseModel], *pairs: tuple[str, str]) -> dict[str, Any]:
    return forms.parse(model.model_json_schema(), posted(pairs))


def test_an_untouched_form_leaves_required_fields_out_and_drops_empty_rows() -> None:
    data = forms.parse(SCHEMA, browse(forms.view(SCHEMA, choices=PARTIES)))
    assert "text" not in data
    assert "whole" not in data
    assert data["lines"] == []
    assert data["place"] is None


def test_what_is_not_a_number_stays_as_it_was_typed() -> None:
    assert parse(Everything, ("whole", "三"))["whole"] == "三"
    html = draw(forms.view(SCHEMA, {"whole": "三"}, {"whole": "请填写整数"}, choices=PARTIES))
    assert 'value="三"' in html


def test_full_width_digits_are_digits() -> None:
    assert parse(Everything, ("whole", "\uff11\uff12"))["whole"] == 12


def test_control_characters_and_the_rest_of_the_alphabet_are_dropped() -> None:
    assert parse(Everything, ("text", " a\x00b\x1f\r\nc "))["text"] == "ab\nc"


def test_a_wall_clock_is_that_of_shanghai() -> None:
    assert parse(Everything, ("at", "2026-11-23T10:00"))["at"] == "2026-11-23T10:00:00+08:00"


def test_unknown_names_are_ignored() -> None:
    assert "role" not in parse(Everything, ("role", "admin"), ("text", "a"))


def test_gaps_between_rows_are_closed() -> None:
    found = parse(Everything, ("lines.0.name", ""), ("lines.7.name", "b"), ("lines.2.name", "a"))["lines"]
    assert [row["name"] for row in found] == ["a", "b"]


def test_an_error_stands_next_to_its_field_and_is_announced() -> None:
    view = forms.view(SCHEMA, {"lines": [{"name": ""}]}, {"lines.0.name": "请填写"}, choices=PARTIES, prefix="f")
    html = draw(view)
    assert 'aria-describedby="f-lines-0-name-error"' in html
    assert '<div class="ow-error" id="f-lines-0-name-error">' in html
    assert view.errors == (forms.Fault("请填写", "f-lines-0-name", "名称"),)


def test_an_error_inside_a_list_of_texts_belongs_to_the_list() -> None:
    view = forms.view(SCHEMA, {"tags": ["x"]}, {"tags.0": "最多填写 1 个字"}, choices=PARTIES)
    assert view["tags"].error == "最多填写 1 个字"
    assert view.errors[0].id == "f-tags"


def test_a_personal_field_says_what_for() -> None:
    html = draw(forms.view(filing.Filing.model_json_schema()))
    assert "个人信息，只用于：与您联系、送达文书" in html


def test_choices_stand_under_their_groups() -> None:
    html = draw(forms.view(filing.Filing.model_json_schema(), choices={"category": samples.CATEGORIES}))
    assert '<optgroup label="征地拆迁">' in html


def test_a_password_is_never_sent_back() -> None:
    html = draw(forms.view(intake.Login.model_json_schema(), {"login": "wang", "password": "secret-words"}))
    assert "secret-words" not in html


@pytest.mark.parametrize(
    "model",
    [
        one
        for module in (intake, filing, registering)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, intake.PageForm)
    ],
    ids=lambda model: model.__name__,
)
def test_every_form_of_the_pages_can_be_drawn_and_read(model: type[BaseModel]) -> None:
    view = forms.view(model.model_json_schema(), choices={"category": samples.CATEGORIES, "unit": samples.UNITS})
    assert isinstance(forms.parse(model.model_json_schema(), browse(view)), dict)


class Wild(BaseModel):
    anything: dict[str, int]


class Either(BaseModel):
    either: int | list[str]


@pytest.mark.parametrize("model", [Wild, Either])
def test_what_no_page_can_ask_for_is_refused(model: type[BaseModel]) -> None:
    with pytest.raises(UnsupportedSchema, match=r"anything|either"):
        read(model.model_json_schema())


def errors(model: type[BaseModel], data: Mapping[str, Any], lang: str = "zh") -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    return messages.by_field(caught.value, lang)


def test_pydantic_speaks_chinese() -> None:
    told = errors(
        Everything, {"whole": "三", "day": "昨天", "pick": None, "lines": [{"amount": 1}], "grade": 9, "size": "huge"}
    )
    assert told == {
        "text": "请填写",
        "whole": "请填写整数",
        "day": "请填写日期",
        "lines.0.name": "请填写",
        "grade": "请从列出的选项中选择",
        "size": "请从列出的选项中选择",
    }


def test_pydantic_speaks_english() -> None:
    assert errors(Everything, {"whole": "x", "text": "a"}, "en") == {"whole": "Please enter a whole number"}


def test_a_choice_outside_the_list_is_told_at_its_field() -> None:
    assert errors(Everything, {"text": "a", "whole": 1, "pick": "z"}) == {"pick": "请从列出的选项中选择"}


def test_a_rule_over_the_whole_form_is_told_in_its_own_words() -> None:
    told = errors(filing.Filing, {"text": "路灯坏了两个月", "track": "B", "township": "t"})
    assert list(told) == [""]
    assert told[""].startswith("请留下姓名和电话")


def test_a_length_is_told_with_its_number() -> None:
    assert errors(filing.Filing, {"text": "短", "track": "B", "township": "t", "anonymous": True}) == {
        "text": "至少填写 5 个字"
    }


def test_an_office_and_the_kernel_say_it_in_the_same_way() -> None:
    assert messages.by_field(FormError({"lines/0/name": ("missing", {})})) == {"lines.0.name": "请填写"}
    assert messages.by_field(BadInput("日期晚于今天", field="served_on")) == {"served_on": "日期晚于今天"}
    assert messages.by_field(BadInput("不能这样填")) == {"": "不能这样填"}


def test_an_error_that_nobody_named_still_has_words() -> None:
    assert messages.say("something_new") == "填写有误，请检查"
    assert messages.say("greater_than", {"le": 3}) == "填写有误，请检查"


def test_ids_of_two_forms_on_one_page_do_not_meet() -> None:
    first, second = (forms.view(SCHEMA, choices=PARTIES, prefix=prefix) for prefix in ("a", "b"))
    assert not {one.id for one in first} & {one.id for one in second}
