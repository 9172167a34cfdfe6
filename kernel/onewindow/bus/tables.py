"""The tables that the kernel and every host keep for the bus, made on the metadata of whoever asks."""

from dataclasses import dataclass

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

from onewindow.store.types import Instant, serial


@dataclass(frozen=True)
class BusTables:
    """`log` is the outbox and the log at once; `inbox` what was applied; `peer` how far each sender was read."""

    log: Table
    inbox: Table
    peer: Table
    parked: Table
    meta: Table


def bus_tables(metadata: MetaData) -> BusTables:
    """The tables on `metadata`, made at the first call."""
    if "log" in metadata.tables:
        return BusTables(*(metadata.tables[name] for name in ("log", "inbox", "peer", "parked", "meta")))
    log = Table(
        "log",
        metadata,
        Column("id", serial(), primary_key=True, autoincrement=True),
        Column("pos", BigInteger, nullable=True, unique=True),  # null until the relay stamps it
        Column("event_id", String(36), nullable=False),
        Column("type", String(100), nullable=False),
        Column("schema_version", Integer, nullable=False, default=1, server_default="1"),
        Column("office", String(32), nullable=False),
        Column("township", String(32), nullable=False),
        Column("subject", String(100), nullable=False),
        Column("at", Instant, nullable=False),
        Column("data", JSON, nullable=False),
        Column("body", LargeBinary, nullable=True),
    )
    Index("ix_log_unstamped", log.c.id, sqlite_where=log.c.pos.is_(None), postgresql_where=log.c.pos.is_(None))
    Index("ix_log_office_pos", log.c.office, log.c.pos)
    Index("ix_log_event", log.c.event_id)
    inbox = Table(
        "inbox",
        metadata,
        Column("event_id", String(36), primary_key=True),
        Column("at", Instant, nullable=False),
    )
    peer = Table(
        "peer",
        metadata,
        Column("name", String(32), primary_key=True),
        Column("epoch", String(36), nullable=False),
        Column("pos", BigInteger, nullable=False),
    )
    parked = Table(
        "parked",
        metadata,
        Column("id", serial(), primary_key=True, autoincrement=True),
        Column("peer", String(32), nullable=False),
        Column("event_id", String(100), nullable=False),
        Column("subject", String(200), nullable=False),
        Column("reason", Text, nullable=False),
        Column("event", JSON, nullable=False),
        Column("body", LargeBinary, nullable=True),
        Column("at", Instant, nullable=False),
        Column("resolved_at", Instant, nullable=True),
    )
    Index(
        "ix_parked_open",
        parked.c.subject,
        sqlite_where=parked.c.resolved_at.is_(None),
        postgresql_where=parked.c.resolved_at.is_(None),
    )
    meta = Table(
        "meta",
        metadata,
        Column("key", String(64), primary_key=True),
        Column("value", Text, nullable=False),
    )
    return BusTables(log, inbox, peer, parked, meta)


def nats_user_table(metadata: MetaData) -> Table:
    """The kernel's table of the users that the embedded server knows; passwords are sealed by whoever writes it."""
    if "nats_user" in metadata.tables:
        return metadata.tables["nats_user"]
    return Table(
        "nats_user",
        metadata,
        Column("name", String(64), primary_key=True),
        Column("office", String(32), nullable=True),  # null: the kernel itself
        Column("password", LargeBinary, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("revoked_at", Instant, nullable=True),
    )
