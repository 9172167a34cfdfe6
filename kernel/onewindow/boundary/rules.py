"""What a refusal says: the rule, the place, why, and what to do instead; for the words and for the structure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from onewindow.boundary.register import Kind
from onewindow.boundary.words import find
from onewindow.i18n import Message, _

WHERE = 200


@dataclass(frozen=True, slots=True)
class Violation:
    """Something outside the boundary: the rule that it breaks and where it stands."""

    rule: str
    where: str
    text: Message
    remedy: Message
    source: str = ""

    def __str__(self) -> str:
        return f"{self.text} ({self.rule}: {self.where})"


_PIPL = "个人信息保护法 第六条"
_STRUCTURE: dict[str, tuple[Message, Message, str]] = {
    "handles-everything": (
        _("科室不得办理“所有事项”"),
        _("逐个列出事项轨和事项类别码"),
        "个人信息保护法 第六条、第三十四条",
    ),
    "unknown-code": (_("没有这个事项轨或者事项类别"), _("用事项目录里的代码"), ""),
    "open-bag": (
        _("字段可以装任意内容，无从检查"),
        _("逐个声明它的字段"),
        _PIPL,
    ),
    "foreign-schema": (_("字段引用了声明以外的结构"), _("把结构写在声明之内"), ""),
    "too-deep": (_("声明的层次过多"), _("减少嵌套"), ""),
    "personal-undeclared": (
        _("像是个人信息的字段没有声明用途和保存期"),
        _("用 personal= 写明用途，用 keep= 写明保存期；属于单位的，在标题里写明"),
        "个人信息保护法 第六条、第十七条",
    ),
    "personal-purpose": (
        _("个人信息字段的用途没有写明"),
        _("写明为办理哪一步而需要"),
        "个人信息保护法 第六条、第十七条",
    ),
    "personal-keep": (
        _("个人信息字段的保存期没有写明"),
        _("写 case、years(n) 或者 until(状态)，状态须是本流程的"),
        "个人信息保护法 第十九条",
    ),
    "personal-listed": (
        _("个人信息不得进入列表和统计"),
        _("去掉 listed=True"),
        _PIPL,
    ),
    "personal-key": (
        _("个人信息字段不得唯一、建索引或者被检索"),
        _("去掉索引和唯一约束；系统不按人查找"),
        "个人信息保护法 第六条、第二十四条",
    ),
    "record-of-the-public": (
        _("科室台账不得登记群众"),
        _("个人只作为事项的当事人出现；台账只记场所、计划和工作人员"),
        _PIPL,
    ),
    "organisation-named": (
        _("违法行为报案不设组织名称"),
        _("只登记具体行为的时间、地点、经过和证据"),
        "个人信息保护法 第三十四条",
    ),
    "open-list-of-acts": (
        _("违法行为清单是封闭的，没有“其他”"),
        _("去掉“其他”"),
        "个人信息保护法 第三十四条",
    ),
}
STRUCTURAL_RULES = frozenset(_STRUCTURE)


def structural(rule: str, where: str) -> Violation:
    """A violation of a rule about structure."""
    text, remedy, source = _STRUCTURE[rule]
    return Violation(rule, where, text, remedy, source)


def said(text: str, kind: Kind, where: str) -> Iterator[Violation]:
    """The violations in the words of a text."""
    for hit in find(text, kind) if text else ():
        yield Violation(hit.notion.rule, where, hit.notion.text, hit.notion.why, hit.notion.source)


def masked(where: str) -> str:
    """A place as it may be logged: not endless, and without anything that could be somebody's number."""
    return re.sub(r"\d{6,}", "***", where)[:WHERE]
