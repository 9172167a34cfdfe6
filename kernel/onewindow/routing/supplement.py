"""What becomes known after the registration: danger, numbers elsewhere, related matters, others who bring the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from onewindow.access import codes
from onewindow.access.actions import Action
from onewindow.access.principal import Principal
from onewindow.errors import BadInput, Refused
from onewindow.i18n import _
from onewindow.office.types import PartyRole
from onewindow.registry import timeline
from onewindow.registry.intake import Emergency, External, PartyInput
from onewindow.registry.keys import Once, write_once
from onewindow.registry.parties import PARTY, new_party
from onewindow.registry.search import copies
from onewindow.registry.timeline import OFFICE, Line, party_reader, staff_actor
from onewindow.routing import enclosing, links
from onewindow.routing.casefile import CaseFile
from onewindow.routing.context import Kernel
from onewindow.routing.desk import Desk
from onewindow.routing.enclosing import Told
from onewindow.store import Store
from onewindow.store.tx import Tx

MOST_AT_ONCE = 50
MOST_IN_CASE = 1_000
BRING = (PartyRole.APPLICANT, PartyRole.AGENT)


class Supplement:
    """Adds to a case what its registration did not know."""

    def __init__(self, store: Store, kernel: Kernel, desk: Desk):
        self._store = store
        self._kernel = kernel
        self._desk = desk

    async def told(self, principal: Principal, file: CaseFile) -> tuple[Told, list[Mapping[str, Any]]]:
        """What is known around a case that they may read, and the related matters that they may see."""

        def work(conn: Connection) -> tuple[Told, list[Mapping[str, Any]]]:
            case_id = file.case["id"]
            return (
                enclosing.told_of(conn, self._kernel, case_id),
                links.shown(conn, self._kernel, principal, case_id),
            )

        return await self._store.read(work)

    async def emergency(self, principal: Principal | None, number: str, danger: Emergency) -> int:
        """Say that a matter is an emergency, which lines were called, and the first report (T02); the case's version.

        Said again, the calls and the report add to those that stand in the history.

        Raises:
            BadInput: a call in the future.
        """
        file = await self._desk.open(principal, number, Action.CASE_EMERGENCY)
        assert principal is not None
        at, case_id = self._kernel.now(), file.case["id"]
        if any(call.at > at for call in danger.calls):
            raise BadInput(_("呼叫时间不能晚于现在"), field="calls", remedy=_("核对日期和时间"))
        line = enclosing.emergency_line(danger, staff_actor(principal.staff_id), at)
        changes = {"emergency": danger.model_dump(mode="json")}

        def work(tx: Tx) -> int:
            enclosing.tell(tx, self._kernel, case_id, changes, danger=danger, at=at)
            return timeline.append(tx, self._kernel.vault, case_id, line)

        return await self._store.write(work)

    async def relate(
        self,
        principal: Principal | None,
        number: str,
        *,
        related: Sequence[str] = (),
        external: Sequence[External] = (),
    ) -> int:
        """Add related matters and numbers of other systems; the case's version. The same again changes nothing.

        Raises:
            BadInput: nothing was given, or a related matter does not exist for this person.
        """
        file = await self._desk.open(principal, number, Action.CASE_SUPPLEMENT)
        assert principal is not None
        at, case_id, vault = self._kernel.now(), file.case["id"], self._kernel.vault
        if not related and not external:
            raise BadInput(_("请填写编号"), field="related")

        def work(tx: Tx) -> int:
            ids = links.resolve(tx.conn, self._kernel, principal, related)
            if case_id in ids:
                raise BadInput(_("不能关联本件自己"), field="related", remedy=_("核对编号"))
            there = {*enclosing.linked(tx.conn, case_id)}
            told = enclosing.told_of(tx.conn, self._kernel, case_id)
            known = {(one["system"], one["number"]) for one in told.external}
            fresh = [one for one in ids if one not in there]
            new = [one for one in external if (one.system.value, one.number) not in known]
            if not fresh and not new:
                return int(file.case["version"])
            for other in fresh:
                enclosing.link(tx, case_id, other, principal.staff_id, at)
            for one in new:
                enclosing.add_external(tx, case_id, one, at)
            # No number of another matter stands in a history: that matter may be sealed one day.
            data = {"related": len(fresh), "external": [[one.system.value, one.number] for one in new]}
            line = Line("related", at, staff_actor(principal.staff_id), (OFFICE,), data)
            return timeline.append(tx, vault, case_id, line)

        return await self._store.write(work)

    async def join(
        self, principal: Principal | None, number: str, parties: Sequence[PartyInput], *, key: str | None = None
    ) -> dict[str, str]:
        """Let others who bring the same matter join it, because a member of staff says that it is the same.

        Each gets a code of their own and reads only what concerns them: where the matter stands, and what they
        themselves said. The codes, by party, are answered here and kept nowhere else; the same key gives them again.

        Raises:
            BadInput: nobody was given, too many, or somebody who does not bring a matter.
            Refused: the case is not open.
        """
        file = await self._desk.open(principal, number, Action.CASE_JOIN)
        assert principal is not None
        if not parties:
            raise BadInput(_("请填写来访人"), field="parties")
        if len(parties) > MOST_AT_ONCE:
            raise BadInput(_("一次最多添加 {n} 人"), field="parties", remedy=_("分几次添加"), n=MOST_AT_ONCE)
        if any(party.role not in BRING for party in parties):
            raise BadInput(_("只能添加来访人和代理人"), field="parties")
        if file.case["state"] != "open":
            raise Refused(_("事项已办结，请另行登记"), rule="closed")
        kernel, at, case_id = self._kernel, self._kernel.now(), file.case["id"]
        actor = staff_actor(principal.staff_id)
        body = [case_id, [party.model_dump(mode="json") for party in parties]]
        once = Once.of(key, principal.staff_id, "join", body)

        def work(tx: Tx) -> dict[str, str]:
            counted = select(func.count()).select_from(PARTY).where(PARTY.c.case_id == case_id)
            if tx.execute(counted).scalar_one() + len(parties) > MOST_IN_CASE:
                raise BadInput(_("这件事的来访人已经太多"), field="parties", remedy=_("另行登记，并关联本件"))
            found: dict[str, str] = {}
            for party in parties:
                row, code = new_party(kernel.vault, case_id, party, at, joined=True)
                tx.insert(PARTY, row)
                found[row["id"]] = codes.show(code)
            # Their names are taken out of what is searched.
            copies.mark(tx, case_id)
            lines = [Line("joined", at, actor, (OFFICE,), {"count": len(found)})]
            lines += [Line("joined", at, actor, (party_reader(party),)) for party in found]
            timeline.append(tx, kernel.vault, case_id, *lines)
            return found

        return await write_once(self._store, kernel.vault, once, at, work)
