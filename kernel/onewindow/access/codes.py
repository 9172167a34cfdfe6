"""Tracking codes (查询码): unguessable, read aloud over a counter, and wrong ones refused before any look-up."""

import secrets
import unicodedata

from onewindow.errors import BadInput
from onewindow.i18n import _

# No I, L, O or U: nothing that a tired eye takes for 1, 0 or V.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SYMBOLS = 15  # 75 random bits
LENGTH = SYMBOLS + 1
GROUP = 4

_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive: the powers of x run through all 31 non-zero elements


def _times_x(element: int) -> int:
    element <<= 1
    return element ^ _POLYNOMIAL if element & 0b100000 else element


def _check(values: list[int]) -> int:
    """The check symbol in GF(32): the sum of x^i times the i-th symbol from the right, the check itself being x^0.

    The weights are distinct and not zero, so one wrong symbol always shows, and so do two that changed places.
    """
    total = 0
    for value in values:
        total = _times_x(total ^ value)
    return total


def generate() -> str:
    """A fresh code, as it is stored (digested) and compared: sixteen symbols without hyphens."""
    bits = secrets.randbits(5 * SYMBOLS)
    values = [(bits >> (5 * place)) & 31 for place in range(SYMBOLS)]
    return "".join(ALPHABET[value] for value in values) + ALPHABET[_check(values)]


def show(code: str) -> str:
    """The code in groups of four, as it is printed."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def is_valid(code: str) -> bool:
    """Whether a normalised code has the right length, symbols and check symbol."""
    if len(code) != LENGTH or any(symbol not in _VALUE for symbol in code):
        return False
    values = [_VALUE[symbol] for symbol in code]
    return _check(values[:-1]) == values[-1]


def normalise(text: str) -> str:
    """The code that somebody typed: any case, any hyphens or spaces, full-width too, O for 0 and I or L for 1.

    Raises:
        BadInput: it cannot be a code of ours, whatever the database holds.
    """
    plain = unicodedata.normalize("NFKC", text[:200]).upper()
    code = "".join(symbol for symbol in plain if symbol.isalnum()).translate(_MEANT)
    if not is_valid(code):
        raise BadInput(_("查询码有误"), field="code", remedy=_("请对照回执逐位核对，共十六位，每四位一组"))
    return code
