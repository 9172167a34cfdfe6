"""What the kernel's rules need besides the transaction: the vault, the log, and the snapshots of the moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from onewindow.access.vault import Vault
from onewindow.bus.events import Payload
from onewindow.bus.log import Log
from onewindow.clocks.book import CalendarBook
from onewindow.documents.attachments import Attachments
from onewindow.documents.service import Documents
from onewindow.office.types import new_id
from onewindow.organisation.snapshot import Organisation
from onewindow.plugins.offices import Offices
from onewindow.store.tx import Tx


@dataclass(frozen=True)
class Kernel:
    """The wired-together insides that transactions work with. Snapshots are asked for anew at each use."""

    vault: Vault
    log: Log
    district: str
    organisation: Callable[[], Organisation]
    offices: Callable[[], Offices]
    book: CalendarBook
    documents: Documents
    attachments: Attachments
    now: Callable[[], datetime]
    profile: str = ""

    def token(self, township: str) -> str:
        """The bus token of a township."""
        row = self.organisation().townships.get(township)  # type: ignore[call-overload]
        return str(row.token) if row is not None else township

    def tell(
        self, tx: Tx, office: str, township: str, payload: Payload, at: datetime, body: bytes | None = None
    ) -> None:
        """Append an event to an office to the log, in the transaction of what it tells."""
        event = payload.event(
            id=new_id(), district=self.district, office=office, township=self.token(township), time=at
        )
        self.log.append(tx, event, body)
