"""The reference, read from the program itself: bus, hooks, settings, commands, permissions, REST operations."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import typer
from fastapi.openapi.utils import get_openapi

from onewindow import hookspecs
from onewindow.access.actions import RULES
from onewindow.access.table import COLUMNS, TABLE
from onewindow.api.app import rest_v1
from onewindow.api.openapi import BY_CODE, PUBLIC, TAGS
from onewindow.bus import describe
from onewindow.bus.credentials import office_permissions
from onewindow.cli.app import command
from onewindow.i18n import translate
from onewindow.office.declaration import PROJECT
from onewindow.office.types import OfficeId
from onewindow.organisation.roles import role_title
from onewindow.settings import Settings
from tools.docs_parts import table


def english(text: str) -> str:
    return translate(text, "en")


def bus(root: Path) -> str:
    """Stream, subjects, headers and payloads."""
    return describe.markdown()


def hooks(root: Path) -> str:
    """Each hook with its signature and when it is called."""
    parts = []
    for name, hook in inspect.getmembers(hookspecs, inspect.isfunction):
        if getattr(hook, f"{PROJECT}_spec", None) is not None:
            parts.append(f"### `{name}{inspect.signature(hook)}`\n\n{inspect.getdoc(hook)}")
    return "\n\n".join(parts)


def settings(root: Path) -> str:
    """Each setting with the name of its environment variable."""
    prefix = str(Settings.model_config.get("env_prefix", ""))
    rows = []
    for name, field in Settings.model_fields.items():
        default = f"`{field.default}`" if str(field.default) else ""
        rows.append([f"`{prefix}{name.upper()}`", default, field.description or ""])
    return table(["Variable", "Default", "What it says"], rows)


def _leaves(found: Any, path: str) -> Iterator[tuple[str, Any]]:
    children: Mapping[str, Any] = getattr(found, "commands", {})
    if not children:
        yield path, found
    for name, child in children.items():
        yield from _leaves(child, f"{path} {name}")


def _options(found: Any, path: str) -> str:
    with typer.Context(found, info_name=path) as ctx:
        params = found.get_params(ctx)
    shown = []
    for param in params:
        if param.param_type_name == "option" and param.name not in {"help", "install_completion", "show_completion"}:
            names = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
            shown.append(f"{names}: {param.help}" if param.help else names)
    return "; ".join(shown)


def _usage(found: Any, path: str) -> str:
    with typer.Context(found, info_name=path) as ctx:
        pieces = [p for p in found.collect_usage_pieces(ctx) if not p.startswith("[OPT")]
    return " ".join(["onewindow", *path.split()[1:], *(piece.strip("{}").upper() for piece in pieces)])


def commands(root: Path) -> str:
    """The `onewindow` command: what each does and its options."""
    tree = command(["--lang", "en"])
    rows = [[f"`{_usage(c, path)}`", c.help or "", _options(c, path)] for path, c in _leaves(tree, "onewindow")]
    return f"{tree.help}\n\nOptions of all: {_options(tree, 'onewindow')}\n\n" + table(
        ["Command", "What it does", "Options"], rows
    )


def _conditions(rule: Any) -> str:
    said = {
        "by_non_handler": "not by who handles the case",
        "needs_reason": "with a reason, logged",
        "by_two": "by two people",
    }
    return "; ".join(words for name, words in said.items() if getattr(rule, name))


def policy(root: Path) -> str:
    """Who may do what: actions by roles, each with how far it goes."""
    heads = [english(role_title(role)) if role_title(role) != role else "(window fallback)" for role in COLUMNS]
    rows = []
    for action, row in TABLE.items():
        scopes = [", ".join(sorted(scope.value for scope in row.get(role, ()))) for role in COLUMNS]
        rows.append([f"{english(RULES[action].title)} `{action}`", *scopes, _conditions(RULES[action])])
    return table(["Action", *heads, "Always"], rows)


def api(root: Path) -> str:
    """The operations of REST v1, by their group."""
    paths = get_openapi(title="", version="", routes=rest_v1())["paths"]
    groups: dict[str, list[list[str]]] = {tag: [] for tag, _words in TAGS}
    for path, operations in paths.items():
        for method, found in operations.items():
            name = found["operationId"]
            who = "anybody" if name in PUBLIC else "a tracking code" if name in BY_CODE else "a session"
            row = [f"`{method.upper()} {path}`", f"`{name}`", found.get("summary", ""), who]
            groups.setdefault(found["tags"][0], []).append(row)
    titles = dict(TAGS)
    return "\n\n".join(
        f"### {titles.get(tag, tag)}\n\n" + table(["Request", "Operation", "What it does", "Asks for"], rows)
        for tag, rows in groups.items()
        if rows
    )


def nats_permissions(root: Path) -> str:
    """What an office's user may do on a NATS server that is not ours."""
    found = office_permissions("district", OfficeId("office"))
    given = {"publish": found.publish, "subscribe": found.subscribe}

    def shown(subject: str) -> str:
        return "`" + subject.replace("district", "DISTRICT").replace("office", "OFFICE") + "`"

    rows = [[name, ", ".join(map(shown, subjects))] for name, subjects in given.items()]
    return table(["May", "Subjects"], rows)


PARTS: Mapping[str, Callable[[Path], str]] = MappingProxyType(
    {
        "bus": bus,
        "hooks": hooks,
        "settings": settings,
        "commands": commands,
        "policy": policy,
        "api": api,
        "nats-permissions": nats_permissions,
    }
)
