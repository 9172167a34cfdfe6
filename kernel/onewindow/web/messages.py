"""Says in plain words, next to its field, what Pydantic found wrong with a form."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from onewindow.errors import BadInput
from onewindow.i18n import DEFAULT, Message, _, translate
from onewindow.office.errors import FormError

UNKNOWN = _("填写有误，请检查")

MESSAGES: dict[str, Message] = {
    "missing": _("请填写"),
    "choice": _("请从列出的选项中选择"),
    "enum": _("请从列出的选项中选择"),
    "literal_error": _("请从列出的选项中选择"),
    "string_type": _("请填写文字"),
    "string_too_short": _("至少填写 {min_length} 个字"),
    "string_too_long": _("最多填写 {max_length} 个字"),
    "string_pattern_mismatch": _("格式不对，请检查"),
    "int_type": _("请填写整数"),
    "int_parsing": _("请填写整数"),
    "int_from_float": _("请填写整数"),
    "int_parsing_size": _("数字太大"),
    "float_type": _("请填写数字"),
    "float_parsing": _("请填写数字"),
    "finite_number": _("请填写数字"),
    "decimal_type": _("请填写数字"),
    "decimal_parsing": _("请填写数字"),
    "decimal_max_digits": _("数字太长"),
    "decimal_max_places": _("最多 {decimal_places} 位小数"),
    "decimal_whole_digits": _("数字太大"),
    "greater_than": _("必须大于 {gt}"),
    "greater_than_equal": _("不能小于 {ge}"),
    "less_than": _("必须小于 {lt}"),
    "less_than_equal": _("不能大于 {le}"),
    "multiple_of": _("必须是 {multiple_of} 的倍数"),
    "bool_type": _("请选择是或否"),
    "bool_parsing": _("请选择是或否"),
    "date_type": _("请填写日期"),
    "date_parsing": _("请填写日期"),
    "date_from_datetime_parsing": _("请填写日期"),
    "date_from_datetime_inexact": _("只填日期，不填时间"),
    "date_past": _("日期应当早于今天"),
    "date_future": _("日期应当晚于今天"),
    "datetime_type": _("请填写日期和时间"),
    "datetime_parsing": _("请填写日期和时间"),
    "datetime_from_date_parsing": _("请填写日期和时间"),
    "datetime_past": _("时间应当早于现在"),
    "datetime_future": _("时间应当晚于现在"),
    "timezone_aware": _("请填写日期和时间"),
    "time_type": _("请填写时间"),
    "time_parsing": _("请填写时间"),
    "too_short": _("至少填写 {min_length} 项"),
    "too_long": _("最多填写 {max_length} 项"),
    "list_type": _("请逐项填写"),
    "tuple_type": _("请逐项填写"),
    "model_type": _("请逐项填写"),
    "dict_type": _("请逐项填写"),
    "uuid_type": _("编号不对，请重新选择"),
    "uuid_parsing": _("编号不对，请重新选择"),
    "extra_forbidden": _("这一项不能填写"),
    "json_invalid": _("不是有效的 JSON"),
    "model_attributes_type": _("请逐项填写"),
    "masked": _("不能保存已遮盖的内容"),
    "anonymous_named": _("匿名的当事人不填姓名和证件号"),
    "no_applicant": _("至少要有一位来访人，可以匿名"),
    "category": _("没有这个事项类别"),
    "id_length": _("身份证号是十八位，请核对；不便提供的可以不填"),
    "id_check": _("身份证号有误（校验位或日期不对），请逐位核对；不便提供的可以不填"),
    "credit_code": _("统一社会信用代码有误（校验位不对），请逐位核对；不清楚的可以不填"),
    "phone": _("电话号码有误，请核对位数；不便提供的可以不填"),
    "representatives": _("代表最多五人（信访工作条例第二十条）：请推选，其他人可以照样登记为当事人"),
    "representative_role": _("代表须是来访人或代理人"),
    "group_size": _("人数少于已登记的来访人"),
    "read_back": _("代书的内容须读给本人听，确认后勾选“已读回”"),
    "control_character": _("含有不能保存的字符"),
}
# What does not have a length is "empty", not "shorter than one".
_EMPTY = _("请填写")


def say(kind: str, context: Mapping[str, Any] | None = None, lang: str = DEFAULT) -> str:
    """The words for one of Pydantic's errors."""
    ctx = dict(context or {})
    if kind in ("value_error", "assertion_error"):
        return translate(str(ctx.get("error") or UNKNOWN), lang)
    if kind in ("string_too_short", "too_short") and ctx.get("min_length") == 1:
        return translate(_EMPTY, lang)
    msgid = MESSAGES.get(kind, UNKNOWN)
    try:
        return translate(msgid, lang, **ctx)
    except (KeyError, IndexError):
        return translate(UNKNOWN, lang)


def by_field(error: ValidationError | FormError | BadInput, lang: str = DEFAULT) -> dict[str, str]:
    """What is wrong, by the name that the field has in the form (`rows.0.name`); "" is the form as a whole."""
    found: dict[str, str] = {}
    for name, message in _told(error, lang):
        found.setdefault(name, message)
    return found


def _told(error: ValidationError | FormError | BadInput, lang: str) -> Iterable[tuple[str, str]]:
    if isinstance(error, ValidationError):
        for one in error.errors(include_url=False, include_input=False):
            yield ".".join(str(part) for part in one["loc"]), say(one["type"], one.get("ctx"), lang)
    elif isinstance(error, FormError):
        for name, (kind, ctx) in error.errors.items():
            yield name.replace("/", "."), say(kind, ctx, lang)
    else:
        for name, message in error.fields.items():
            yield name.replace("/", "."), translate(message, lang, **error.params)
        if not error.fields:
            yield "", translate(error.message, lang, **error.params)
