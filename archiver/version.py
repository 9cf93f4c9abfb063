"""Which version of archiver this is, and of its rules."""

__version__ = "0.1.0"

DETECTION = "detect/1"
"""Version of the rules by which posts are found: they may find otherwise than those of another version."""
