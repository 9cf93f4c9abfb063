"""WARC files of other tools, and of other archives, are taken into an archive: checked first, byte for byte, once."""

from archiver.importing.taking import Taken, take_in

__all__ = ["Taken", "take_in"]
