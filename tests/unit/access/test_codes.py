"""Tracking codes: what is printed can be typed, and what was mistyped is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewindow.access import codes
from onewindow.errors import BadInput

made = st.builds(codes.generate)
places = st.integers(0, codes.LENGTH - 1)


@given(code=made)
def test_a_code_is_valid_and_survives_printing(code: str) -> None:
    assert codes.is_valid(code)
    assert codes.normalise(codes.show(code)) == code
    assert [len(group) for group in codes.show(code).split("-")] == [4, 4, 4, 4]


@given(code=made, place=places, symbol=st.sampled_from(codes.ALPHABET))
def test_any_single_wrong_symbol_is_noticed(code: str, place: int, symbol: str) -> None:
    wrong = code[:place] + symbol + code[place + 1 :]
    assert codes.is_valid(wrong) == (wrong == code)


@given(code=made, place=st.integers(0, codes.LENGTH - 2))
def test_two_neighbours_that_changed_places_are_noticed(code: str, place: int) -> None:
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert codes.is_valid(wrong) == (wrong == code)


@given(code=made, first=places, second=places)
def test_any_two_that_changed_places_are_noticed(code: str, first: int, second: int) -> None:
    symbols = list(code)
    symbols[first], symbols[second] = symbols[second], symbols[first]
    wrong = "".join(symbols)
    assert codes.is_valid(wrong) == (wrong == code)


def test_every_single_error_and_every_adjacent_swap_of_one_code_is_noticed() -> None:
    code = codes.generate()
    wrong = {code[:n] + symbol + code[n + 1 :] for n in range(16) for symbol in codes.ALPHABET}
    wrong |= {code[:n] + code[n + 1] + code[n] + code[n + 2 :] for n in range(15)}
    assert [each for each in wrong if codes.is_valid(each)] == [code]


@given(code=made)
def test_it_may_be_typed_as_people_type(code: str) -> None:
    shown = codes.show(code)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    for typed in (
        shown.lower(),
        shown.replace("-", " "),
        f"  {shown}\n",
        shown.replace("-", "—"),
        wide,
        code.replace("0", "O").replace("1", "l"),
        code.replace("0", "o").replace("1", "I"),
    ):
        assert codes.normalise(typed) == code


@pytest.mark.parametrize("typed", ["", "1", "0" * 15, "U" * 16, "张三", "0" * 5000, "0000-0000-0000-000?", "\x00" * 16])
def test_what_cannot_be_a_code_is_refused_before_any_look_up(typed: str) -> None:
    with pytest.raises(BadInput) as raised:
        codes.normalise(typed)
    assert "code" in raised.value.fields


def test_codes_do_not_repeat_and_use_the_whole_alphabet() -> None:
    many = [codes.generate() for _ in range(5000)]
    assert len(set(many)) == len(many)
    assert set("".join(many)) == set(codes.ALPHABET)
    assert not set(codes.ALPHABET) & set("ILOU")
    assert 32**codes.SYMBOLS >= 2**75
