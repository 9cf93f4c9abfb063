"""Where private keys are kept: made once, for their owner alone, and never anywhere else."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from archiver.errors import ExitCode, SigningError
from archiver.signing.keys import default_key_file, load_key, load_or_make_key, passphrase_from
from tests.signing.authorities import p256, rsa_key


def refusal(path: Path, passphrase: bytes | None = None) -> str:
    with pytest.raises(SigningError) as caught:
        load_key(path, passphrase)
    assert caught.value.exit_code is ExitCode.INPUT
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


def written(path: Path, key: Any, *, passphrase: bytes | None = None, form: str = "PKCS8") -> Path:
    encryption = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, getattr(serialization.PrivateFormat, form), encryption)
    )
    return path


def test_a_key_is_made_on_p384_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "key.pem"
    key = load_or_make_key(path, None)
    assert isinstance(key.curve, ec.SECP384R1)
    assert load_or_make_key(path, None).private_numbers() == key.private_numbers()
    assert os.listdir(path.parent) == ["key.pem"]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        load_or_make_key(tmp_path / "key.pem", None)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600


def test_two_that_make_one_at_once_agree(tmp_path: Path) -> None:
    keys: list[ec.EllipticCurvePrivateKey] = []
    start = threading.Barrier(4)

    def make() -> None:
        start.wait()
        keys.append(load_or_make_key(tmp_path / "key.pem", None))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 4
    assert len({key.private_numbers().private_value for key in keys}) == 1


def test_a_passphrase_encrypts_it(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    key = load_or_make_key(path, b"swordfish")
    assert b"ENCRYPTED" in path.read_bytes()
    assert load_key(path, b"swordfish").private_numbers() == key.private_numbers()
    assert "no passphrase" in refusal(path)
    assert "does not open" in refusal(path, b"catfish")


def test_a_passphrase_does_no_harm_to_a_plain_key(tmp_path: Path) -> None:
    load_key(written(tmp_path / "key.pem", p256()), b"swordfish")


def test_the_older_form_is_read(tmp_path: Path) -> None:
    load_key(written(tmp_path / "key.pem", p256(), form="TraditionalOpenSSL"), None)
    load_key(written(tmp_path / "key.pem", p256(), form="TraditionalOpenSSL", passphrase=b"swordfish"), b"swordfish")


@pytest.mark.parametrize("key", [rsa_key(), ed25519.Ed25519PrivateKey.generate()], ids=["RSA", "Ed25519"])
def test_a_key_of_another_kind_is_refused(key: Any, tmp_path: Path) -> None:
    assert "not one for ECDSA" in refusal(written(tmp_path / "key.pem", key))


@pytest.mark.parametrize(
    "data",
    [b"", b"a key", b"\xff" * 100, b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"ENCRYPTED"],
)
def test_what_is_no_key_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(data)
    refusal(tmp_path / "key.pem")
    refusal(tmp_path / "key.pem", b"swordfish")


def test_a_file_without_end_is_refused() -> None:
    assert "too long" in refusal(Path("/dev/zero"))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path)


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SigningError, match="cannot be"):
        load_or_make_key(tmp_path / "file" / "key.pem", None)


def test_a_link_to_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "key.pem").symlink_to(tmp_path / "elsewhere.pem")
    with pytest.raises(SigningError):
        load_or_make_key(tmp_path / "key.pem", None)
    assert os.listdir(tmp_path) == ["key.pem"]


def test_it_is_kept_in_the_users_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_key_file() == tmp_path / "archiver" / "signing-key.pem"


def test_the_passphrase_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert passphrase_from("P", {"P": "swordfish"}) == b"swordfish"
    assert passphrase_from("P", {"P": ""}) is None
    assert passphrase_from("P", {}) is None
    monkeypatch.setenv("P", "pike")
    assert passphrase_from("P") == b"pike"
