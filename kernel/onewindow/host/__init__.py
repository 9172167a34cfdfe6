"""Runs an office against the bus: its proceedings, its records, its log, in a store of its own."""
