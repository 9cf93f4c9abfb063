"""Who signs: an identity, and those who say when.

A `Signer` fits what `archiver.wacz.writing.write_wacz` calls. Whatever cannot be made raises: there is no package with
half of a signature.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from archiver.exchange import Exchange


class Poster(Protocol):
    """What sends a body by POST: `archiver.web.Door.post`."""

    def __call__(
        self, url: str, body: bytes, content_type: str, *, accept: str = ..., max_bytes: int | None = ...
    ) -> Exchange: ...


class Signer:
    """Signs packages as the WACZ authentication specification says."""

    proof: bytes | None
    """After `sign`: the OpenTimestamps proof of the digest, for `PACKAGE.wacz.ots`; null where no calendar is named."""

    def sign(self, digest: str, created: datetime) -> Mapping[str, Any]:
        """The `signedData` of `datapackage-digest.json`.

        digest: `sha256:HEX` of the bytes of `datapackage.json`, which is what is signed, as this very text. created:
        the `created` of `datapackage.json`, whole seconds.

        Raises `SigningError` where it cannot be signed, `TimeStampError` where no time stamp is to be had.
        """
        raise NotImplementedError


def signer_from(settings: Any, *, post: Poster | None = None) -> Signer | None:
    """The signer that `[signing]` describes; null where `identity` is `none`.

    post: how authorities and calendars are asked (`Door.post`); needed where any is named.

    Raises `SigningError` where a key or a certificate cannot be used, `UsageError` where authorities are named and
    there is no `post`.
    """
    raise NotImplementedError
