"""Reading a CSV of units or of people: its columns, its rows, and what is wrong with each by itself."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from onewindow.boundary import check_mapping, require
from onewindow.errors import BadInput
from onewindow.i18n import Message, _
from onewindow.organisation.rows import UnitKind


class Kind(StrEnum):
    """What a file lists."""

    UNITS = "units"
    PEOPLE = "people"


class Mode(StrEnum):
    """Whether a refused row stops all of them, or only itself."""

    ALL = "all"
    ROWS = "rows"


# How many rows one request takes; a larger file is sent in parts.
MOST: Mapping[Kind, int] = MappingProxyType({Kind.UNITS: 5000, Kind.PEOPLE: 500})
UNIT_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "code": ("code", "代码", "单位代码", "区划代码", "统计用区划代码"),
        "name": ("name", "名称", "单位名称", "单位"),
        "level": ("level", "kind", "级别", "类型", "单位类型"),
        "parent": ("parent", "parent_code", "上级代码", "上级单位代码"),
        "organ": ("organ", "代表机关", "机关"),
        "office": ("office", "科室模块"),
    }
)
PERSON_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "login": ("login", "登录名", "账号", "工号"),
        "name": ("name", "姓名"),
        "unit": ("unit", "unit_code", "单位代码", "任职单位代码"),
        "role": ("role", "角色", "岗位角色", "岗位"),
    }
)
NEEDED: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {Kind.UNITS: ("code", "name", "level"), Kind.PEOPLE: ("login", "name")}
)
# What a level is called in files, and the unit that it makes; None: above the district, left alone.
LEVELS: Mapping[str, UnitKind | None] = MappingProxyType(
    {
        **dict.fromkeys(("province", "city", "省", "市"), None),
        **dict.fromkeys(("county", "district", "区", "县", "区县"), UnitKind.DISTRICT),
        **dict.fromkeys(("township", "town", "subdistrict", "镇", "乡", "街道", "镇街"), UnitKind.TOWNSHIP),
        **dict.fromkeys(("centre", "综治中心"), UnitKind.CENTRE),
        **dict.fromkeys(("office", "科室", "科室/所", "内设机构"), UnitKind.OFFICE),
        **dict.fromkeys(("bureau", "部门", "派出机构", "站所"), UnitKind.BUREAU),
        **dict.fromkeys(("station", "社区工作站", "工作站"), UnitKind.STATION),
        **dict.fromkeys(("village", "room", "村", "社区", "村居", "村居工作室"), UnitKind.ROOM),
    }
)
DIGITS: Mapping[UnitKind, tuple[int, ...]] = MappingProxyType({UnitKind.TOWNSHIP: (9, 12), UnitKind.ROOM: (12,)})
_CODE = re.compile(r"[0-9A-Za-z-]{2,24}")
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,49}")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\ufeff]")
NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is refused: which field, the reason, and what to do about it."""

    field: str
    reason: Message
    remedy: Message
    params: Mapping[str, Any] = member(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was read; `line` counts the file's lines, its heading too."""

    line: int
    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it was read; `ignored` are columns that nothing is taken from."""

    kind: Kind
    rows: tuple[Row, ...]
    ignored: tuple[str, ...]


def read(kind: Kind, text: str, mapping: Mapping[str, str] | None = None) -> Sheet:
    """The rows of a CSV with a heading. `mapping` gives the field of a column; without it well-known names do.

    Raises:
        Boundary: a column that this product does not hold, even one that nothing would be taken from.
        BadInput: no CSV, a column that is missing or that two fields claim, too many rows.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise BadInput(
            _("CSV 格式有误：{why}"), field="content", remedy=_("用表格软件另存为 CSV"), why=str(error)
        ) from None
    if not lines:
        raise BadInput(_("文件是空的"), field="content", remedy=_("第一行写列名"))
    heads = [cell.strip() for cell in lines[0][1]]
    columns = _columns(kind, heads, mapping)
    require(check_mapping({head: columns.get(head, head) for head in heads if head}), "import")
    if len(lines) - 1 > MOST[kind]:
        raise BadInput(_("一次最多导入 {most} 行"), field="content", remedy=_("把文件分成几份"), most=MOST[kind])
    rows = tuple(
        Row(number, {columns[h]: _plain(c) for h, c in zip(heads, cells, strict=False) if h in columns})
        for number, cells in lines[1:]
    )
    return Sheet(kind, rows, tuple(head for head in heads if head and head not in columns))


def _columns(kind: Kind, heads: Sequence[str], mapping: Mapping[str, str] | None) -> dict[str, str]:
    known = UNIT_FIELDS if kind is Kind.UNITS else PERSON_FIELDS
    if mapping:
        unknown = [name for name in mapping.values() if name and name not in known]
        if unknown:
            remedy = _("可用的字段：{names}")
            raise BadInput(
                _("没有这个字段：{name}"), field="mapping", remedy=remedy, name=unknown[0], names="、".join(known)
            )
        absent = [head for head, name in mapping.items() if name and head not in heads]
        if absent:
            raise BadInput(_("文件里没有这些列：{names}"), field="mapping", names="、".join(absent))
        found = {head: name for head, name in mapping.items() if name}
    else:
        names = {alias: name for name, aliases in known.items() for alias in aliases}
        found = {head: names[head.lower()] for head in heads if head.lower() in names}
    if len(set(found.values())) < len(found):
        raise BadInput(_("有两列对应同一个字段"), field="mapping", remedy=_("每个字段只对应一列"))
    missing = [name for name in NEEDED[kind] if name not in found.values()]
    if missing:
        raise BadInput(
            _("缺少这些列：{names}"),
            field="content",
            remedy=_("第一行写列名；可写 {aliases}"),
            names="、".join(missing),
            aliases="、".join(known[missing[0]]),
        )
    return found


def _plain(cell: str) -> str:
    return _UNSEEN.sub("", cell).strip()


def unit_fault(row: Row, district: str) -> Fault | None:
    """What is wrong with a unit's row by itself."""
    code, kind = row["code"], LEVELS.get(row["level"].lower())
    if not row["code"]:
        return Fault("code", _("缺少代码"), _("按代码识别单位，名称可以重复"))
    if row["level"].lower() not in LEVELS:
        return Fault(
            "level",
            _("没有这种级别：{level}"),
            _("可写 township、village、station、office、bureau 等"),
            {"level": row["level"][:20]},
        )
    if kind is None:
        return None
    if not _CODE.fullmatch(code):
        return Fault("code", _("代码格式不对"), _("用 2 至 24 个字母、数字或横线"))
    if kind in DIGITS and not (code.isdigit() and len(code) in DIGITS[kind]):
        return Fault("code", _("代码位数不对"), _("镇街 9 位（或 12 位且末三位为 000），村居 12 位"))
    if kind is UnitKind.TOWNSHIP and len(code) == 12 and not code.endswith("000"):
        return Fault("code", _("这是村居的代码"), _("镇街代码的末三位为 000"))
    if kind is UnitKind.DISTRICT and prefix_of(code) != prefix_of(district):
        return Fault("code", _("代码不属于本区 {district}"), _("只导入本区的单位"), {"district": district})
    if kind in DIGITS and not code.startswith(prefix_of(district)):
        return Fault("code", _("代码不属于本区 {district}"), _("只导入本区的单位"), {"district": district})
    return _name_fault(row)


def person_fault(row: Row, roles: frozenset[str]) -> Fault | None:
    """What is wrong with a person's row by itself."""
    if not _LOGIN.fullmatch(row["login"]):
        return Fault("login", _("登录名用 2 至 50 个小写字母、数字、点、横线"), _("改正登录名"))
    if bool(row["unit"]) != bool(row["role"]):
        return Fault("role" if row["unit"] else "unit", _("单位和角色须同时填写"), _("都填，或者都不填"))
    if row["role"] and row["role"] not in roles:
        return Fault(
            "role",
            _("没有这种岗位角色：{role}"),
            _("写角色的英文名或中文名，如 handler、承办人"),
            {"role": row["role"][:20]},
        )
    return _name_fault(row)


def _name_fault(row: Row) -> Fault | None:
    if not row["name"]:
        return Fault("name", _("缺少名称"), _("填写名称"))
    if len(row["name"]) > NAME_LENGTH:
        return Fault("name", _("名称太长"), _("不超过 100 个字"))
    return None


def prefix_of(district: str) -> str:
    """How the codes of a district's townships begin: its own code without the pairs of noughts at its end."""
    while len(district) > 2 and district.endswith("00"):
        district = district[:-2]
    return district


def township_code(code: str) -> str:
    """A township's nine digits, however it was written."""
    return code[:9]
