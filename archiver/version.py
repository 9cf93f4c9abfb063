"""Which version of archiver this is."""

__version__ = "0.1.0"
