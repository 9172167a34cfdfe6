"""Amounts as a paper of some weight says them: in figures, and in capitals that nobody can alter (大写金额)."""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"  # untranslated: how a sum is written by hand
UNITS = ("", "拾", "佰", "仟")  # untranslated: the same
GROUPS = ("", "万", "亿", "兆")  # untranslated: the same
MOST = Decimal(10) ** 16


def figures(amount: Decimal) -> str:
    """In figures: 12,345.60."""
    return f"{amount:,.2f}"


def capitals(amount: Decimal) -> str:
    """In capitals: 壹万贰仟叁佰肆拾伍元陆角整.

    Raises:
        ValueError: negative, with less than a 分, or too large to be written.
    """
    if amount < 0 or amount >= MOST or amount != amount.quantize(Decimal("0.01")):
        raise ValueError("an amount has at most two decimals, and is neither negative nor boundless")
    whole, cents = divmod(int(amount * 100), 100)
    jiao, fen = divmod(cents, 10)
    said = _whole(whole) + "元" if whole else ""  # untranslated: part of the sum
    if not cents:
        return (said or "零元") + "整"  # untranslated: part of the sum
    if jiao:
        said += DIGITS[jiao] + "角"  # untranslated: part of the sum
    elif said:
        said += DIGITS[0]
    return said + (DIGITS[fen] + "分" if fen else "整")  # untranslated: part of the sum


def _whole(number: int) -> str:
    said, gap = "", False
    for place in reversed(range(len(GROUPS))):
        group = number // 10_000**place % 10_000
        if not group:
            gap = gap or bool(said)
            continue
        if said and (gap or group < 1000):
            said += DIGITS[0]
        said, gap = said + _group(group) + GROUPS[place], False
    return said


def _group(number: int) -> str:
    said, gap = "", False
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if digit:
            said += (DIGITS[0] if gap and said else "") + DIGITS[digit] + UNITS[place]
            gap = False
        else:
            gap = True
    return said
