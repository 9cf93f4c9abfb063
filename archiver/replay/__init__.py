"""Show what is stored: articles, post cards, captures, each byte checked before it is served, nothing from the web."""

from archiver.replay.app import create_app
from archiver.replay.server import serve
from archiver.replay.shelf import Library, Shelf

__all__ = ["Library", "Shelf", "create_app", "serve"]
