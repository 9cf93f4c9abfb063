"""Does a signature hold, for this package, and did a time stamp see it when it says?

Nothing here asks the network, and nothing raises: whatever stands in a package comes to named checks.
"""

from __future__ import annotations

from datetime import datetime

from archiver.model import Check
from archiver.signing.trust import Trust

WHERE = "datapackage-digest.json"


def check_signature(
    signed: object,
    digest: str,
    *,
    now: datetime | None = None,
    trust: Trust | None = None,
    where: str = WHERE,
) -> list[Check]:
    """Checks `signature` and, where there is something of the kind, `certificate` and `time stamp`.

    signed: the value of `signedData`, whatever it is; null where there is none (`signature` is then absent).
    digest: `sha256:HEX` of the bytes of `datapackage.json` in this package. now: the time at which certificates are
    judged where no trusted time stamp tells another (default: the clock). trust: whose certificates are believed
    (default: `load_trust()`). where: how problems name the member.
    """
    raise NotImplementedError


def check_proof(proof: bytes, digest: str, *, where: str) -> Check:
    """Check `OpenTimestamps`: is this proof (the bytes of a `.ots` file) one of `digest`, and what attests it?

    It is not checked to the end: a calendar's promise needs the calendar, a block's height the Bitcoin block's header.
    `note` says what remains to be looked up. digest and where: as in `check_signature`.
    """
    raise NotImplementedError
