"""The one door to the network: client, address guard, rate limits and retries, recorder."""

from archiver.web.door import Door, Sink

__all__ = ["Door", "Sink"]
