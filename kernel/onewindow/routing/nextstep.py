"""The next step of a matter in plain words: what its phase and state say about who does what, and until when."""

from collections.abc import Mapping
from typing import Any

from onewindow.i18n import Message, _
from onewindow.office.types import AssignmentState, Phase
from onewindow.routing.tracking import Tracked

ANSWERED = _("已经答复。不服的，看答复文书上写的途径和期限")
BY_PHASE: Mapping[str, Message] = {
    Phase.SUSPENDED: _("已中止，原因见办理记录。法定期限是否照常计算，以记录中写明的为准"),
    Phase.REDIRECTED: _("按告知书写明的途径办理"),
    Phase.ENDED: _("已经结束"),
}


def next_step(seen: Tracked) -> tuple[Message, dict[str, Any]]:
    """A sentence and its parameters; `day` is a date, `unit` a name."""
    unit, due = seen.holder, seen.due_on
    if seen.state != "open":
        return (ANSWERED if seen.phase == Phase.ANSWERED else _("已经办结")), {}
    if seen.phase == Phase.WAITING_FOR_YOU:
        return _("请您回应：见“您可以办理”"), {}
    if seen.phase == Phase.ANSWERED:
        return _answered(seen)
    if (told := BY_PHASE.get(seen.phase)) is not None:
        return told, {}
    if seen.lead is None or not unit:
        return _("窗口正在确定由哪个单位办理"), {}
    if seen.lead["state"] == AssignmentState.SENT:
        return _("等待{unit}签收；超过 24 小时没有签收的，窗口会处理"), {"unit": unit}
    if due is not None:
        return _("{unit}正在办理，最迟 {day} 前办到下一步"), {"unit": unit, "day": due}
    return _("{unit}正在办理"), {"unit": unit}


def _answered(seen: Tracked) -> tuple[Message, dict[str, Any]]:
    """After an answer: the right that runs, with its last day and the organ; else that it is still to be served."""
    told = [paper for paper in seen.papers if paper.redress]
    if not told:
        return ANSWERED, {}
    last = told[-1]
    organ = (last.redress or {}).get("organ", "")
    if last.served_on is None:
        return _("已经答复，文书待送达；收到以后不服的，可以向{organ}提出"), {"organ": organ}
    if last.clock is None or last.clock.status == "stopped" or last.clock.lawful_on is None:
        return ANSWERED, {}
    return _("已经答复。不服的，最迟 {day} 可以向{organ}提出"), {"day": last.clock.lawful_on, "organ": organ}
