"""REST v1."""

from onewindow.api.app import create_app

__all__ = ["create_app"]
