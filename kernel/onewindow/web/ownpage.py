"""What a person may do by their own code, as operations of their page; greyed ones say from when."""

from collections.abc import Mapping
from typing import Any

from onewindow.i18n import Message, _
from onewindow.routing.applicant import Standing
from onewindow.routing.withdrawals import Withdrawn
from onewindow.web import formatting, own_forms
from onewindow.web.operations import Operations
from onewindow.web.present import Presenter

HERE = "/tracked"
CALM = _(
    "五个工作日内可以随时取消；期满前由不经办此事的人员回访核实，确认是您本人的意思才生效。撤回不影响您以后再提出。"
)
GOES_ON = _("这类事项依法由机关继续办理：您撤回的是自己的请求，事情本身不会因此停下。")
AGREED = _("同意以后，您在这里打开文书即视为收到，期限从当天起算。随时可以取消，也可以索取纸质文书。")
WITHDRAWAL: Mapping[str, Message] = {
    "asked": _("您已提出撤回，{day} 以前可以取消。等待回访核实"),
    "verified": _("您已提出撤回并已核实，{day} 以前可以取消，期满生效"),
    "revoked": _("您取消了撤回，照常办理"),
    "refused": _("回访核实不是您本人的意思，撤回没有生效，照常办理"),
    "effective": _("您已撤回"),
    "continued": _("您已撤回自己的请求；这件事依职权继续办理"),
}


def operations(standing: Standing, make: Operations, known: Presenter) -> list[dict[str, Any]]:
    """The operations of this person's page beside those of the office."""
    found = []
    if standing.may_add:
        found.append(make.make("material", _("补充材料"), f"{HERE}/material", own_forms.Material))
    if standing.may_nudge:
        found.append(make.make("nudge", _("催一催"), f"{HERE}/nudge"))
    elif standing.nudge_from is not None:
        day = formatting.day(standing.nudge_from, known.lang)
        refusal = {"message": known.say(_("已经催过，{day} 起可以再催"), day=day), "remedy": ""}
        found.append(make.make("nudge", _("催一催"), f"{HERE}/nudge", refusal=refusal))
    if standing.may_revoke:
        found.append(make.make("revoke", _("取消撤回"), f"{HERE}/revoke", tone="primary"))
    elif standing.may_withdraw:
        told = known.say(CALM) + (known.say(GOES_ON) if standing.goes_on else "")
        found.append(make.make("withdraw", _("撤回"), f"{HERE}/withdraw", own_forms.Withdraw, confirm=told))
    if standing.may_rate:
        values = {"score": standing.rated.score.value, "reason": standing.rated.reason} if standing.rated else None
        title = _("修改评价") if standing.rated else _("评价")
        found.append(make.make("rate", title, f"{HERE}/rate", own_forms.Rate, values=values))
    if standing.consent is False:
        told = known.say(AGREED)
        found.append(make.make("consent", _("同意电子送达"), f"{HERE}/consent/yes", confirm=told))
    elif standing.consent:
        found.append(make.make("consent", _("不再同意电子送达"), f"{HERE}/consent/no"))
    if standing.may_reopen:
        found.append(make.make("reopen", _("申请重启"), f"{HERE}/reopen", own_forms.AskReopening))
    return found


def notices(standing: Standing, known: Presenter) -> list[str]:
    """What stands about this person's own wishes, in a sentence each."""
    found = []
    if standing.withdrawal is not None:
        found.append(withdrawal(standing.withdrawal, known))
    if standing.rated is not None:
        score = known.label(standing.rated.score.value, "score")
        found.append(known.say(_("您的评价：{score}"), score=score))
    if standing.reopening_asked:
        found.append(known.say(_("已申请重启，等待决定，结果会写在办理记录里")))
    return found


def withdrawal(one: Withdrawn, known: Presenter) -> str:
    """How a withdrawal stands."""
    return known.say(WITHDRAWAL[one.state], day=formatting.day(one.revocable_until, known.lang))
