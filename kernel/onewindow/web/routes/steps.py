"""A page of an administrator with its forms: read, done, and shown again."""

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from onewindow.errors import BadInput, OneWindowError
from onewindow.i18n import Message
from onewindow.web import forms
from onewindow.web.messages import by_field
from onewindow.web.operations import Retry
from onewindow.web.routes.context import Handler, Visit, Web
from onewindow.web.templates import Flash

Step = Callable[[Visit, Any], Awaitable[Any]]
Page = Callable[..., Awaitable[Response]]


class Steps:
    """What such pages share."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.centre = web.centre

    def show(self, page: Page) -> Handler:
        """A page as it is got."""

        async def handler(request: Request) -> Response:
            return await page(await self.web.staff(request))

        return handler

    async def _step(
        self,
        request: Request,
        page: Page,
        path: str,
        name: str,
        model: type[BaseModel] | None,
        step: Step,
        told: Message,
    ) -> Response:
        """Read the form, do the step, and go back to the page: done, or the same form with what is wrong."""
        form = await request.form()
        visit = await self.web.staff(request, form)
        values = forms.parse(model.model_json_schema(), form) if model else {}
        try:
            await step(visit, model.model_validate(values) if model else None)
        except ValidationError as error:
            return await page(visit, retry=Retry(name, values, by_field(error, visit.lang)), status=422)
        except OneWindowError as error:
            fields = by_field(error, visit.lang) if model and isinstance(error, BadInput) and error.fields else {}
            if fields and error.remedy:
                fields = {n: f"{text}：{visit.say(error.remedy, **error.params)}" for n, text in fields.items()}
            trouble = None if fields else self.web.problem(request, error)
            return await page(visit, retry=Retry(name, values, fields), trouble=trouble, status=error.status)
        return self.web.go(path, Flash(visit.say(told)))
