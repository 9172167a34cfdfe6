"""Material (材料) in a case: staff and parties add and read it, each call checked here against the policy."""

from collections.abc import Sequence

from sqlalchemy import Connection

from onewindow.access import guard
from onewindow.access import log as access_log
from onewindow.access.actions import Action
from onewindow.access.principal import PartyKey, Principal
from onewindow.documents.attachments import Attachment, Prepared, Purpose
from onewindow.errors import BadInput, NotFound
from onewindow.i18n import _
from onewindow.office.types import CaseId, PartyId
from onewindow.registry.timeline import OFFICE, PARTIES, party_actor, party_reader, staff_actor
from onewindow.routing import views
from onewindow.routing.casefile import CaseFile
from onewindow.routing.context import Kernel
from onewindow.routing.desk import Desk
from onewindow.routing.enclosures import GONE, add, party_marks, staff_marks
from onewindow.routing.tracking import Tracking
from onewindow.store import Store
from onewindow.store.tx import Tx


class Materials:
    """What people hand in beside their words."""

    def __init__(self, store: Store, kernel: Kernel, desk: Desk, tracking: Tracking):
        self._store = store
        self._kernel = kernel
        self._desk = desk
        self._tracking = tracking

    async def prepare(self, content: bytes, title: str = "", *, field: str = "file") -> Prepared:
        """Clean a file and put it on the disk (see `documents.attachments`); it belongs to nothing yet."""
        return await self._kernel.attachments.prepare(content, title, field=field)

    # Staff -----------------------------------------------------------------------------------------------------------

    async def of_case(self, principal: Principal | None, file: CaseFile) -> list[Attachment]:
        """A case's material as far as staff read it; empty for who may read the case but not its material."""
        if not guard.permits(principal, Action.ATTACHMENT_READ, file.target):
            return []
        marks = staff_marks(file.case)
        found = await self._store.read(lambda c: self._kernel.attachments.of_case(c, file.case["id"]))
        return [one for one in found if one.readable_by(marks)]

    async def add(
        self,
        principal: Principal | None,
        number: str,
        files: Sequence[Prepared],
        *,
        purpose: Purpose = Purpose.EVIDENCE,
        party_id: str | None = None,
        shared: bool = False,
        field: str = "file",
    ) -> list[str]:
        """Add material to a case, for a party or for the case; `shared` lets every party of the case read it.

        Raises:
            NotFound: no such case, or none that they may know of.
            BadInput: nothing was given, too much is there already, or the party is not in this case.
        """
        file = await self._desk.open(principal, number, Action.ATTACHMENT_ADD)
        assert principal is not None
        if not files:
            raise BadInput(_("请选择文件"), field=field)
        if party_id is not None and all(party.id != party_id for party in file.parties):
            raise BadInput(_("没有这位当事人"), field="party")
        theirs = (party_reader(party_id),) if party_id else ()
        readers = (OFFICE, *((PARTIES,) if shared else ()), *theirs)
        by, at = staff_actor(principal.staff_id), self._kernel.now()

        def work(tx: Tx) -> list[str]:
            return add(tx, self._kernel, file.case["id"], files, by=by, purpose=purpose, readers=readers, at=at,
                       party_id=party_id)  # fmt: skip

        return await self._store.write(work)

    async def read(self, principal: Principal | None, attachment_id: str) -> tuple[Attachment, bytes]:
        """A piece of material, for who may read its case's; the look is logged.

        Raises:
            NotFound: there is none, or none that they may know of.
        """

        def work(conn: Connection) -> Attachment:
            guard.require_staff(principal)
            found = self._kernel.attachments.get(conn, attachment_id)
            case = views.case_by_id(conn, found.case_id)
            self._desk.checked(conn, principal, Action.ATTACHMENT_READ, case)
            if not found.readable_by(staff_marks(case)):
                raise NotFound(GONE)
            return found

        try:
            found = await self._store.read(work)
        except NotFound:
            # One answer for what is not there and for what they may not know of.
            raise NotFound(GONE) from None
        assert principal is not None
        await self._note(principal.staff_id, found, None)
        return found, await self._kernel.attachments.read(found)

    # Parties ---------------------------------------------------------------------------------------------------------

    async def of_party(self, key: PartyKey) -> list[Attachment]:
        """What this party added, and what is open to the parties.

        Raises:
            NotFound: the code opens nothing any more.
        """
        return await self._store.read(lambda c: self._of_party(c, key))

    def _of_party(self, conn: Connection, key: PartyKey) -> list[Attachment]:
        self._tracking.require_party(conn, key)
        marks = party_marks(key.party_id)
        found = self._kernel.attachments.of_case(conn, key.case_id)
        return [one for one in found if one.readable_by(marks) and one.sha256 is not None]

    async def add_by_party(
        self, key: PartyKey, files: Sequence[Prepared], *, purpose: Purpose = Purpose.EVIDENCE, field: str = "file"
    ) -> list[str]:
        """Add material with one's code; the office and this party read it, no other party.

        Raises:
            NotFound: the code opens nothing any more.
            BadInput: nothing was given, or too much is there already.
        """
        if not files:
            raise BadInput(_("请选择文件"), field=field)
        at, party = self._kernel.now(), key.party_id

        def work(tx: Tx) -> list[str]:
            self._tracking.require_party(tx.conn, key)
            return add(tx, self._kernel, key.case_id, files, by=party_actor(party), purpose=purpose,
                       readers=(OFFICE, party_reader(party)), at=at, party_id=party)  # fmt: skip

        return await self._store.write(work)

    async def read_by_party(self, key: PartyKey, attachment_id: str) -> tuple[Attachment, bytes]:
        """A piece of material that this party may read; the look is logged.

        Raises:
            NotFound: there is none, or it is not for them.
        """
        found = next((one for one in await self.of_party(key) if one.id == attachment_id), None)
        if found is None:
            raise NotFound(GONE)
        await self._note(key.actor, found, key.party_id)
        return found, await self._kernel.attachments.read(found)

    async def _note(self, actor: str, found: Attachment, reader: str | None) -> None:
        at, vault = self._kernel.now(), self._kernel.vault
        party = reader or found.party_id
        await self._store.write(
            lambda tx: access_log.note(
                tx, vault, at=at, actor=actor, case_id=CaseId(found.case_id), what=f"attachment:{found.id}",
                party_id=PartyId(party) if party else None,
            )
        )  # fmt: skip
