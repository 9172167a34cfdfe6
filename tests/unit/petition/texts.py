"""Every Chinese text of the office that a screen shows: what its catalogue has to translate."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import onewindow_petition
from onewindow_petition.office import office

PACKAGE = Path(onewindow_petition.__file__).parent


def _schema(schema: Mapping[str, Any]) -> Iterator[str]:
    for model in (schema, *schema.get("$defs", {}).values()):
        for spec in model.get("properties", {}).values():
            yield from (spec.get(key, "") for key in ("title", "x-hint", "x-personal"))
            yield from (choice["label"] for choice in spec.get("x-choices", ()))


def _said() -> Iterator[str]:
    """What rules say: refusals, notes for the parties and the reason of a seal."""
    for path in PACKAGE.glob("*.py"):
        tree = ast.parse(path.read_text())
        named = {
            target.id: n.value
            for n in tree.body
            if isinstance(n, ast.Assign)
            for target in n.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Refusal", "Note", "Seal"}:
                for given in (*node.args, *(k.value for k in node.keywords)):
                    value = named.get(given.id) if isinstance(given, ast.Name) else given
                    if isinstance(value, ast.Constant):
                        yield str(value.value)


def texts() -> list[str]:
    """The msgids, each once, in the order of the declaration."""
    manifest = office.manifest()
    found = [manifest.title, *(d.title for d in manifest.documents)]
    for record in manifest.records:
        found += [record.title, *_schema(record.fields)]
    for procedure in manifest.procedures:
        found += [procedure.title, *(s.title for s in procedure.states)]
        found += [text for clock in procedure.clocks for text in (clock.title, clock.source)]
        found += _schema(procedure.facts)
        for action in procedure.actions:
            found += [action.title, *(_schema(action.form) if action.form else ())]
    found += _said()
    return [text for text in dict.fromkeys(found) if any("一" <= c <= "鿿" for c in text)]
