"""The boundary register: what this product does not hold, and the check that every door runs."""

from onewindow.boundary.check import (
    Codes,
    check_config,
    check_manifest,
    check_mapping,
    check_tables,
    check_texts,
    report,
    require,
)
from onewindow.boundary.rules import Violation
from onewindow.boundary.widening import Difference, widening

__all__ = [
    "Codes",
    "Difference",
    "Violation",
    "check_config",
    "check_manifest",
    "check_mapping",
    "check_tables",
    "check_texts",
    "report",
    "require",
    "widening",
]
