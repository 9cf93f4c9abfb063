"""Is stored evidence whole and untouched? Named checks of WARC files, WACZ packages and archives, one verdict each.

`verify` looks at one file or folder, of this program or of anybody. It reads everything once, in constant memory, and
writes nothing.
"""

from __future__ import annotations

from archiver.verification.records import StoppedVerificationError
from archiver.verification.verifying import verify

__all__ = ["StoppedVerificationError", "verify"]
