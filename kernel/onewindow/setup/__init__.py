"""Setting up and bringing back: a fresh data folder, a demo district made by driving the real paths, backups."""
