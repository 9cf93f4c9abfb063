"""DER is read strictly: what can be read is written in one way only.

Invariant of the fuzz tests: whatever bytes there are, `read` gives an element whose parts are those bytes, or DerError.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.signing import der
from archiver.signing.der import DerError


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        ("020100", 0),
        ("02017f", 127),
        ("02020080", 128),
        ("0201ff", -1),
        ("02020100", 256),
        ("020900ffffffffffffffff", 2**64 - 1),
    ],
)
def test_integers(encoded: str, value: int) -> None:
    assert der.integer(der.read(bytes.fromhex(encoded))) == value
    if value >= 0:
        assert der.write_integer(value).hex() == encoded


@pytest.mark.parametrize("encoded", ["0200", "02020000", "0202007f", "0202ff80", "040100"])
def test_what_is_no_integer(encoded: str) -> None:
    with pytest.raises(DerError):
        der.integer(der.read(bytes.fromhex(encoded)))


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        ("06092a864886f70d010702", "1.2.840.113549.1.7.2"),
        ("0603550403", "2.5.4.3"),
        ("06028837", "2.999"),
        ("060100", "0.0"),
    ],
)
def test_object_identifiers(encoded: str, value: str) -> None:
    assert der.oid(der.read(bytes.fromhex(encoded))) == value
    assert der.write_oid(value).hex() == encoded


@pytest.mark.parametrize("encoded", ["0600", "060180", "06028001", "060381", "0641" + "01" * 65])
def test_what_is_no_object_identifier(encoded: str) -> None:
    with pytest.raises(DerError):
        der.oid(der.read(bytes.fromhex(encoded)))


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("20220118190012Z", datetime(2022, 1, 18, 19, 0, 12, tzinfo=UTC)),
        ("20220118190012.5Z", datetime(2022, 1, 18, 19, 0, 12, 500_000, tzinfo=UTC)),
        ("20220118190012.123456789Z", datetime(2022, 1, 18, 19, 0, 12, 123_456, tzinfo=UTC)),
    ],
)
def test_times(text: str, when: datetime) -> None:
    assert der.moment(der.read(der.write(der.GENERALIZED_TIME, text.encode()))) == when


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20220118190012",
        "20220230190012Z",
        "20220118190012.Z",
        "20220118190012.50Z",
        "20220118190012+0100",
        "2022-01-18Z",
        "é",
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(DerError):
        der.moment(der.read(der.write(der.GENERALIZED_TIME, text.encode())))


@pytest.mark.parametrize(
    ("encoded", "fault"),
    [
        ("", "cut short"),
        ("30", "cut short"),
        ("3001", "cut short"),
        ("300000", "after the end"),
        ("3080", "length"),
        ("30820001ff", "length"),
        ("308101ff", "length"),
        ("308200ff" + "00" * 255, "length"),
        ("3085000000000100", "length"),
        ("3084ffffffff", "cut short"),
        ("1f0100", "tag"),
    ],
)
def test_what_is_no_der(encoded: str, fault: str) -> None:
    with pytest.raises(DerError, match=fault):
        der.read(bytes.fromhex(encoded))


def test_elements_are_counted() -> None:
    with pytest.raises(DerError, match="too many"):
        der.items(der.read(der.write(der.SEQUENCE, b"\x05\x00" * 257)))


@given(st.binary(max_size=40))
def test_any_bytes_are_an_element_or_refused(data: bytes) -> None:
    try:
        node = der.read(data)
        inner = der.items(node)
    except DerError:
        return
    assert node.raw == data
    assert der.write(node.tag, node.content) == data
    assert b"".join(part.raw for part in inner) == node.content


@given(st.integers(0, 2**160), st.binary(max_size=70_000))
def test_what_is_written_is_read(number: int, content: bytes) -> None:
    assert der.integer(der.read(der.write_integer(number))) == number
    assert der.read(der.write(der.OCTET_STRING, content)).content == content
