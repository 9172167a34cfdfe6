"""Bad input of every kind against the OpenAPI text: no 5xx, no undocumented answer, no answer of another shape."""

from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from onewindow.api.openapi import TAGS
from tests.api.conftest import Served

EXAMPLES = 6
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
WHO = {
    "users": "sysadmin",
    "offices": "operator",
    "parked": "sysadmin",
    "bus": "sysadmin",
    "townships": "district_admin",
    "calendars": "district_admin",
    "tracking": "party",
    "assignments": "handler",
}
# Logging out would end the session that the others use; the rest of its kind is tried.
NOT_TRIED = {"logOut"}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def schema(served: Served) -> Any:
    """The OpenAPI text as it is served."""
    return schemathesis.openapi.from_url(f"{served.url}/api/v1/openapi.json")


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: str(mode.value))
@pytest.mark.parametrize("tag", [name for name, _words in TAGS])
def test_no_input_brings_an_undocumented_answer(tag: str, mode: GenerationMode, schema: Any, served: Served) -> None:
    headers = {"Authorization": f"Bearer {served.tokens[WHO.get(tag, 'deputy')]}"}
    for found in schema.get_all_operations():
        operation = found.ok()
        if tag in operation.tags and operation.definition.raw["operationId"] not in NOT_TRIED:
            _try(operation, mode, headers, served.names)


def _try(operation: Any, mode: GenerationMode, headers: dict[str, str], names: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        # Real names in most addresses, so that more is reached than "not found".
        for name, value in dict(case.path_parameters or {}).items():
            if name in names and len(str(value)) % 4:
                case.path_parameters[name] = names[name]
        case.call_and_validate(headers=headers, checks=CHECKS)

    # An operation without parameters or body has nothing that could be wrong.
    with suppress(Unsatisfiable):
        one()


def test_an_undocumented_answer_is_noticed(schema: Any, served: Served) -> None:
    operation = next(each.ok() for each in schema.get_all_operations() if each.ok().path == "/api/v1/me")
    del operation.definition.raw["responses"]["401"]
    raw = {**schema.raw_schema, "paths": {"/api/v1/me": {"get": operation.definition.raw}}}
    narrowed: Any = schemathesis.openapi.from_dict(raw)
    found = next(iter(narrowed.get_all_operations())).ok()
    case = found.Case()
    with pytest.raises(FailureGroup):
        case.call_and_validate(base_url=served.url, checks=CHECKS)
