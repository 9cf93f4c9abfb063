"""The one door to the network: client, address guard, rate limits and retries, recorder."""

import ssl

from archiver.web.door import Door, Sink

__all__ = ["TLS_LIBRARY", "Door", "Sink"]

TLS_LIBRARY = ssl.OPENSSL_VERSION
"""What makes the encrypted connections: name, version and date, such as `OpenSSL 3.0.13 30 Jan 2024`."""
