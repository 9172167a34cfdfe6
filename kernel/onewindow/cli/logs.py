"""Logging: JSON lines with ids, states and kinds of errors, never with what a person said or is called."""

import logging
import logging.handlers
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

from onewindow.errors import OneWindowError

# Their messages name files and ports; those of other exceptions may quote a row or a form.
_TELLING = (OSError, OneWindowError, ImportError)
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def without_values(logger: Any, name: str, event: Any) -> Any:
    """Replace an exception by its kind and its place: its message may hold words about people."""
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    if isinstance(given, BaseException):
        given = (type(given), given, given.__traceback__)
    if isinstance(given, tuple) and given[0] is not None:
        event["error"], event["at"] = _kind(given[1]), _place(given)
        inner = given[1].__cause__ or given[1].__context__
        if inner is not None:
            event["cause"] = _kind(inner)
    return event


def _kind(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return f"{type(error).__name__}({', '.join(_kind(inner) for inner in error.exceptions)})"
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{name}: {error}" if isinstance(error, _TELLING) else name


def _place(info: ExcInfo) -> list[str]:
    return [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(info[2])[-8:]]


class _Ours:
    """Marks the handlers that we put up: whoever embeds the command keeps their own."""


class _Console(_Ours, logging.StreamHandler):  # type: ignore[type-arg]
    pass


class _File(_Ours, logging.handlers.RotatingFileHandler):
    pass


def release() -> None:
    """Take our handlers down and close their files."""
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _Ours)]:
        root.removeHandler(old)
        if isinstance(old, logging.Handler):
            old.close()


def configure(file: Path | None = None, *, console: int = logging.INFO, lasting: bool = True) -> None:
    """Send every log line to standard error from `console` on, and all of them to a file if one is given.

    `lasting`: this process does nothing else, so that loggers may keep what they found.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=lasting,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            without_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    root = logging.getLogger()
    release()
    handlers: list[logging.Handler] = [_Console(sys.stderr)]
    handlers[0].setLevel(console)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handlers.append(_File(file, maxBytes=8 << 20, backupCount=3, encoding="utf-8"))
        file.chmod(0o600)
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "httpx", "httpcore", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Our connection says itself when the bus is away; the client's own errors are noise of its stopping.
    logging.getLogger("nats").setLevel(logging.CRITICAL)
