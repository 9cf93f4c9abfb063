"""Who vouches for a package, and since when it existed: signatures, time stamps, and whether they hold.

WACZ signing and verification (specs.webrecorder.net/wacz-auth/0.1.0/), RFC 3161 time stamps, OpenTimestamps.

To sign: `signer_from(settings.signing, post=door.post)` gives a `Signer`, whose `sign` goes to
`archiver.wacz.writing.write_wacz`; after it, `signer.proof` holds the OpenTimestamps proof where calendars are named.
To check: `check_signature` for the `signedData` of a package, `check_proof` for a `PACKAGE.wacz.ots`.
"""

from __future__ import annotations

from archiver.signing.checking import check_proof, check_signature
from archiver.signing.signer import Poster, Signer, signer_from
from archiver.signing.trust import Trust, load_trust

__all__ = ["Poster", "Signer", "Trust", "check_proof", "check_signature", "load_trust", "signer_from"]
