"""Setting up: a fresh data folder, and a demo district made by driving the real paths."""
