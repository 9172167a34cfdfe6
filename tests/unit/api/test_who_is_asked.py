"""The description of the API says of each operation what it asks for: nothing, a tracking code, or a session."""

from fastapi.openapi.utils import get_openapi

from onewindow.api.app import rest_v1
from onewindow.api.openapi import BY_CODE, PUBLIC


def operations() -> dict[str, str]:
    """The operations by their names, with their addresses."""
    paths = get_openapi(title="", version="", routes=rest_v1())["paths"]
    return {found["operationId"]: path for path, methods in paths.items() for found in methods.values()}


def test_what_a_person_does_by_their_code_asks_for_a_code() -> None:
    tracked = {name for name, path in operations().items() if path.startswith("/api/v1/tracking")}
    assert tracked - PUBLIC == BY_CODE


def test_what_is_open_to_anybody_exists() -> None:
    assert set(operations()) >= PUBLIC | BY_CODE
