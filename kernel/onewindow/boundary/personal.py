"""Which fields hold personal data by their look, and what such a field has to declare before it loads."""

import re
from collections.abc import Sequence
from itertools import pairwise

from onewindow.boundary.schemas import FieldAt
from onewindow.boundary.words import normal, words


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_NAME_ZH = re.compile(r"姓名|人名|名字|曾用名|联系人|监护人|配偶|户主|称呼")
_CONTACT_ZH = re.compile(r"电话|手机|联系方式|微信|QQ|邮箱|住址|地址|通讯|户籍|门牌", re.I)
_IDENTITY_ZH = re.compile(
    r"身份证|证件号|护照号|社保号|公民身份|银行(?:卡|账)|账号|账户|卡号|车牌|出生|生日|年龄|性别|病史|病情|职业|籍贯|婚姻状况"
)
# Whose they are is plain from the title: an organ's, a place's, a matter's, or staff's in their duty.
_PUBLIC_ZH = re.compile(
    r"(?:单位|机关|机构|企业|公司|经营者|商户|组织|部门|场所|学校|医院|法院|办公|值班|窗口|服务|咨询|监督|承办人|经办人|公开"
    r"|热线|科室|站所|应急)(?:的|联系|办公|联络)?(?:电话|地址|邮箱|联系方式|账号|账户)"
    r"|(?:事发|发生|隐患|现场|检查|注册|经营|办公|施工|接待|会议|活动|开庭|调解|服务|项目|工程|网络|网站|网页|IP)(?:的)?地址"
    r"|(?:火警|报警|急救|投诉|举报|热线)电话|营业执照|事发地"
)
_COUNT_ZH = re.compile(r"(?:次数|数量|人数|件数|个数|天数|户数|比例|次|总数)$")
_NAME_LATIN = _set("name surname firstname lastname fullname realname nickname xingming guardian spouse")
_CONTACT_LATIN = _set(
    "phone telephone tel mobile cellphone cell address addr email mail wechat weixin qq contact contacts residence"
    " domicile dianhua shouji dizhi zhuzhi lianxifangshi"
)
_BIRTH_LATIN = _set("birth birthday birthdate dob")
_IDENTITY_LATIN = _BIRTH_LATIN | _set(
    "idcard idno idnumber identity passport ssn age gender sex bankaccount bankcard cardno licenseplate plate"
    " shenfenzheng zhengjianhao"
)
_PLAIN_NAMES = re.compile(
    r"(?:file|unit|organ|organisation|organization|office|site|place|road|product|company|firm|court|station|project|plan"
    r"|document|paper|material|item|event|activity|course|drive|campaign|device|equipment|law|type|kind|category|state"
    r"|school|hospital|department|agency|bureau|village|town|township|community|street|building|trade|host|user|key"
    r"|display|procedure|team|group) (?:name|title)s?"
)
_PLAIN_ADDRESS = re.compile(
    r"(?:ip|web|site|unit|organ|office|company|firm|place|court|hazard|project|event|scene|business|venue|station|url)"
    r" (?:address|addr|phone|telephone|tel|email|mail|contact)"
    r"|e?mail (?:sent|subject|count)|(?:page|storage|mem|bed|back|pass) (?:age|plate)"
)
_THING_ZH = re.compile(r"名称|品名|标题|题目|书名|地名|路名|项目名|文件名|案由|用户名|别名")
_ORGAN_ZH = re.compile(r"(?:机关|单位|机构|企业|公司|部门|组织|场所|学校|商户|经营者)(?:全称|名称)")
_VAGUE = re.compile(
    r"[\W_]*|其他|其它|备用|需要|工作需要|待定|暂无|无|管理|备查|掌握情况|了解情况|信息"
    r"|test|todo|other|n/?a|tbd",
    re.IGNORECASE,
)
_KEEP = re.compile(r"case|years\((\d{1,2})\)|until\(([A-Za-z_][A-Za-z0-9_]*)\)")
LONGEST_YEARS = 30


def is_declared(field: FieldAt) -> bool:
    return bool(field.extra("x-personal"))


def bad_purpose(field: FieldAt) -> bool:
    """Whether the purpose says nothing."""
    purpose = field.extra("x-personal")
    return not isinstance(purpose, str) or len(purpose.strip()) < 2 or bool(_VAGUE.fullmatch(purpose.strip()))


def bad_keep(field: FieldAt, states: Sequence[str] | None) -> bool:
    """Whether it is not said how long the field is kept; `states` are those that `until` may name."""
    found = _KEEP.fullmatch(str(field.extra("x-keep") or ""))
    if found is None:
        return True
    if found[1] is not None:
        return not 1 <= int(found[1]) <= LONGEST_YEARS
    return found[2] is not None and (states is None or found[2] not in states)


def looks_personal(fields: Sequence[FieldAt]) -> list[FieldAt]:
    """The fields of one model that hold personal data by their name or title.

    Beside an organisation's name, an address or a telephone number is the organisation's, unless there is a person's
    name in the same model too.
    """
    names = [field for field in fields if _open_text(field) and _is_name(field.name, field.title)]
    identities = [field for field in fields if _open_text(field) and _is_identity(field.name, field.title)]
    organisation = any(_is_organisation(field) for field in fields) and not names and not identities
    contacts = [field for field in fields if _open_text(field) and _is_contact(field.name, field.title)]
    found = [*names, *identities, *([] if organisation else contacts)]
    return [field for field in fields if field in found]


def column_looks_personal(name: str) -> bool:
    """Whether a database column or an import's column looks so, by its name alone."""
    return _is_name(name, name) or _is_identity(name, name) or _is_contact(name, name)


def _open_text(field: FieldAt) -> bool:
    """Whether words or numbers of somebody could be written into it."""
    if field.extra("x-widget") in {"party", "staff", "unit", "assignment", "attachment"} or field.closed:
        return False
    formats = {part.get("format") for part in field.parts}
    if field.types and (field.types <= {"boolean"} or (formats & {"date", "date-time"} and not _birth(field))):
        return False
    return not (field.types <= {"integer", "number"} and field.types and _COUNT_ZH.search(normal(field.title)))


def _birth(field: FieldAt) -> bool:
    return bool(re.search(r"出生|生日", field.title)) or bool(_tokens(field.name) & _BIRTH_LATIN)


def _is_name(name: str, title: str) -> bool:
    title = normal(title)
    if _NAME_ZH.search(title):
        return True
    return bool(_tokens(name) & _NAME_LATIN) and not _PLAIN_NAMES.search(words(name)) and not _THING_ZH.search(title)


def _is_contact(name: str, title: str) -> bool:
    title = normal(title)
    chinese = bool(re.search(r"[㐀-鿿]", title))
    if _CONTACT_ZH.search(_PUBLIC_ZH.sub("", title)):
        return True
    # A plain Chinese title says better than an English key whose it is.
    if chinese and _PUBLIC_ZH.search(title):
        return False
    return bool(_tokens(name) & _CONTACT_LATIN) and not _PLAIN_ADDRESS.search(words(name))


def _is_identity(name: str, title: str) -> bool:
    title = normal(title)
    if _IDENTITY_ZH.search(_PUBLIC_ZH.sub("", title)):
        return True
    if _PLAIN_ADDRESS.search(words(name)) or _PUBLIC_ZH.search(title):
        return False
    return bool(_tokens(name) & _IDENTITY_LATIN)


def _is_organisation(field: FieldAt) -> bool:
    return bool(_ORGAN_ZH.fullmatch(normal(field.title)))


def _tokens(name: str) -> set[str]:
    """The words of an identifier, and each two neighbours together: `id_card` is `idcard` too."""
    parts = words(name).split()
    singular = {part.removesuffix("s") for part in parts}
    return {*parts, *singular, *(a + b for a, b in pairwise(parts))}
