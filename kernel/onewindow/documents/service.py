"""Issuing documents with their numbers, making their bytes once, recording how they were served."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, time
from functools import partial

from sqlalchemy import Connection, bindparam, select, update

from onewindow.access.vault import Vault
from onewindow.documents import serving
from onewindow.documents.attachments import named, names_in_use
from onewindow.documents.bundle import beside, keep_bundle, kernel_bundle, load_bundle, template
from onewindow.documents.files import FileStore
from onewindow.documents.models import Document, DocumentState, Draft, Service, ServiceMethod
from onewindow.documents.qr import qr_svg
from onewindow.documents.render import CannotRender, Renderer
from onewindow.documents.tables import DOCUMENT, SERVICE
from onewindow.errors import BadInput, Conflict, NotFound, OneWindowError, Refused, Unavailable
from onewindow.i18n import _
from onewindow.office.types import SHANGHAI, CaseId, DocumentId, StaffId, TownshipCode, law_day, new_id, utc
from onewindow.store.fixed import Fixed
from onewindow.store.store import Store
from onewindow.store.tx import Tx

DATA = "document-data"
FAILURE = "document-failure"
SERVED = "document-service"
BATCH = 50
BUNDLES_OPEN = 32
# Material that waits for its form to be corrected and sent again has a day.
ORPHAN_SECONDS = 86_400
COLUMNS = [DOCUMENT.c[name] for name in Document.__dataclass_fields__]
_OF_CASE = Fixed(select(*COLUMNS).where(DOCUMENT.c.case_id == bindparam("case")).order_by(DOCUMENT.c.id))
TO_MAKE = (DocumentState.PENDING, DocumentState.WAITING)

log = logging.getLogger(__name__)


def counter_key(township: TownshipCode, mark: str, year: int, *, sealed: bool = False) -> str:
    """The counter that numbers documents of this kind; those of sealed cases have series of their own."""
    return f"doc:{township}:{mark}:{year}" + (":sealed" if sealed else "")


def document_number(township: TownshipCode, mark: str, year: int, number: int, *, sealed: bool = False) -> str:
    """区划-文种-年-流水."""
    return f"{township}-{mark}{'密' if sealed else ''}-{year}-{number:05d}"


class Documents:
    """The documents of a centre. Issue within a transaction; the bytes follow after its commit."""

    def __init__(
        self, store: Store, vault: Vault, files: FileStore, renderer: Renderer, *, retry_seconds: float = 30.0
    ) -> None:
        self._store = store
        self._vault = vault
        self._files = files
        self._renderer = renderer
        self._retry_seconds = retry_seconds
        self._bundles: OrderedDict[str, dict[str, bytes]] = OrderedDict()
        self._making: dict[DocumentId, asyncio.Task[Document]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    # Issuing -----------------------------------------------------------------------------------------------------

    def issue(self, tx: Tx, draft: Draft, *, now: datetime) -> Document:
        """Draw the number and freeze what the document will say; it is made once this transaction is committed."""
        model = template(self._bundle(tx.conn, draft.bundle), draft.kind)
        year = law_day(now).year
        drawn = tx.number(counter_key(draft.township, model.mark, year, sealed=draft.sealed))
        document = Document(
            id=DocumentId(new_id()),
            case_id=draft.case_id,
            assignment_id=draft.assignment_id,
            township=draft.township,
            kind=draft.kind,
            office=draft.office,
            number=document_number(draft.township, model.mark, year, drawn, sealed=draft.sealed),
            title=draft.title or model.title,
            organ=draft.organ,
            bundle=draft.bundle,
            state=DocumentState.WAITING if draft.lazy else DocumentState.PENDING,
            sha256=None,
            size=None,
            issued_at=utc(now),
            issued_by=draft.issued_by,
            sealed=draft.sealed,
        )
        row = {name: getattr(document, name) for name in Document.__dataclass_fields__}
        frozen = self._vault.seal_json(DATA, draft.data, context=document.id)
        tx.insert(DOCUMENT, {**row, "state": document.state.value, "data": frozen, "failure": None})
        if not draft.lazy:
            tx.on_commit(self._poke)
        return document

    def counter(self, conn: Connection, draft: Draft, *, now: datetime) -> str:
        """The counter that `issue` will step, for who wants to declare it with the write."""
        mark = template(self._bundle(conn, draft.bundle), draft.kind).mark
        return counter_key(draft.township, mark, law_day(now).year, sealed=draft.sealed)

    # Making ------------------------------------------------------------------------------------------------------

    async def start(self, *, now: datetime) -> None:
        """Keep the kernel's own templates, then make what is pending, now and whenever something is issued."""
        own = kernel_bundle()
        await self._store.write(lambda tx: keep_bundle(tx, "kernel", own.data, now=now))
        self._loop = asyncio.get_running_loop()
        self._wake.set()
        self._task = asyncio.create_task(self._work(), name="documents")

    async def stop(self) -> None:
        """Stop making documents; what is left is made at the next start."""
        self._loop = None
        tasks = [task for task in (self._task, *self._making.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._task = None
        await self._renderer.close()

    async def sweep(self) -> int:
        """Make every document that is pending; says how many were made or failed."""
        done, after = 0, ""
        while pending := await self._store.read(partial(_pending, after=after)):
            for after in pending:
                try:
                    await self.produce(after)
                    done += 1
                except Unavailable:
                    raise
                except OneWindowError as error:  # erased in the meantime, or not to be opened: the others go on
                    log.warning("document %s waits: %s", after, error.slug)
        return done

    async def produce(self, document_id: DocumentId) -> Document:
        """Make a document's bytes, unless they are there. Once ready it is never made again.

        Raises:
            NotFound: where there is no such document, or it was erased.
            Unavailable: where nothing can be made at the moment; it stays pending.
        """
        task = self._making.get(document_id)
        if task is None:
            task = self._making[document_id] = asyncio.create_task(self._produce(document_id))
            task.add_done_callback(lambda _done: self._making.pop(document_id, None))
        return await asyncio.shield(task)

    async def retry(self, document_id: DocumentId) -> Document:
        """Try a failed document again, for instance after its time ran out on a busy machine."""
        waiting = update(DOCUMENT).where(DOCUMENT.c.id == document_id, DOCUMENT.c.state == DocumentState.FAILED)
        await self._store.write(lambda tx: tx.execute(waiting.values(state=DocumentState.PENDING.value, failure=None)))
        return await self.produce(document_id)

    async def read(self, document_id: DocumentId) -> tuple[Document, bytes]:
        """A document and its bytes: the same at each printing.

        Raises:
            NotFound: where there is none.
            Refused: where it could not be made.
            Damaged: where the file is gone or was changed.
        """
        document = await self.produce(document_id)
        if document.state is not DocumentState.READY or document.sha256 is None:
            raise Refused(
                _("文书 {number} 未能制成"),
                rule="document-failed",
                number=document.number,
                remedy=_("请联系系统管理员"),
            )
        return document, await asyncio.to_thread(self._files.get, document.sha256)

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self.sweep()
            except OneWindowError as error:
                log.warning("documents wait: %s", error.slug)
                await asyncio.sleep(self._retry_seconds)
                self._wake.set()
            except Exception:
                log.exception("documents wait")
                await asyncio.sleep(self._retry_seconds)
                self._wake.set()

    def _poke(self) -> None:
        """From the lane's thread: something was issued."""
        if (loop := self._loop) is not None:
            with suppress(RuntimeError):  # the loop has just ended: the next start makes it
                loop.call_soon_threadsafe(self._wake.set)

    async def _produce(self, document_id: DocumentId) -> Document:
        document, frozen = await self._store.read(lambda conn: _one(conn, document_id))
        if document.state not in TO_MAKE or frozen is None:
            return document
        failure: str | None = None
        values: dict[str, object]
        try:
            contents = await self._store.read(lambda conn: self._bundle(conn, document.bundle))
            model = template(contents, document.kind)
            data = self._data(document, frozen)
            midnight = datetime.combine(document.issued_on, time(), tzinfo=SHANGHAI)
            made = await self._renderer.render(model.source, data, beside(contents), at=midnight)
        except CannotRender as error:
            log.warning("document %s failed", document_id)
            failure, values = error.reason, {"state": DocumentState.FAILED.value}
        except (NotFound, BadInput) as error:
            failure, values = str(error.message), {"state": DocumentState.FAILED.value}
        else:
            name = await asyncio.to_thread(self._files.put, made.pdf)
            values = {"state": DocumentState.READY.value, "sha256": name, "size": len(made.pdf)}
            if made.missing:
                failure = "".join(dict.fromkeys(made.missing))
        values["failure"] = self._vault.seal_text(FAILURE, failure, context=document_id) if failure else None
        to_make = [state.value for state in TO_MAKE]
        settle = update(DOCUMENT).where(DOCUMENT.c.id == document_id, DOCUMENT.c.state.in_(to_make))
        await self._store.write(lambda tx: tx.execute(settle.values(**values)))
        return (await self._store.read(lambda conn: _one(conn, document_id)))[0]

    def _data(self, document: Document, frozen: bytes) -> dict[str, object]:
        data: dict[str, object] = self._vault.open_json(DATA, frozen, context=document.id)
        if code := data.get("code"):
            data["qr"] = qr_svg(str(code))
        if isinstance(case := data.get("case"), dict):
            data["case"] = {**case, "sealed": document.sealed}
        data["document"] = {
            "number": document.number,
            "title": document.title,
            "issued_on": document.issued_on.isoformat(),
            "organ": document.organ,
            "kind": document.kind,
        }
        return data

    def _bundle(self, conn: Connection, digest: str) -> Mapping[str, bytes]:
        found = self._bundles.get(digest)
        if found is None:
            found = self._bundles[digest] = load_bundle(conn, digest)
            if len(self._bundles) > BUNDLES_OPEN:
                with suppress(KeyError):  # another thread was quicker
                    self._bundles.popitem(last=False)
        return found

    # The index ---------------------------------------------------------------------------------------------------

    def get(self, conn: Connection, document_id: DocumentId) -> Document:
        """One document.

        Raises:
            NotFound: where there is none.
        """
        return _one(conn, document_id)[0]

    def of_case(self, conn: Connection, case_id: CaseId) -> list[Document]:
        """A case's documents in the order of their issue."""
        return [Document.of(row) for row in _OF_CASE.dicts(conn, {"case": case_id})]

    def redress(self, conn: Connection, documents: Sequence[DocumentId]) -> dict[DocumentId, Mapping[str, str]]:
        """Where these documents tell somebody to turn who does not accept them: organ, address, phone, clock."""
        found: dict[DocumentId, Mapping[str, str]] = {}
        query = select(DOCUMENT.c.id, DOCUMENT.c.data).where(DOCUMENT.c.id.in_(list(documents)))
        for row in conn.execute(query.where(DOCUMENT.c.data.is_not(None))):
            frozen = self._vault.open_json(DATA, row.data, context=row.id)
            if redress := frozen.get("redress"):
                found[DocumentId(row.id)] = redress
        return found

    def failure(self, conn: Connection, document_id: DocumentId) -> str | None:
        """Why a document failed; of a ready one, the characters that are to be written in by hand."""
        sealed = conn.execute(select(DOCUMENT.c.failure).where(DOCUMENT.c.id == document_id)).scalar_one_or_none()
        return None if sealed is None else self._vault.open_text(FAILURE, sealed, context=document_id)

    # Service -----------------------------------------------------------------------------------------------------

    def record_service(
        self, tx: Tx, service: Service, *, now: datetime, consented: bool = True
    ) -> tuple[str, Document]:
        """Record how a document was served; returns the record's id and the document. Nothing is overwritten: a
        correction is a further record, and what it corrects is void.

        Raises:
            Refused, BadInput: see `serving.check`.
        """
        document = self.get(tx.conn, service.document_id)
        serving.check(service, document, now, consented=consented)
        record_id = new_id()
        words = {
            "received_by": service.received_by,
            "relation": service.relation,
            "place": service.place,
            "witnesses": list(service.witnesses),
            "note": service.note,
            "recorded": service.recorded,
            "scans": list(service.scans),
        }
        tx.insert(
            SERVICE,
            {
                "id": record_id,
                "document_id": service.document_id,
                "party_id": service.party_id,
                "method": service.method.value,
                "served_on": service.served_on,
                "recorded_at": utc(now),
                "recorded_by": service.recorded_by,
                "tracking_no": service.tracking_no,
                "sent_on": service.sent_on,
                "period_days": service.period_days,
                "corrects": service.corrects,
                "void_at": None,
                "void_by": None,
                "words": self._vault.seal_json(SERVED, words, context=record_id),
            },
        )
        return record_id, document

    def void_service(self, tx: Tx, service_id: str, *, by: StaffId, now: datetime) -> Service:
        """Declare a recorded service void; what it said.

        Raises:
            NotFound: no such service.
            Conflict: it is void already.
        """
        tx.flush()
        row = tx.execute(select(SERVICE.c.document_id).where(SERVICE.c.id == service_id)).one_or_none()
        if row is None:
            raise NotFound(_("没有这条送达记录"))
        known = {one.id: one for one in self.services(tx.conn, [row.document_id])}
        standing = update(SERVICE).where(SERVICE.c.id == service_id, SERVICE.c.void_at.is_(None))
        if tx.execute(standing.values(void_at=utc(now), void_by=by)).rowcount != 1:
            raise Conflict(_("这条送达记录已经更正过"))
        return known[service_id]

    def services(self, conn: Connection, documents: Sequence[DocumentId]) -> list[Service]:
        """The services of these documents that stand, in the order in which they were recorded."""
        query = select(SERVICE).where(SERVICE.c.document_id.in_(list(documents)), SERVICE.c.void_at.is_(None))
        found = []
        for row in conn.execute(query.order_by(SERVICE.c.id)).mappings():
            values = dict(row)
            values.pop("void_by")
            sealed = values.pop("words")
            words = {} if sealed is None else self._vault.open_json(SERVED, sealed, context=values["id"])
            words |= {name: tuple(words.get(name, ())) for name in ("witnesses", "scans")}
            found.append(Service(**{**values, **words, "method": ServiceMethod(values["method"])}))
        return found

    # Erasing -----------------------------------------------------------------------------------------------------

    def erase(self, tx: Tx, case_id: CaseId) -> int:
        """Erase the words and the bytes of a case's documents; numbers and dates stay. Files go after the commit."""
        tx.flush()
        documents = self.of_case(tx.conn, case_id)
        ids = [document.id for document in documents]
        names = {document.sha256 for document in documents if document.sha256}
        gone = {"state": DocumentState.ERASED.value, "data": None, "failure": None, "sha256": None, "size": None}
        tx.execute(update(DOCUMENT).where(DOCUMENT.c.id.in_(ids)).values(**gone))
        tx.execute(update(SERVICE).where(SERVICE.c.document_id.in_(ids)).values(words=None))
        for name in names:
            if not named(tx.conn, name):
                tx.on_commit(partial(self._files.remove, name))
        return len(ids)

    async def tidy(self, *, now: datetime) -> int:
        """Remove files that no row names: a crash between a file and its row, or between an erasure and its file."""
        before = now.timestamp() - ORPHAN_SECONDS
        old = await asyncio.to_thread(lambda: list(self._files.names(older_than=before)))
        used = await self._store.read(names_in_use)
        orphans = [name for name in old if name not in used]
        for name in orphans:
            await asyncio.to_thread(self._files.remove, name)
        return len(orphans)


def _pending(conn: Connection, *, after: str) -> list[DocumentId]:
    query = select(DOCUMENT.c.id).where(DOCUMENT.c.state == DocumentState.PENDING.value, DOCUMENT.c.id > after)
    return [DocumentId(found) for found in conn.execute(query.order_by(DOCUMENT.c.id).limit(BATCH)).scalars()]


def _one(conn: Connection, document_id: DocumentId) -> tuple[Document, bytes | None]:
    row = conn.execute(select(*COLUMNS, DOCUMENT.c.data).where(DOCUMENT.c.id == document_id)).mappings().one_or_none()
    if row is None or row["state"] == DocumentState.ERASED.value:
        raise NotFound(_("没有找到这份文书"))
    return Document.of(dict(row)), row["data"]
