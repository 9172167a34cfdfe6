"""Amounts in capitals: as a bank would write them, and each amount by one text only."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewindow_mediation.money import DIGITS, capitals, figures


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1", "壹元整"),
        ("10", "壹拾元整"),
        ("105.06", "壹佰零伍元零陆分"),
        ("1050.50", "壹仟零伍拾元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("1000000", "壹佰万元整"),
        ("100010001", "壹亿零壹万零壹元整"),
        ("12345678.90", "壹仟贰佰叁拾肆万伍仟陆佰柒拾捌元玖角整"),
        ("100000000000", "壹仟亿元整"),
    ],
)
def test_an_amount_in_capitals(amount: str, said: str) -> None:
    assert capitals(Decimal(amount)) == said


def value(said: str) -> Decimal:
    """The amount that a text in capitals names."""
    total, group, digit = Decimal(0), Decimal(0), Decimal(0)
    units = {"拾": 10, "佰": 100, "仟": 1000}
    big = {"万": Decimal(10**4), "亿": Decimal(10**8), "兆": Decimal(10**12)}
    whole, _, rest = said.rpartition("元")
    for sign in whole:
        if sign in units:
            group, digit = group + digit * units[sign], Decimal(0)
        elif sign in big:
            total, group, digit = total + (group + digit) * big[sign], Decimal(0), Decimal(0)
        else:
            digit = Decimal(DIGITS.index(sign))
    total += group + digit
    for part, worth in (("角", Decimal("0.1")), ("分", Decimal("0.01"))):
        if part in rest:
            total += DIGITS.index(rest[rest.index(part) - 1]) * worth
    return total


@given(st.integers(0, 10**15 - 1).map(lambda cents: Decimal(cents) / 100))
def test_what_was_written_in_capitals_reads_back_as_the_amount(amount: Decimal) -> None:
    said = capitals(amount)
    assert value(said) == amount
    assert "零零" not in said


@pytest.mark.parametrize("amount", ["-1", "0.001", "1e16"])
def test_what_cannot_be_written_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="two decimals"):
        capitals(Decimal(amount))


def test_figures_have_two_decimals_and_marks_for_thousands() -> None:
    assert figures(Decimal("1050.5")) == "1,050.50"
