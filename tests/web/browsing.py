"""A browser without a screen: keeps cookies, follows redirects, and fills in the forms that it finds on a page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

Values = Mapping[str, str | list[str]]


@dataclass
class Form:
    """A form as it stands on a page, with what it would post untouched."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._select: str | None = None
        self._area: str | None = None
        self._button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(found.get("action", ""), found.get("method", "get"))
            self.forms.append(self._form)
        elif tag == "a":
            self.links.append(found.get("href", ""))
        if self._form is None:
            return
        values, name = self._form.values, found.get("name", "")
        if tag == "input" and name:
            kind = found.get("type", "text")
            if kind in ("checkbox", "radio"):
                if "checked" in found:
                    values.setdefault(name, []).append(found.get("value", "on"))
            elif kind != "file":
                values.setdefault(name, []).append(found.get("value", ""))
        elif tag == "select" and name:
            self._select = name
            values.setdefault(name, [])
        elif tag == "option" and self._select and "selected" in found:
            values[self._select] = [found.get("value", "")]
        elif tag == "textarea" and name:
            self._area = name
            values[name] = [""]
        elif tag == "button":
            self._button = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None
        elif tag == "button":
            self._button = False

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.values[self._area] = [data.removeprefix("\n")]
        if self._button and self._form is not None:
            self._form.buttons.append(data.strip())
        if data.strip():
            self.words.append(data.strip())


@dataclass
class Page:
    """A page that was got."""

    answer: httpx.Response
    forms: list[Form]
    links: list[str]
    text: str

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return self.answer.request.url.raw_path.decode()

    def form(self, action: str) -> Form:
        """The form whose address begins, ends with or is this."""
        for form in self.forms:
            if form.action == action or form.action.endswith(action):
                return form
        raise AssertionError(f"no form for {action}; there are {[f.action for f in self.forms]}")

    def has_form(self, action: str) -> bool:
        return any(form.action.endswith(action) for form in self.forms)

    def link(self, part: str) -> str:
        """The first link whose address holds this."""
        for link in self.links:
            if part in link:
                return link
        raise AssertionError(f"no link with {part}; there are {self.links}")


def read(answer: httpx.Response) -> Page:
    reader = _Reader()
    if "html" in answer.headers.get("content-type", ""):
        reader.feed(answer.text)
    return Page(answer, reader.forms, reader.links, " ".join(reader.words))


class Visitor:
    """Somebody with a browser."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.page = Page(httpx.Response(200, request=httpx.Request("GET", "http://centre/")), [], [], "")

    async def get(self, path: str, **headers: str) -> Page:
        self.page = read(await self.client.get(path, headers=headers, follow_redirects=True))
        return self.page

    async def submit(self, action: str, values: Values | None = None, **headers: str) -> Page:
        """Fill in a form of the page and send it."""
        form = self.page.form(action)
        given: dict[str, Any] = {**form.values, **dict(values or {})}
        self.page = read(await self.client.post(form.action, data=given, headers=headers, follow_redirects=True))
        return self.page

    async def post(self, path: str, values: Values) -> Page:
        """Send something that no page asked for."""
        self.page = read(await self.client.post(path, data=dict(values), follow_redirects=True))
        return self.page
