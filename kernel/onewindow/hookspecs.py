"""The hooks of OneWindow, in one place. They declare and do no input or output; each plugin is called by itself."""

import pluggy

from onewindow.office.declaration import PROJECT, Office

hookspec = pluggy.HookspecMarker(PROJECT)


@hookspec
def onewindow_office() -> Office:  # type: ignore[empty-body]
    """Called once when the centre starts; returns the office that this distribution declares."""
