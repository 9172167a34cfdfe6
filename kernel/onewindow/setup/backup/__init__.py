"""Backups of a centre or of one office, and their way back."""
