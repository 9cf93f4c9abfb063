"""A signed package from end to end: an archive, packed, signed, stamped, and verified as a reader would."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from archiver.config import SigningSettings, WebSettings
from archiver.errors import SigningError
from archiver.model import Check, Verdict
from archiver.signing import signer_from
from archiver.signing.opentimestamps import MAGIC
from archiver.verification.verifying import verify
from archiver.wacz.writing import write_wacz
from archiver.web import Door
from tests.loopback import Asked, Loopback, Step, ok
from tests.signing.authorities import World, openssl_tsa
from tests.signing.test_opentimestamps import ALICE
from tests.store.conftest import exchange, frozen, response

ANSWER = response(b"<title>Bridge</title><p>shut", "Content-Type: text/html")


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def signing(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], SigningSettings]:
    """Settings for a server that is authority and calendar."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    root = tmp_path / "root.pem"
    root.write_bytes(world.stamp_root.certificate.public_bytes(serialization.Encoding.PEM))
    return lambda url: SigningSettings(
        identity="anonymous", tsa=f"{url}/tsa", trusted_tsa=(str(root),), calendars=(f"{url}/calendar",)
    )


def authorities(folder: Path, world: World) -> Callable[[Asked], list[Step]]:
    tsa = openssl_tsa(folder, world.stamper())
    return lambda asked: [ok(ALICE)] if asked.target == "/calendar/digest" else tsa(asked)


def pack(
    folder: Path, answer: Callable[[Asked], list[Step]], signing: Callable[[str], SigningSettings]
) -> SigningSettings:
    """Writes `a.wacz` and its proof; the settings with which it is verified."""
    web = WebSettings(allow_addresses=("127.0.0.1/32",), rates={"*": 0.0}, retries=0)
    with frozen(folder / "warc") as archive, Loopback(answer) as server, Door(web) as door:
        with archive.session() as session:
            session.write_exchange(exchange("https://news.example/story", ANSWER))
        settings = signing(server.url)
        signer = signer_from(settings, post=door.post)
        assert signer is not None
        write_wacz(folder / "a.wacz", archive, created=now(), sign=signer.sign, clock=now)
        assert signer.proof is not None
        (folder / "a.wacz.ots").write_bytes(signer.proof)
        return settings


def checks(path: Path, settings: SigningSettings) -> dict[str, Check]:
    return {check.name: check for check in verify(path, signing=settings).checks}


def test_a_signed_package_verifies(tmp_path: Path, world: World, signing: Callable[[str], SigningSettings]) -> None:
    settings = pack(tmp_path, authorities(tmp_path / "tsa", world), signing)
    found = checks(tmp_path / "a.wacz", settings)
    assert not [check for check in found.values() if check.problems]
    assert found["signature"].verdict is Verdict.SOUND
    assert found["time stamp"].verdict is Verdict.SOUND
    assert found["OpenTimestamps"].verdict is Verdict.NOT_CHECKED
    assert (tmp_path / "a.wacz.ots").read_bytes().startswith(MAGIC)


@pytest.mark.parametrize("member", ["datapackage.json", "datapackage-digest.json"])
def test_another_packages_part_is_found(
    member: str, tmp_path: Path, world: World, signing: Callable[[str], SigningSettings]
) -> None:
    """The description with one date changed, its own hash put right: the signature is of another package."""
    settings = pack(tmp_path, authorities(tmp_path / "tsa", world), signing)
    other = tmp_path / "b.wacz"
    with zipfile.ZipFile(tmp_path / "a.wacz") as source, zipfile.ZipFile(other, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            target.writestr(info, data.replace(b'"created"', b'"Created"', 1) if info.filename == member else data)
    assert checks(other, settings)["signature"].verdict is Verdict.DAMAGED


@pytest.mark.parametrize("broken", ["/tsa", "/calendar/digest"])
def test_where_a_time_stamp_fails_there_is_no_package(
    broken: str, tmp_path: Path, world: World, signing: Callable[[str], SigningSettings]
) -> None:
    good = authorities(tmp_path / "tsa", world)
    with pytest.raises(SigningError):
        pack(tmp_path, lambda asked: [ok(b"no")] if asked.target == broken else good(asked), signing)
    assert [name for name in os.listdir(tmp_path) if "wacz" in name] == []
