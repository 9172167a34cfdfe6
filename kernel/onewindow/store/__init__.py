"""Engines, the writing lane and migrations."""

from onewindow.store.base import KernelTable, new_metadata, table_base
from onewindow.store.counters import counter_table
from onewindow.store.engine import DialectName, Place
from onewindow.store.sql import advisory_lock, for_update, insert_new, try_advisory_lock, upsert
from onewindow.store.store import Store
from onewindow.store.tx import Tx
from onewindow.store.types import Instant, serial

__all__ = [
    "DialectName",
    "Instant",
    "KernelTable",
    "Place",
    "Store",
    "Tx",
    "advisory_lock",
    "counter_table",
    "for_update",
    "insert_new",
    "new_metadata",
    "serial",
    "table_base",
    "try_advisory_lock",
    "upsert",
]
