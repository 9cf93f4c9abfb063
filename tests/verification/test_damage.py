"""Every kind of damage is found, by the check that is there for it; nothing sound is called damaged."""

from __future__ import annotations

import gzip
import io
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archiver.config import SigningSettings
from archiver.errors import InputError, LimitError
from archiver.model import Verdict, Verification
from archiver.signing import signer_from
from archiver.signing.keys import load_or_make_key
from archiver.store import Archive
from archiver.verification import verify
from archiver.wacz.writing import write_wacz
from tests.store.conftest import exchange, frozen, response
from tests.verification.damage import KINDS, Kind, members, plain_records

NAMES = {
    "gz": "other.warc.gz",
    "plain": "other.warc",
    "segment": "archiver-000002-20260301120006.warc.gz",
    "wacz": "a.wacz",
}


def other_tool(*, compressed: bool) -> bytes:
    """Requests, responses and a revisit as warcio writes them."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=compressed, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record("other.warc", {"software": "another tool"}))
    http = [("Content-Type", "text/html")]
    for number in range(3):
        url = f"https://news.example/{number}"
        body = io.BytesIO(b"<p>words of page %d</p>" % number * 20)
        head = StatusAndHeaders("200 OK", http, protocol="HTTP/1.1")
        ip = {"WARC-IP-Address": "192.0.2.1"}
        answer = writer.create_warc_record(url, "response", payload=body, http_headers=head, warc_headers_dict=ip)
        asked = writer.create_warc_record(
            url, "request", http_headers=StatusAndHeaders(f"GET /{number} HTTP/1.1", [], is_http_request=True)
        )
        writer.write_request_response_pair(asked, answer)
        answer.raw_stream.close()  # warcio leaves it open
    revisit = writer.create_revisit_record(
        "https://news.example/2",
        digest=answer.rec_headers["WARC-Payload-Digest"],
        refers_to_uri="https://news.example/2",
        refers_to_date=answer.rec_headers["WARC-Date"],
        http_headers=StatusAndHeaders("200 OK", http, protocol="HTTP/1.1"),
    )
    writer.write_record(revisit)
    return out.getvalue()


def archive_folder(folder: Path) -> Path:
    """Three segments: exchanges, a revisit of the first segment's page in the second, a refusal."""
    with frozen(folder) as archive:
        for run in range(3):
            with archive.session() as session:
                for page in range(3):
                    body = response(b"words %d %d " % (run, page) * 40, "Content-Type: text/html")
                    session.write_exchange(exchange(f"https://posts.example/{run}/{page}", body))
                again = response(b"words 0 0 " * 40, "Content-Type: text/html")
                session.write_exchange(exchange("https://posts.example/0/0", again))
                session.write_refusal("http://intranet.example/", "10.0.0.1", "private")
    return folder


def package(folder: Path, target: Path, key: Path) -> bytes:
    load_or_make_key(key, None)
    signer = signer_from(SigningSettings(identity="anonymous", key=str(key)))
    assert signer is not None
    with Archive.open(folder) as archive:
        write_wacz(target, archive, created=datetime(2026, 3, 2, tzinfo=UTC), sign=signer.sign)
    return target.read_bytes()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes | Path]:
    base = tmp_path_factory.mktemp("sound")
    folder = archive_folder(base / "archive")
    one = base / "one"
    with frozen(one) as archive, archive.session() as session:
        for page in range(3):
            body = response(b"words of %d " % page * 40, "Content-Type: text/html")
            session.write_exchange(exchange(f"https://posts.example/{page}", body))
    return {
        "gz": other_tool(compressed=True),
        "plain": other_tool(compressed=False),
        "segment": sorted((folder / "archive").iterdir())[1].read_bytes(),
        "wacz": package(one, base / "a.wacz", base / "key.pem"),
        "folder": folder,
    }


def name_of(sound: dict[str, bytes | Path], to: str) -> str:
    folder = sound["folder"]
    assert isinstance(folder, Path)
    return sorted((folder / "archive").iterdir())[1].name if to == "segment" else NAMES[to]


def damaged(sound: dict[str, bytes | Path], kind: Kind, tmp_path: Path) -> Path:
    """The thing after this damage, in a file or folder of its own."""
    before = sound[kind.to]
    if isinstance(before, Path):
        target = tmp_path / "archive-folder"
        shutil.copytree(before, target)
        kind.do(target)
        return target
    after = kind.do(before)
    assert after != before
    target = tmp_path / name_of(sound, kind.to)
    target.write_bytes(after)
    return target


def verdicts(found: Verification) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in found.checks}


@pytest.mark.parametrize("kind", KINDS, ids=[f"{kind.to}-{kind.name}" for kind in KINDS])
def test_the_damage_is_found(kind: Kind, sound: dict[str, bytes | Path], tmp_path: Path) -> None:
    path = damaged(sound, kind, tmp_path)
    if not kind.check:
        with pytest.raises((InputError, LimitError)):
            verify(path)
        return
    found = verify(path)
    assert found.damaged
    assert verdicts(found)[kind.check] is Verdict.DAMAGED, found
    problem = next(check for check in found.checks if check.name == kind.check).problems[0]
    assert problem.what
    assert problem.where


def test_there_are_enough_kinds() -> None:
    """At least 60 different ones, and some for each of the five things."""
    assert len({kind.name for kind in KINDS}) >= 60
    counted = {to: sum(kind.to == to for kind in KINDS) for to in ("gz", "plain", "segment", "wacz", "folder")}
    assert min(counted.values()) >= 10, counted
    assert len(KINDS) >= 120, counted


@pytest.mark.parametrize("to", ["gz", "plain", "segment", "wacz", "folder"])
def test_nothing_sound_is_called_damaged(to: str, sound: dict[str, bytes | Path], tmp_path: Path) -> None:
    before = sound[to]
    path = before if isinstance(before, Path) else tmp_path / name_of(sound, to)
    if isinstance(before, bytes):
        path.write_bytes(before)
    found = verify(path)
    assert not found.damaged, [check for check in found.checks if check.verdict is Verdict.DAMAGED]
    assert all(check.verdict is not Verdict.NOT_CHECKED for check in found.checks if check.name != "revisits"), found


def refused_or_damaged(path: Path) -> bool:
    try:
        return verify(path, conclude=False).damaged
    except InputError:
        return True


def test_a_file_cut_at_any_byte(sound: dict[str, bytes | Path], tmp_path: Path) -> None:
    """Between two records a file ends as it might have been written: what is cut there, only what speaks of the file
    from outside can tell (the archive's log, index and catalogue, a package's digests)."""
    path = tmp_path / "cut.warc.gz"
    packed = b"".join(members(sound["gz"])[:4])  # type: ignore[arg-type]
    borders = {len(b"".join(members(packed)[:count])) for count in range(1, 5)}
    for cut in range(len(packed)):
        path.write_bytes(packed[:cut])
        assert refused_or_damaged(path) == (cut not in borders), cut
    plain_path = tmp_path / "cut.warc"
    plain = gzip.decompress(packed)
    borders = {len(b"".join(plain_records(plain)[:count])) for count in range(1, 5)}
    for cut in range(0, len(plain), 5):
        plain_path.write_bytes(plain[:cut])
        assert refused_or_damaged(plain_path) == (cut not in borders), cut


def test_a_package_cut_at_any_byte(sound: dict[str, bytes | Path], tmp_path: Path) -> None:
    path = tmp_path / "cut.wacz"
    data = sound["wacz"]
    assert isinstance(data, bytes)
    for cut in (*range(0, len(data), 7), *range(len(data) - 120, len(data))):
        path.write_bytes(data[:cut])
        assert refused_or_damaged(path), cut


def test_an_archive_whose_last_segment_is_cut_at_any_byte(sound: dict[str, bytes | Path], tmp_path: Path) -> None:
    folder = sound["folder"]
    assert isinstance(folder, Path)
    target = tmp_path / "archive-folder"
    shutil.copytree(folder, target)
    last = max((target / "archive").iterdir())
    data = last.read_bytes()
    borders = [len(b"".join(members(data)[:count])) for count in range(len(members(data)))]
    for cut in sorted({*range(0, len(data), 397), *borders, *(border + 1 for border in borders)}):
        last.write_bytes(data[:cut])
        assert verify(target, conclude=False).damaged, cut
