"""How far resolution looks and how sure it has to be: set in `config.toml`, section `[resolve]`."""

from __future__ import annotations

from archiver.config import ResolveSettings

__all__ = ["ResolveSettings"]
