"""Numbers that carry their own check: ID cards, organisations' credit codes and telephones; each may be left out."""

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException
from pydantic_core import PydanticCustomError
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent, ValidationError

HERE = "CN"
_ID_CARD = re.compile(r"\d{17}[\dX]")
# As neighbours write it: without the area code.
_LOCAL = re.compile(r"[2-8]\d{6,7}")
# No operator gives out 120…: what demonstrations and trainings write instead of somebody's number.
_PRACTICE = re.compile(r"120\d{8}")
_CREDIT_CODE = re.compile(r"[0-9A-Z]{18}")


def _plain(text: str) -> str:
    return re.sub(r"[\s\-—]", "", unicodedata.normalize("NFKC", text)).upper()


def id_number(kind: str, text: str) -> str:
    """A person's ID number or an organisation's unified social credit code, without spaces, its check digit right.

    A person may show another document (a passport, a permit): what does not have the shape of an ID card is kept as it
    is. GB 11643 and GB 32100 say how the digits are weighed.

    Raises:
        PydanticCustomError: `id_length`, `id_check` or `credit_code`.
    """
    number = _plain(text)
    if not number:
        return ""
    if kind == "organisation":
        if _CREDIT_CODE.fullmatch(number):
            try:
                return str(uscc.validate(number))
            except ValidationError as error:
                raise PydanticCustomError("credit_code", "the check digit is wrong") from error
        return number
    if _ID_CARD.fullmatch(number):
        if ric.calc_check_digit(number) != number[-1]:
            raise PydanticCustomError("id_check", "the check digit is wrong")
        # The place is not asked: no list holds every county that ever gave out numbers.
        try:
            ric.get_birth_date(number)
        except InvalidComponent as error:
            raise PydanticCustomError("id_check", "there is no such day") from error
        return number
    if number.isdigit() and len(number) > 12:
        raise PydanticCustomError("id_length", "an ID card's number has eighteen digits")
    return number


def phone(text: str) -> str:
    """A telephone number that exists in the numbering plan, as it was written; one without its area code is taken.

    Raises:
        PydanticCustomError: `phone`.
    """
    number = " ".join(unicodedata.normalize("NFKC", text).split())
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number, HERE)
    except NumberParseException as error:
        raise PydanticCustomError("phone", "not a telephone number") from error
    plain = _plain(number)
    if not (_LOCAL.fullmatch(plain) or _PRACTICE.fullmatch(plain) or phonenumbers.is_valid_number(parsed)):
        raise PydanticCustomError("phone", "not a telephone number")
    return number
