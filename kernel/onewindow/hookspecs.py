"""The hook specifications, all of them in one place: what a plugin may tell the kernel.

Hooks declare and do no input or output. Each is a plain function (a coroutine would never be awaited), none is
`firstresult` (the last installed would win), and the kernel calls each plugin by itself, in the order of their names,
so that one that fails takes nobody with it. A new hook comes only together with a plugin that uses it.
"""

import pluggy

from onewindow.office.declaration import PROJECT, Office

hookspec = pluggy.HookspecMarker(PROJECT)


@hookspec
def onewindow_office() -> Office:  # type: ignore[empty-body]  # a specification has none
    """Called once when the plugin is found; returns the office that it declares, under the entry point's name."""
