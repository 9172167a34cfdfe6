"""The command line door: `onewindow`."""

import gc
import sys


def main() -> None:
    """Run the command."""
    # Importing makes hundreds of thousands of objects and no garbage: looking for some takes a third of the time.
    gc.disable()
    from onewindow.cli.app import command

    found = command(sys.argv[1:])
    gc.freeze()
    gc.enable()
    try:
        found()
    finally:
        # The process ends: taking everything apart first would keep whoever pressed Ctrl-C waiting for seconds.
        gc.freeze()
