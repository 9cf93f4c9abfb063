"""Whose account is it: which handle is it known by today, which was it, where are its posts kept, who signs them?

A DID stays with an account for good. Its document says the handle of today, the server of its repository and the key
that signs it (atproto.com/specs/did): that of a `did:plc` is kept by plc.directory, with every version of it
(web.plc.directory), that of a `did:web` by the host that it names. A document is only the account's own word; that a
handle is its handle, the handle's domain has to say too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from archiver.platforms.bluesky.keys import Key, signing_key
from archiver.platforms.bluesky.urls import DID, HANDLE
from archiver.platforms.values import Json, dig, members, moment, string

PDS_TYPE = "AtprotoPersonalDataServer"

MAX_LOG = 1000
"""Operations of one account's history that are read; most have fewer than ten."""

MOVING = timedelta(days=1)
"""Clocks differ, and a new handle is not shown everywhere at once."""

NO_PUBLIC_NAME = frozenset(
    {"alt", "arpa", "corp", "home", "internal", "intranet", "invalid", "lan", "local", "localhost", "onion", "private"}
)
"""Last labels of names that no public server has (RFC 6761, RFC 6762, RFC 7686, RFC 9476 and common usage)."""

_HANDLE = re.compile(HANDLE)
_DID = re.compile(DID)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account as its DID document describes it."""

    did: str
    handle: str | None = None
    """The one of today, in small letters."""
    host: str | None = None
    """The server of its repository; null where the document names none, or one that cannot be asked."""
    key: Key | None = None
    """What the repository is signed with."""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A handle, and from when to when an account had it."""

    handle: str
    since: datetime | None
    """Null where the log does not say."""
    until: datetime | None = None
    """Null where it still has it."""


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The handles of an account, oldest first."""

    did: str
    periods: tuple[Period, ...]

    def held(self, handle: str) -> tuple[Period, ...]:
        """When the account had this handle (any case); empty where it never had."""
        return tuple(period for period in self.periods if period.handle == handle.lower())

    def had(self, handle: str, at: datetime | None) -> bool:
        """Whether it had this handle then; where the time is not known, whether it never had another one."""
        if at is None:
            return bool(self.held(handle)) and len(self.periods) == 1
        return any(
            (period.since is None or period.since <= at + MOVING)
            and (period.until is None or period.until >= at - MOVING)
            for period in self.held(handle)
        )


def read_document(did: str, data: object) -> Account | None:
    """The account that a DID document describes; null for anything that is not this DID's document."""
    if not isinstance(data, Mapping) or data.get("id") != did:
        return None
    return Account(did=did, handle=_handle(data.get("alsoKnownAs")), host=_server(data), key=signing_key(did, data))


def _handle(names: object) -> str | None:
    """The first of an account's names that is a handle."""
    if not isinstance(names, list):
        return None
    for name in names[:32]:
        if isinstance(name, str) and name.startswith("at://") and _HANDLE.fullmatch(name[5:]):
            return name[5:].lower()
    return None


def _server(document: Json) -> str | None:
    for service in members(document.get("service")):
        named = (string(service, "id") or "").rpartition("#")[2] == "atproto_pds"
        if named and string(service, "type") == PDS_TYPE:
            return public_host(service.get("serviceEndpoint"))
    return None


def public_host(url: object) -> str | None:
    """The host of an address that is nothing but `https://HOST`, with a name that a public server can have."""
    if not isinstance(url, str) or len(url) > 300:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    bare = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme != "https" or port not in (None, 443) or not bare:
        return None
    return host if is_public_name(host) else None


def is_public_name(host: str) -> bool:
    """Whether this is a domain name of the public network: no address, no name of a local one."""
    if not _HOST.fullmatch(host) or len(host) > 253 or host.rpartition(".")[2] in NO_PUBLIC_NAME:
        return False
    try:
        ip_address(host)
    except ValueError:
        return True
    return False


def web_host(did: str) -> str | None:
    """The host that keeps a `did:web`; null for other DIDs, and for those with a port or a path, which the AT Protocol
    does not allow."""
    host = did.removeprefix("did:web:").lower()
    return host if did.startswith("did:web:") and is_public_name(host) else None


def read_did(text: str) -> str | None:
    """The DID that a domain gives for its handle (`/.well-known/atproto-did`): nothing else may stand there."""
    lines = text[:512].split()
    return lines[0] if len(lines) == 1 and _DID.fullmatch(lines[0]) else None


def read_log(did: str, data: object) -> History | None:
    """The handles of an account by plc.directory's audit log; null for anything that is not this DID's log.

    Operations that a later one took back are left out. An account that was closed has no handle since.
    """
    if not isinstance(data, list) or not data or len(data) > MAX_LOG:
        return None
    periods: list[Period] = []
    for entry in data:
        operation = dig(entry, "operation")
        if dig(entry, "did") != did or not isinstance(operation, Mapping):
            return None
        if entry.get("nullified") is True:
            continue
        at = moment(entry.get("createdAt"))
        handle = _named_by(operation)
        last = periods[-1] if periods else None
        if last is not None and last.until is None and last.handle != handle:
            periods[-1] = msgspec.structs.replace(last, until=at)
            last = None
        if handle is not None and (last is None or last.until is not None):
            periods.append(Period(handle=handle, since=at))
    return History(did=did, periods=tuple(periods))


def _named_by(operation: Json) -> str | None:
    """The handle that an operation sets: in today's form, and in that of the directory's first months."""
    if string(operation, "type") == "create":
        name = string(operation, "handle") or ""
        return name.lower() if _HANDLE.fullmatch(name) else None
    return _handle(operation.get("alsoKnownAs"))
