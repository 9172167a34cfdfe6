"""OneWindow: the casework system of a township governance service centre."""

__version__ = "0.1.0"
