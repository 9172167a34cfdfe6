"""What a screen shows of a person, and that it never comes back as data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewindow.access.masking import MASKS, is_masked, mask, refuse_masked
from onewindow.errors import BadInput


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("name", "张三", "张*"),
        ("name", "欧阳小明", "欧***"),
        ("name", "王", "王*"),
        ("name", " 古丽巴哈尔·买买提 ", "古***"),
        ("phone", "13812345678", "138****5678"),
        ("phone", "+86 138 1234 5678", "138****5678"),
        ("phone", "0531-88123456", "0531-******56"),
        ("phone", "12345", "******"),
        ("id_number", "11010519491231002X", "110***********002X"),
        ("id_number", "1234567", "*******"),
        ("address", "示范市示范区东镇李家村12号", "示范市示范区东镇李家村****"),
        ("address", "示范区解放路8号3单元402", "示范区解放路****"),
        ("address", "示范区幸福街道和平社区三号楼二单元", "示范区幸福街道和平社区****"),
        ("address", "示范区花园小区东门", "示范区****"),
        ("address", "某处", "******"),
        ("bank_account", "6222020200112233", "******"),
        ("name", "", ""),
        ("phone", None, ""),
        ("address", "  ", ""),
    ],
)
def test_a_field_is_masked_by_its_kind(kind: str, value: str | None, shown: str) -> None:
    assert mask(kind, value) == shown


@given(
    kind=st.sampled_from([*MASKS, "other"]), value=st.text(min_size=1, max_size=40).filter(lambda text: text.strip())
)
def test_whatever_was_masked_is_known_as_masked_and_refused(kind: str, value: str) -> None:
    shown = mask(kind, value)
    assert is_masked(shown)
    with pytest.raises(BadInput) as raised:
        refuse_masked({"field": shown})
    assert set(raised.value.fields) == {"field"}


@pytest.mark.parametrize("value", ["张三", "13812345678", "11010519491231002X", "示范区解放路8号", "", None, 7])
def test_a_real_value_passes(value: object) -> None:
    assert not is_masked(value)
    refuse_masked({"field": value})


@pytest.mark.parametrize("value", ["张＊", "138●●●●5678", "张××", "李某某", "138****5678"])
def test_what_other_programs_use_for_a_mask_is_refused_too(value: str) -> None:
    assert is_masked(value)


@given(digits=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_of_a_telephone_number_four_digits_stay_hidden(digits: str) -> None:
    assert mask("phone", digits) == f"{digits[:3]}****{digits[-4:]}"


def test_each_masked_field_is_named() -> None:
    with pytest.raises(BadInput) as raised:
        refuse_masked({"name": "张*", "phone": "138****5678", "address": "东镇"})
    assert set(raised.value.fields) == {"name", "phone"}
