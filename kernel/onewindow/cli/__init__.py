"""The command line door: `onewindow`."""

import sys


def main() -> None:
    """Run the command."""
    from onewindow.cli.app import command

    command(sys.argv[1:])()
