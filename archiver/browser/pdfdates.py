"""When a PDF says that it was made: by the run's clock, as all records of the run do, and not by Chromium's.

Chromium's PDF library (Skia) writes the document's information first, with the machine's time in `CreationDate` and
`ModDate` (ISO 32000-1, sections 7.9.4 and 14.3.3). Nothing else of the file depends on the time. Both are replaced in
place by as many bytes, so that every offset in the file stays true.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_INFORMATION = re.compile(
    rb"%PDF-1\.\d\n%[^\n]{4}\n1 0 obj\n<<"
    # strings are ASCII or in hex there, so no title can hold this line end
    rb"(?:(?!>>\nendobj\n).){0,65536}?"
    rb"/CreationDate \(D:(\d{14}[+-]\d\d'\d\d')\)\n/ModDate \(D:(\d{14}[+-]\d\d'\d\d')\)>>\nendobj\n",
    re.DOTALL,
)
_NAMED = re.compile(rb"trailer\n<<[^>]*/Info 1 0 R\b[^>]*>>\nstartxref\n\d+\n%%EOF\n?\Z")


def dated(pdf: bytes, when: datetime) -> bytes:
    """The PDF with `when` in the place of its dates; as it is where they do not stand where Skia writes them."""
    found = _INFORMATION.match(pdf)
    if found is None or _NAMED.search(pdf, max(0, len(pdf) - 1024)) is None:
        return pdf
    utc = when.astimezone(UTC).strftime("%Y%m%d%H%M%S").rjust(14, "0")
    date = f"{utc}+00'00'".encode()
    changed = bytearray(pdf)
    for number in (1, 2):
        changed[found.start(number) : found.end(number)] = date
    return bytes(changed)
