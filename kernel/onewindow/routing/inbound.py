"""From offices into the kernel's transactions: each event once, in order, and what cannot be applied set aside."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError

from onewindow.bus.errors import NewerSchema, Unreadable
from onewindow.bus.inbox import Cursor, Parking, Peer
from onewindow.bus.wire import Said
from onewindow.errors import OneWindowError
from onewindow.routing.apply import Body, NotApplicable, Result, apply
from onewindow.routing.context import Kernel
from onewindow.store.tx import Tx

log = structlog.get_logger(__name__)


class Inbound:
    """Applies what offices said, with the parking and the cursors of the kernel's store."""

    def __init__(self, kernel: Kernel, parking: Parking, peer: Peer):
        self._kernel = kernel
        self._parking = parking
        self._peer = peer

    def take(self, tx: Tx, office: str, said: Said, now: datetime, *, from_log: bool) -> Result | None:
        """Apply one event; None when it was set aside.

        Read from the log in order, a gap means that an earlier event of this proceeding is parked: it waits behind it.
        """
        placed = said.placed()
        words = said.words or {}
        body = None
        if said.words is not None or said.facts is not None:
            body = Body(tuple(words.get("effects", ())), words.get("listed"), said.ciphertext())
        if placed.event.office != office:
            self._park(tx, office, said, "forged", now)
            return None
        try:
            with tx.savepoint():
                result = apply(tx, self._kernel, placed.event, body)
        except NotApplicable as error:
            self._park(tx, office, said, error.reason, now)
            return None
        except (NewerSchema, Unreadable) as error:
            self._park(tx, office, said, error.slug, now)
            return None
        except DBAPIError:
            raise
        except Exception as error:
            log.exception("inbound.failed", office=office, event=placed.event.id)
            slug = error.slug if isinstance(error, OneWindowError) else type(error).__name__
            self._park(tx, office, said, slug, now)
            return None
        if result is Result.GAP and from_log:
            self._park(tx, office, said, "gap", now)
            return None
        return result

    def take_page(
        self, tx: Tx, office: str, said: Sequence[Said], cursor: Cursor, now: datetime
    ) -> list[Result | None]:
        """Apply a page of an office's log in its order and move the cursor, in one transaction."""
        results = [self.take(tx, office, one, now, from_log=True) for one in said]
        self._peer.set(tx, office, cursor)
        return results

    def _park(self, tx: Tx, office: str, said: Said, reason: str, now: datetime) -> None:
        sealed = self._kernel.vault.seal_text("parked", said.model_dump_json(), context=said.event["id"])
        self._parking.park(tx, office, said.placed(), reason, now, sealed)

    def replay(self, tx: Tx, parked_id: int, body: bytes, office: str, event_id: str, now: datetime) -> Result | None:
        """Try a parked event once more; resolved when it applies or turns out to be known.

        Raises:
            NotApplicable and whatever else keeps it from being applied: it stays parked.
        """
        said = Said.model_validate_json(self._kernel.vault.open_text("parked", body, context=event_id))
        words = said.words or {}
        result = apply(
            tx,
            self._kernel,
            said.placed().event,
            Body(tuple(words.get("effects", ())), words.get("listed"), said.ciphertext()),
        )
        if result in (Result.APPLIED, Result.DUPLICATE):
            self._parking.resolve(tx, parked_id, now)
        return result
