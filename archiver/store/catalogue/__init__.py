"""The catalogue: what the archive holds, as an SQLite file made to be opened with ordinary SQLite tools.

It is derived: every row comes from a WARC record by `Catalogue.ingest`, live and when rebuilt alike, so a rebuilt
catalogue equals the live one row by row. Nothing may be written into it by another way.

- `schema`: its tables;
- `database`: the file, transactions, and what is said when the disk fails;
- `ingesting`: records → rows;
- `asking`: rows → answers.
"""

from archiver.store.catalogue.asking import CAPTURE_COLUMNS, Asking, CapturedUri, Standing, capture_of
from archiver.store.catalogue.database import CatalogueError, UnusableCatalogueError
from archiver.store.catalogue.ingesting import Ingesting
from archiver.store.catalogue.schema import TABLES, VERSION
from archiver.store.records import NO_TIME

__all__ = [
    "CAPTURE_COLUMNS",
    "NO_TIME",
    "TABLES",
    "VERSION",
    "CapturedUri",
    "Catalogue",
    "CatalogueError",
    "Standing",
    "UnusableCatalogueError",
    "capture_of",
]


class Catalogue(Ingesting, Asking):
    """Reads and writes one catalogue file (or, with no path, one in memory)."""
