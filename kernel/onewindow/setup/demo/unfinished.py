"""A demo that was interrupted while it was made: a mark in the folder says so, and the next start makes it anew."""

import shutil
from pathlib import Path

from onewindow.errors import Misconfigured
from onewindow.i18n import _
from onewindow.settings import Settings
from onewindow.setup.demo.accounts import CODES, FILE

MARK = "demo-unfinished"
# What a centre writes into its folder before its door opens; settings and whatever else lies there stay.
MADE = ("keys.json", FILE, CODES, "kernel.db*", "offices", "nats", "documents")


def begin(settings: Settings) -> None:
    """Before the first byte of a new folder that is to hold a demo."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    _mark(settings).touch(mode=0o600)


def done(settings: Settings) -> None:
    """The demo is there, all of it."""
    _mark(settings).unlink(missing_ok=True)


def clear(settings: Settings, *, keep: bool) -> bool:
    """Take away what an interrupted making left; whether there was something.

    Nobody has worked with it: the door opens when the demo is whole. On a database of its own server nothing is taken
    away; `keep` starts there with what is there.

    Raises:
        Misconfigured: it lies in a database that is not in the folder, and is not to be kept.
    """
    if not _mark(settings).exists():
        return False
    if settings.database:
        if not keep:
            raise Misconfigured(
                _("上次演示区没有装完，数据在 PostgreSQL 中"),
                remedy=_("换一个空的数据库和数据目录；或用 --no-demo 以现有内容启动"),
            )
        done(settings)
        return False
    for pattern in MADE:
        for path in settings.data.glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    done(settings)
    return True


def _mark(settings: Settings) -> Path:
    return settings.data / MARK
