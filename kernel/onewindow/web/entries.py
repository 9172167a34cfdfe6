"""The timeline in words: each entry with its title, what it says and who did it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from onewindow.clocks.rows import ClockRow
from onewindow.documents.models import Document
from onewindow.i18n import Message, _
from onewindow.office.procedure import EVENTS
from onewindow.registry.timeline import SYSTEM, Shown
from onewindow.web import formatting
from onewindow.web.present import Presenter

ON_EVENT = "on:"


class Teller:
    """Tells the entries of one case; a party is told which unit acted, never which person."""

    def __init__(
        self,
        presenter: Presenter,
        assignments: Sequence[Mapping[str, Any]] = (),
        clocks: Sequence[ClockRow] = (),
        documents: Sequence[Document] = (),
        *,
        for_party: bool = False,
    ) -> None:
        self._say = presenter
        self._assignments = {row["id"]: row for row in assignments}
        self._clocks = {clock.key: clock for clock in clocks}
        self._documents = {document.id: document for document in documents}
        self._for_party = for_party

    def tell(self, entries: Sequence[Shown]) -> list[dict[str, Any]]:
        """The entries as the templates draw them, newest first."""
        return [self._entry(entry) for entry in reversed(entries)]

    def _entry(self, entry: Shown) -> dict[str, Any]:
        title, text = self._words(entry)
        actor = self._actor(entry)
        return {
            "at": entry.at,
            "title": title,
            "text": text or None,
            "actor": actor if actor != text else None,
            "seq": None if self._for_party else entry.seq,
            "readers": "",
        }

    def _actor(self, entry: Shown) -> str | None:
        kind, _sep, who = entry.actor.partition(":")
        if kind == "party":
            return self._say.say(_("当事人凭查询码")) if not self._for_party else self._say.say(_("当事人"))
        if kind == "staff":
            if not self._for_party:
                return self._say.staff_with_unit(who)
            return self._say.unit(entry.data.get("unit")) or None
        return self._say.say(_("系统")) if entry.actor == SYSTEM and not self._for_party else None

    def _words(self, entry: Shown) -> tuple[str, str]:
        special = _SPECIAL.get(entry.kind)
        title = self._say.label(entry.kind, "entry")
        if special is None:
            return title, self._free(entry)
        told = special(self, entry.data, entry.words)
        return (told[0] or title, told[1])

    def _free(self, entry: Shown) -> str:
        for name in ("text", "note", "answer", "reason"):
            if words := entry.words.get(name):
                return str(words)
        return ""

    # One kind each ---------------------------------------------------------------------------------------------------

    def _registered(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        channel = self._say.label(data.get("channel", ""), "channel")
        return "", self._say.say(_("来源：{channel}"), channel=channel)

    def _assigned(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        unit = self._say.unit(data.get("unit"))
        role = self._say.label(data.get("role", ""), "assignment_role")
        return "", self._say.say(_("交给 {unit}，{role}"), unit=unit, role=role)

    def _unit(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        unit = self._say.unit(data.get("unit"))
        return "", self._say.say(_("{unit}（纸质）"), unit=unit) if data.get("paper") and unit else unit

    def _acted(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        office, key = data.get("office") or "onewindow", str(data.get("action", ""))
        row = self._assignments.get(data.get("assignment"))
        spec = self._say.spec(row) if row else None
        state = spec.state(str(data.get("state"))) if spec else None
        action = spec.action(key) if spec else None
        title = self._say.say(action.title, domain=office) if action else ""
        if key.startswith(ON_EVENT):
            event = EVENTS.get(key.removeprefix(ON_EVENT), "")
            title = self._say.say(_("随“{event}”更新"), event=self._say.say(event)) if event else ""
        where = self._say.say(state.title, domain=office) if state else ""
        return title, self._say.say(_("状态：{state}"), state=where) if where else ""

    def _phase(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        return "", self._say.label(data.get("phase", ""), "phase")

    def _issued(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        return "", f"{self._title(data)} {data.get('number', '')}".strip()

    def _emergency(self, data: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[str, str]:
        called = [self._say.label(call["line"], "call") for call in data.get("calls", ())]
        parts = [self._say.label(data.get("danger", ""), "danger"), *called, str(words.get("report", ""))]
        return "", "\n".join(part for part in parts if part)

    def _joined(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        return "", self._say.say(_("{n} 人"), n=data["count"]) if "count" in data else ""

    def _material(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        return "", self._say.label(data.get("purpose", ""), "material")

    def _served(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        method = self._say.label(data.get("method", ""), "service")
        on = formatting.day(data.get("served_on"), self._say.lang)
        return "", f"{self._title(data) or data.get('number', '')} {method} {on}".strip()

    def _title(self, data: Mapping[str, Any]) -> str:
        document = self._documents.get(data.get("document", ""))
        if document is None:
            return self._say.say(str(data.get("title", "")))
        return self._say.say(document.title, domain=document.office)

    def _clock(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        return "", f"{self._clock_title(data)} {self._say.label(data.get('colour', ''), 'colour')}".strip()

    def _clock_title(self, data: Mapping[str, Any]) -> str:
        clock = self._clocks.get(str(data.get("clock")))
        return self._say.say(clock.title, domain=clock.office or "onewindow") if clock else ""

    def _extension_asked(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        clock = self._clock_title(data)
        return "", self._say.say(_("{clock}拟延长 {n} 天，告知书送达后生效"), clock=clock, n=data.get("days", ""))

    def _extension(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        on = data.get("lawful_on")
        if data.get("outcome") in ("effective", "corrected"):
            until = formatting.day(date.fromisoformat(on), self._say.lang) if on else ""
            return "", self._say.say(_("延长 {n} 天，最迟 {on}"), n=data.get("days", ""), on=until)
        return "", self._say.say(_("没有生效，仍按原期限计算"))

    def _recomputed(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        on = data.get("lawful_on") or data.get("early_on")
        return "", f"{self._clock_title(data)} {formatting.day(on, self._say.lang)}".strip()

    def _objected(self, _data: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[str, str]:
        return "", "\n".join(str(words[name]) for name in ("reason", "basis") if words.get(name))

    def _ruled(self, data: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[str, str]:
        verdict: Message = _("同意退回") if data.get("upheld") else _("维持交办")
        reason = words.get("reason", "")
        return "", f"{self._say.say(verdict)}\n{reason}".strip()

    def _slip(self, _data: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[str, str]:
        return "", self._say.say(_("签收人：{name}"), name=words.get("signed_for", ""))

    def _track(self, data: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[str, str]:
        ways = {name: self._say.label(str(data.get(name, "")), "track") for name in ("from", "to")}
        changed = self._say.say(_("由“{before}”改为“{after}”"), before=ways["from"], after=ways["to"])
        return "", f"{changed}\n{words.get('reason', '')}".strip()

    def _recusal(self, data: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[str, str]:
        verdict: Message = _("准予回避") if data.get("granted") else _("不予回避")
        return "", f"{self._say.say(verdict)}\n{words.get('reason', '')}".strip()

    def _handed_over(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        to = self._say.staff(data.get("to")) or self._say.say(_("{unit}待办"), unit=self._say.unit(data.get("unit")))
        return "", self._say.say(_("由 {to} 接手"), to=to)

    def _corrected(self, _data: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[str, str]:
        return "", str(words.get("reason", ""))

    # What the people of the case did themselves --------------------------------------------------------------------

    def _until(self, data: Mapping[str, Any], name: str, words: Message) -> str:
        return self._say.say(words, day=formatting.day(data.get(name), self._say.lang))

    def _nudged(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        return "", self._until(data, "again_on", _("{day} 起可以再催"))

    def _withdrawing(self, data: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[str, str]:
        told = [self._until(data, "until", _("{day} 以前可以取消")), str(words.get("reason", ""))]
        return "", "\n".join(filter(None, told))

    def _verified(self, data: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[str, str]:
        verdict: Message = _("本人自愿") if data.get("own_will") else _("不是本人意愿，继续办理")
        return "", f"{self._say.say(verdict)}\n{words.get('note', '')}".strip()

    def _withdrawn(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        if data.get("ex_officio"):
            return "", self._say.say(_("本人已撤回，事项依职权继续办理"))
        return "", self._say.say(_("事项终结，不计入办结")) if data.get("ends") else ""

    def _rated(self, data: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[str, str]:
        score = self._say.label(data.get("score", ""), "score")
        return "", f"{score}\n{words.get('reason', '')}".strip()

    def _renewed(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        shown = self._say.label(data.get("shown", ""), "shown")
        return "", self._say.say(_("凭{shown}在窗口补发"), shown=shown)

    def _decided(self, data: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[str, str]:
        verdict: Message = _("同意重启") if data.get("granted") else _("不同意重启")
        return "", f"{self._say.say(verdict)}\n{words.get('reason', '')}".strip()

    def _void(self, data: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[str, str]:
        _title, was = self._served(data, {})
        return "", "\n".join([self._say.say(_("作废：{was}"), was=was), str(words.get("reason", ""))])

    def _paper(self, data: Mapping[str, Any], _words: Mapping[str, Any]) -> tuple[str, str]:
        return "", f"{self._title(data)} {data.get('number', '')}".strip()


_SPECIAL: Mapping[str, Callable[[Teller, Mapping[str, Any], Mapping[str, Any]], tuple[str, str]]] = {
    "registered": Teller._registered,
    "assigned": Teller._assigned,
    "signed": Teller._unit,
    "unsigned": Teller._unit,
    "acted": Teller._acted,
    "phase": Teller._phase,
    "emergency": Teller._emergency,
    "joined": Teller._joined,
    "issued": Teller._issued,
    "material": Teller._material,
    "served": Teller._served,
    "clock": Teller._clock,
    "extension-asked": Teller._extension_asked,
    "extension": Teller._extension,
    "recomputed": Teller._recomputed,
    "objected": Teller._objected,
    "ruled": Teller._ruled,
    "paper-slip": Teller._slip,
    "corrected": Teller._corrected,
    "track-changed": Teller._track,
    "recusal-decided": Teller._recusal,
    "handed-over": Teller._handed_over,
    "nudged": Teller._nudged,
    "withdrawal-asked": Teller._withdrawing,
    "withdrawal-verified": Teller._verified,
    "withdrawn": Teller._withdrawn,
    "rated": Teller._rated,
    "code-renewed": Teller._renewed,
    "reopening-decided": Teller._decided,
    "service-void": Teller._void,
    "paper-asked": Teller._paper,
}
