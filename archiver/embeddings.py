"""Models of sentence-transformers, where `[resolve] embedding` names one.

An optional extra (`pip install 'archiver[embeddings]'`): nothing imports this module, or that package, unless the
setting says `sentence-transformers:MODEL`. Nothing is downloaded either, since the network has one door: the model is a
folder, or was put into the package's own cache before.

https://sbert.net/docs/package_reference/sentence_transformer/model.html
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from archiver.errors import ConfigError


class SentenceTransformers:
    """One model of sentence-transformers, loaded when made."""

    def __init__(self, model: str) -> None:
        """model: a folder, or the name of a model in the cache.

        Raises `ConfigError` where the extra is not installed, or there is no such model.
        """
        where = f"[resolve] embedding = 'sentence-transformers:{model}'"
        if not model:
            raise ConfigError("no model is named", subject=where, hint="sentence-transformers:MODEL-NAME-OR-FOLDER")
        # where a model is missing, some versions ask its hub in spite of `local_files_only`
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            # by name: type checkers and installations without the extra do not know it
            library = import_module("sentence_transformers")
            import_module("transformers.utils.logging").disable_progress_bar()  # standard error is the command's own
        except ImportError as error:
            raise ConfigError(
                f"the package sentence-transformers cannot be imported: {error}",
                subject=where,
                hint="pip install 'archiver[embeddings]'",
            ) from error
        try:
            self._model: Any = library.SentenceTransformer(os.path.expanduser(model), local_files_only=True)
        except Exception as error:  # what it raises depends on its version and on what lies in the folder
            first = (str(error).splitlines() or [""])[0]
            raise ConfigError(
                f"the model cannot be loaded: {type(error).__name__}: {first}",
                subject=where,
                hint=f"nothing is downloaded here: name a folder, or put it into the cache with `hf download {model}`",
            ) from error

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector a text."""
        vectors: Sequence[Sequence[float]] = self._model.encode(list(texts), show_progress_bar=False)
        return vectors
