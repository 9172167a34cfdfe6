"""`python -m onewindow.cli` is `onewindow`."""

from onewindow.cli import main

main()
