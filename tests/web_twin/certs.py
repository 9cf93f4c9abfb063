"""Certificates of the twin, made by trustme: one authority, one leaf for all its hosts, the bad leaves of faults."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import trustme

EXPIRED_AT = datetime(2016, 1, 1, tzinfo=UTC)


class Leaf(NamedTuple):
    """A certificate chain and its key, both PEM."""

    chain: bytes
    key: bytes


@lru_cache
def _authority() -> trustme.CA:
    return trustme.CA(organization_name="Web twin")


def authority() -> bytes:
    """The PEM of the authority that signs every good leaf: what `ca_file` holds. Another one in each process."""
    return _authority().cert_pem.bytes()


@lru_cache
def leaf(hosts: tuple[str, ...], *, until: datetime | None = None, unknown_authority: bool = False) -> Leaf:
    """A server certificate for `hosts` (wildcards allowed), valid `until`; signed by a self-signed authority
    that nobody trusts where `unknown_authority` says so."""
    signer = trustme.CA(organization_name="Nobody") if unknown_authority else _authority()
    since = until - timedelta(days=365) if until else None
    issued = signer.issue_cert(*hosts, not_before=since, not_after=until)
    chain = [*issued.cert_chain_pems, *([signer.cert_pem] if unknown_authority else [])]
    return Leaf(b"".join(pem.bytes() for pem in chain), issued.private_key_pem.bytes())
