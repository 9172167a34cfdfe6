"""How personal fields look until a reason is given (after GB/T 35273), and a guard so that a mask is never stored."""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from onewindow.errors import BadInput
from onewindow.i18n import _

MASK = "*"
# Every sign that people and programs use for a hidden character; none of them belongs in a name, number or address.
_MASKS = re.compile("[*＊﹡∗✱•●○×]|某某")

_AREA = re.compile(r"(?:街道|社区|镇|乡|村)")
_ROAD = re.compile(r"(?:大道|大街|路|街|巷|胡同|里弄|庄|屯)")
_REGION = re.compile(r"(?:省|自治区|市|县|(?<!小)区|旗)")
# From here on an address leads to one door.
_DOOR = re.compile(r"[0-9０-９]|[一二三四五六七八九十百]+(?:号|楼|栋|幢|单元|室|组|队|户|排)")


def mask_name(name: str) -> str:
    """The first character and nothing else, the length of a short name kept: 张**."""
    name = name.strip()
    if not name:
        return ""
    return name[0] + MASK * min(max(len(name) - 1, 1), 3)


def mask_phone(phone: str) -> str:
    """138****5678; of a land line the area code and the last two digits."""
    text = phone.strip()
    digits = re.sub(r"\D", "", text)
    if not text:
        return ""
    if match := re.fullmatch(r"(?:86)?(1\d{2})\d{4}(\d{4})", digits):
        return f"{match[1]}{MASK * 4}{match[2]}"
    if match := re.fullmatch(r"(0\d{2,3})[-—\s]?\d{5,6}(\d{2})", text):
        return f"{match[1]}-{MASK * 6}{match[2]}"
    return MASK * 6 + digits[-2:] if len(digits) >= 7 else MASK * 6


def mask_id(number: str) -> str:
    """The first three and the last four: 110***********1234."""
    text = number.strip()
    if not text:
        return ""
    if len(text) < 12:
        return MASK * max(len(text), 6)
    return text[:3] + MASK * (len(text) - 7) + text[-4:]


def mask_address(address: str) -> str:
    """As far as the street office, the village or the road, never to the door."""
    text = address.strip()
    if not text:
        return ""
    door = _DOOR.search(text)
    open_part = text[: door.start()] if door else text
    for level in (_AREA, _ROAD, _REGION):
        ends = [match.end() for match in level.finditer(open_part) if match.start() > 0]
        if ends:
            return open_part[: ends[-1]] + MASK * 4
    return MASK * 6


def mask_text(text: str) -> str:
    """Any other personal field: nothing of it is shown."""
    return MASK * 6 if text.strip() else ""


MASKS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"name": mask_name, "phone": mask_phone, "id_number": mask_id, "address": mask_address}
)


def mask(kind: str, value: str | None) -> str:
    """The masked form of a personal field; a kind without a rule of its own is hidden whole."""
    return MASKS.get(kind, mask_text)(value or "")


def is_masked(value: object) -> bool:
    """Whether this came off a masked screen: it carries a sign that hides a character."""
    return isinstance(value, str) and _MASKS.search(value) is not None


def refuse_masked(values: Mapping[str, object] | Iterable[tuple[str, object]]) -> None:
    """Refuse a masked value in a personal field before it overwrites the real one.

    Raises:
        BadInput: naming each such field.
    """
    pairs = values.items() if isinstance(values, Mapping) else values
    message = _("不能保存已遮盖的内容")
    if masked := {name: message for name, value in pairs if is_masked(value)}:
        raise BadInput(message, fields={**masked}, remedy=_("未改动的项目请留空，或先查看完整内容再修改"))
