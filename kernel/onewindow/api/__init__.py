"""REST v1: the operations, their models, their errors and their description."""

from onewindow.api.app import create_app

__all__ = ["create_app"]
