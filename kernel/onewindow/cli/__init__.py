"""The onewindow command."""
