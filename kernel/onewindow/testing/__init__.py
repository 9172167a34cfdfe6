"""The test kit that an office's author uses: a context from plain values, and a walk through a procedure."""

from onewindow.testing.walk import Drawer, Walk, clock, context, document, party

__all__ = ["Drawer", "Walk", "clock", "context", "document", "party"]
