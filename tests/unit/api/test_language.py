"""The language that a reader gets."""

from collections.abc import MutableMapping
from typing import Any

import pytest

from onewindow.api.language import language


@pytest.mark.parametrize(
    ("query", "headers", "expected"),
    [
        (b"", {}, "zh"),
        (b"", {"accept-language": "en-GB,en;q=0.9"}, "en"),
        (b"", {"accept-language": "fr;q=0.9, zh-CN;q=0.8, en;q=0.2"}, "zh"),
        (b"", {"accept-language": "en;q=0.1, zh;q=0.9"}, "zh"),
        (b"", {"accept-language": "en;q=x"}, "zh"),
        (b"", {"cookie": "ow_lang=en", "accept-language": "zh"}, "en"),
        (b"", {"cookie": "ow_lang=klingon"}, "zh"),
        (b"lang=en", {"cookie": "ow_lang=zh"}, "en"),
        (b"lang=../../etc", {"cookie": "ow_lang=en"}, "en"),
    ],
)
def test_the_language_is_what_was_asked_for_chosen_or_preferred(
    query: bytes, headers: dict[str, str], expected: str
) -> None:
    scope: MutableMapping[str, Any] = {
        "type": "http",
        "query_string": query,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    assert language(scope) == expected
