"""Receipts (登记回执): made for whoever holds the tracking code, because the code is kept nowhere."""

from typing import Any

from sqlalchemy import Connection

from onewindow.access import codes
from onewindow.access.principal import PartyKey
from onewindow.documents.models import Document
from onewindow.i18n import _
from onewindow.office.types import DocumentId, TownshipCode
from onewindow.registry.keys import Once, earlier, write_once
from onewindow.routing import papers, views
from onewindow.routing.context import Kernel
from onewindow.routing.tracking import Tracking
from onewindow.store import Store
from onewindow.store.tx import Tx

KIND = "receipt"
ROLES = ("applicant", "agent")


class Receipts:
    """Makes a party's receipt at its first printing and gives the same bytes ever after."""

    def __init__(self, store: Store, kernel: Kernel, tracking: Tracking):
        self._store = store
        self._kernel = kernel
        self._tracking = tracking

    async def print(self, code: str, *, address: str) -> tuple[Document, bytes]:
        """The receipt of the party whose code this is.

        Raises:
            BadInput, NotFound, TooMany: see `Tracking.open`.
        """
        key = await self._tracking.open(code, address=address)
        return await self._kernel.documents.read(DocumentId(await self._of(key, codes.normalise(code))))

    async def _of(self, key: PartyKey, code: str) -> str:
        # One receipt for each party and code, whoever asks first: the write key is the party's own.
        once = Once.of(f"receipt:{key.mark}", key.actor, KIND, key.case_id)
        assert once is not None
        known: str | None = await self._store.read(lambda c: self._earlier(c, once))
        if known is not None:
            return known
        at = self._kernel.now()

        def work(tx: Tx) -> str:
            case = views.case_by_id(tx.conn, key.case_id)
            township = self._kernel.organisation().townships.get(TownshipCode(case["township"]))
            document = papers.kernel_document(
                tx,
                self._kernel,
                case,
                KIND,
                str(_("登记回执")),
                at,
                words={},
                roles=ROLES,
                organ=f"{township.name}综治中心" if township else "",
                code=codes.show(code),
                lazy=True,
                party_id=key.party_id,
            )
            return document.id

        return await write_once(self._store, self._kernel.vault, once, at, work)

    def _earlier(self, conn: Connection, once: Once) -> Any:
        return earlier(conn, self._kernel.vault, once.key, once.actor, once.digest)
