"""What the Makefile runs: locking, documents and checks of the repository itself."""
