"""Makes the Jinja2 environment that all pages share, and the frame that every page stands in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

import jinja2
import segno
from markupsafe import Markup

from onewindow.i18n import DEFAULT, LANGUAGES, translate
from onewindow.web import charts, formatting, forms
from onewindow.web.labels import label
from onewindow.web.nav import NavItem
from onewindow.web.statics import Statics

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
"""The header that every page goes out with: nothing from elsewhere, nothing inline."""

AssetUrl = Callable[[str], tuple[str, str]]
"""A browser library's address and its integrity, by its short name."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is logged in, as the head of the page shows it."""

    name: str
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flash:
    """What just happened; `kind` is success, info, warning or danger."""

    message: str
    kind: str = "success"


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong (the fields of RFC 9457, and what to do about it)."""

    status: int
    title: str
    detail: str = ""
    remedy: str = ""
    instance: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page knows besides its own context; templates and macros see it as `frame`."""

    now: datetime
    lang: str = DEFAULT
    path: str = "/"
    township: str = ""
    csrf_token: str = ""
    viewer: Viewer | None = None
    nav: tuple[NavItem, ...] = ()
    flashes: tuple[Flash, ...] = field(default=())
    problem: Problem | None = None

    @property
    def other_languages(self) -> tuple[tuple[str, str], ...]:
        """The languages to switch to, with the address that does it."""
        here = quote(self.path, safe="")
        return tuple((lang, f"/language/{lang}?next={here}") for lang in LANGUAGES if lang != self.lang)


def installed_assets(name: str) -> tuple[str, str]:
    """The address and integrity of a browser library in the installed `onewindow-assets`."""
    import onewindow_assets

    path, integrity = onewindow_assets.url(name)
    return str(path), str(integrity)


def qr(text: str) -> Markup:
    """A QR code as inline SVG (black on white whatever the page's colours)."""
    code = segno.make(text, error="m", micro=False)
    return Markup(code.svg_inline(scale=4, border=2, dark="#000", light="#fff", svgclass="ow-qr", omitsize=True))


def _lang(context: jinja2.runtime.Context) -> str:
    frame = context.get("frame")
    return frame.lang if isinstance(frame, Frame) else DEFAULT


def _localised(render: Callable[..., str]) -> Callable[..., str]:
    """A filter that speaks the page's language."""

    @jinja2.pass_context
    def filtered(context: jinja2.runtime.Context, value: Any, *args: Any) -> str:
        return render(value, *args, lang=_lang(context))

    return filtered


@jinja2.pass_context
def _translate(context: jinja2.runtime.Context, msgid: str | None, **params: Any) -> str:
    return translate(msgid, _lang(context), **params)


@jinja2.pass_context
def _label(context: jinja2.runtime.Context, value: object, family: str) -> str:
    return translate(label(value, family), _lang(context))


def environment(asset: AssetUrl = installed_assets, statics: Statics | None = None) -> jinja2.Environment:
    """The environment: everything is escaped, and a name that the context lacks is an error."""
    env = jinja2.Environment(
        loader=jinja2.PackageLoader("onewindow.web", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    known = statics or Statics()
    env.globals.update(_=_translate, asset=asset, static=known.url, qr=qr, draw_chart=charts.draw)
    env.globals.update(form_view=forms.view, grouped=forms.grouped)
    env.filters.update(
        day=_localised(formatting.day),
        moment=_localised(formatting.moment),
        instant=_localised(formatting.instant),
        due=_localised(formatting.due),
        left=_localised(formatting.left),
        cell=_localised(formatting.cell),
        iso=formatting.iso,
        code=formatting.code_groups,
        label=_label,
    )
    return env


class Pages:
    """Renders pages by name; one for the whole centre."""

    def __init__(self, env: jinja2.Environment | None = None) -> None:
        self._env = env or environment()

    def render(self, template: str, frame: Frame, **context: Any) -> str:
        """The page, in the frame's language. Each template says at its top what it expects."""
        return self._env.get_template(template).render(frame=frame, **context)

    def fragment(self, template: str, macro: str, frame: Frame, *args: Any, **kwargs: Any) -> str:
        """One macro's output, for htmx to put into a page that is open."""
        module = self._env.get_template(template).make_module({"frame": frame})
        return str(getattr(module, macro)(*args, **kwargs))
