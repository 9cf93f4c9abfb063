"""The one door to the network: client, address guard, rate limits and retries, recorder."""

import ssl
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archiver.web.door import Door, Sink

__all__ = ["TLS_LIBRARY", "Door", "Sink"]

TLS_LIBRARY = ssl.OPENSSL_VERSION
"""What makes the encrypted connections: name, version and date, such as `OpenSSL 3.0.13 30 Jan 2024`."""


def __getattr__(name: str) -> Any:
    """The door when it is asked for: httpx takes 9 MB, and who reads large files (`archiver.web.files`) needs none."""
    if name in ("Door", "Sink"):
        from archiver.web import door

        return getattr(door, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
