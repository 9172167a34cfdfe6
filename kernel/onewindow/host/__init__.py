"""Runs an office against the bus."""
