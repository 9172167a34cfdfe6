"""Exit codes, the same for every command; `onewindow --help` lists them."""

from enum import IntEnum

from onewindow.errors import (
    BadInput,
    Conflict,
    Forbidden,
    Misconfigured,
    NotFound,
    OneWindowError,
    Refused,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unconfirmed,
)


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    FAILED = 1  # refused by a rule, bad input, or something went wrong
    USAGE = 2  # the command line itself is wrong
    NOT_FOUND = 3
    FORBIDDEN = 4  # not allowed, or not logged in
    UNAVAILABLE = 5  # something does not answer, or is not confirmed yet


_OF_ERRORS: tuple[tuple[tuple[type[OneWindowError], ...], Exit], ...] = (
    ((NotFound,), Exit.NOT_FOUND),
    ((Forbidden, Unauthenticated), Exit.FORBIDDEN),
    ((Unavailable, Unconfirmed, TooMany), Exit.UNAVAILABLE),
    ((BadInput, Refused, Conflict, Misconfigured), Exit.FAILED),
)


def of_error(error: OneWindowError) -> Exit:
    """The exit code of one of our errors."""
    return next((code for kinds, code in _OF_ERRORS if isinstance(error, kinds)), Exit.FAILED)


def of_status(status: int) -> Exit:
    """The exit code of an answer of the API."""
    if status < 400:
        return Exit.OK
    return {
        401: Exit.FORBIDDEN,
        403: Exit.FORBIDDEN,
        404: Exit.NOT_FOUND,
        429: Exit.UNAVAILABLE,
        502: Exit.UNAVAILABLE,
        503: Exit.UNAVAILABLE,
        504: Exit.UNAVAILABLE,
    }.get(status, Exit.FAILED)
