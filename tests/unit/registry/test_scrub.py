"""The scrubber: what tells who somebody is does not get into what is searched, however it is written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onewindow.registry.search.scrub import GONE, Known, scrub, tells_a_number
from onewindow.registry.search.text import fold

WHO = Known("欧阳知秋", "东关镇前村8号院2单元301", ("13900017733", "371700199001017316"))
FIRM = Known("兴旺物业有限公司", person=False)
BETWEEN = st.lists(st.sampled_from(["", " ", "-", "　", "·", "\n", "\u200b"]), min_size=10, max_size=17)


@pytest.mark.parametrize(
    "written",
    [
        "13900017733", "139 0001 7733", "139-0001-7733", "１３９０００１７７３３", "+86 13900017733", "wx13900017733",
        "371700199001017316", "37170019900101731X", "371700 19900101 731x", "3717 0019 9001 0173 16", "0530-3333333",
        "幺三九零零零一七七三三", "①③⑨⓪⓪⓪①⑦⑦③③", "E12345678", "1 3 9 0 0 0 1 7 7 3 3",
    ],
)  # fmt: skip
def test_a_number_is_taken_out_however_it_is_written(written: str) -> None:
    left = scrub(f"请打电话{written}，噪音很大", [])
    assert "噪音很大" in left and GONE in left
    assert not any(c.isdigit() for c in fold(left)), left
    assert tells_a_number(written)


@pytest.mark.parametrize(
    "kept", ["2026-03-04", "2026年3月4日", "1200元", "23点", "110", "12345", "371700001-2026-000001", "第301室"]
)
def test_dates_amounts_and_case_numbers_stay(kept: str) -> None:
    assert scrub(f"在{kept}发生", []) == f"在{kept}发生"


@pytest.mark.parametrize(
    "written", ["欧阳知秋", "欧 阳 知 秋", "欧阳·知秋", "欧阳\u200b知秋", "欧阳　知秋", "欧阳女士", "欧阳某"]
)
def test_a_partys_name_is_taken_out_however_it_is_written(written: str) -> None:
    assert scrub(f"我是{written}，反映噪音", [WHO]) == f"我是{GONE}，反映噪音"


def test_an_address_keeps_the_village_and_loses_the_door() -> None:
    assert scrub("我住东关镇前村8号院2单元301，楼上漏水", [WHO]) == f"我住东关镇前村{GONE}，楼上漏水"
    assert scrub("8号院2单元301漏水", [WHO]) == f"{GONE}漏水"
    assert scrub("银杏里七号", [Known(address="银杏里七号")]) == GONE


def test_an_organisation_loses_its_name_and_no_syllable_more() -> None:
    assert scrub("兴旺物业有限公司乱收费，兴某先生说", [FIRM]) == f"{GONE}乱收费，兴某先生说"


def test_another_partys_words_stay() -> None:
    assert scrub("王先生说噪音大", [WHO]) == "王先生说噪音大"


@settings(deadline=None)
@given(BETWEEN, st.sampled_from(["13900017733", "371700199001017316"]), st.text("噪音扰民，。 ab", max_size=10))
def test_whatever_stands_between_its_digits_a_number_leaves_nothing(
    between: list[str], number: str, around: str
) -> None:
    written = "".join(digit + gap for digit, gap in zip(number, [*between, *[""] * 18], strict=False))
    left = scrub(f"{around}：{written}：{around}", [])
    assert not any(c.isdigit() for c in left)


@given(
    st.text("路面坑洼噪音扰民，。 ab1\n", max_size=40),
    st.text("欧阳知秋申屠大河买提古丽", min_size=2, max_size=6),
    BETWEEN,
)
def test_no_name_survives_in_any_text(text: str, name: str, between: list[str]) -> None:
    written = "".join(letter + gap for letter, gap in zip(name, between, strict=False))
    left = scrub(f"{text}{written}{text}{name}", [Known(name)])
    assert not any(letter in left for letter in name)
    assert all(word in left for word in text.split("，") if word.isalpha() and word.isascii())
