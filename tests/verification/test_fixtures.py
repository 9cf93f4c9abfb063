"""Files of other tools, recorded in the wild: none that is sound is called damaged, each that is damaged is.

Which of the odd ones are damaged is decided by the standard (ISO 28500:2017), file by file, with the reason beside.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.model import Verdict
from archiver.verification import verify

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"

DAMAGED = {
    # a record without a length (`abc`, `-1`) and a block shorter than its line says
    "warc_arc/warcio_bad.arc": "file structure",
    # one member for all records: none can be fetched alone (annex D), and a block differs from its digest
    "warc_arc/warcio_example-bad-non-chunked.warc.gz": "block digests",
    # a payload differs from its digest; four records of one id
    "warc_arc/warcio_example-digest.warc": "payload digests",
    # Content-Length is two less than the block has
    "warc_arc/warcio_example-trunc.warc": "file structure",
    # members cut inside a record, which does not end in two line ends; a block differs from its digest
    "warc_arc/warcio_example-wrong-chunks.warc.gz": "block digests",
}

ODD = {
    # an extra field in the gzip header: RFC 1952 section 2.3.1.1 has a place for it, readers pass it over
    "warc_arc/jwarc_gzip_extra_sl.warc.gz",
    # a space in a target URI: RFC 3986 has none, but nothing is missing and nothing contradicts itself
    "warc_arc/warcio_example-space-in-target-uri.warc.gz",
    # `<` and `>` around a target URI: WARC/1.0's own grammar has them
    "warc_arc/warcio_example-wget-bad-target-uri.warc.gz",
}

SOUND = {
    "warc_arc/jwarc_cc.warc.gz",
    "warc_arc/py-wacz_example-warcinfo-metadata.warc",
    "warc_arc/warcio_example-iana.org-chunked.warc",
    "warc_arc/warcio_example.arc",
    "warc_arc/warcio_example.arc.gz",
    "warc_arc/warcio_example.warc",
    "warc_arc/warcio_example.warc.gz",
    "wacz/py-wacz_valid_signed_example_1.wacz",
    "wacz/scoop_noarchive.netlify.app.wacz",
}

needs_fixtures = pytest.mark.skipif(not (FIXTURES / "index.jsonl").is_file(), reason="the recorded files are not there")


@needs_fixtures
@pytest.mark.parametrize("name", sorted(SOUND | ODD))
def test_what_is_sound_is_not_called_damaged(name: str) -> None:
    found = verify(FIXTURES / name)
    assert not found.damaged, [check for check in found.checks if check.verdict is Verdict.DAMAGED]


@needs_fixtures
@pytest.mark.parametrize("name", sorted(DAMAGED))
def test_what_is_damaged_is_found(name: str) -> None:
    found = verify(FIXTURES / name)
    assert {check.name: check.verdict for check in found.checks}[DAMAGED[name]] is Verdict.DAMAGED


@needs_fixtures
def test_every_file_of_the_kind_is_looked_at() -> None:
    present = {
        str(path.relative_to(FIXTURES)) for folder in ("warc_arc", "wacz") for path in (FIXTURES / folder).iterdir()
    }
    assert present == SOUND | ODD | DAMAGED.keys()


@needs_fixtures
def test_a_signed_package_of_another_tool_has_a_signature_that_holds() -> None:
    found = verify(FIXTURES / "wacz/py-wacz_valid_signed_example_1.wacz")
    assert {check.name: check.verdict for check in found.checks}["signature"] is Verdict.SOUND
