"""Where private keys are kept, and how they are read.

A key is a PEM file (PKCS #8 or SEC 1), encrypted or not. The anonymous key is made on first use, in the user's
configuration folder and never in the archive; only its owner can read it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import platformdirs
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from archiver.errors import SigningError

FILE_NAME = "signing-key.pem"
MAX_KEY_FILE = 64 * 1024


def default_key_file() -> Path:
    """The anonymous key's place where the settings name none."""
    return platformdirs.user_config_path("archiver", appauthor=False) / FILE_NAME


def passphrase_from(variable: str, env: Mapping[str, str] | None = None) -> bytes | None:
    """The passphrase in an environment variable; null where it is not set or empty."""
    return (os.environ if env is None else env).get(variable, "").encode() or None


def load_or_make_key(path: Path, passphrase: bytes | None) -> ec.EllipticCurvePrivateKey:
    """The anonymous key: read from the file, or made and written there (P-384, what ReplayWeb.page reads).

    Raises `SigningError`.
    """
    try:
        return load_key(path, passphrase)
    except FileNotFoundError:
        pass
    key = ec.generate_private_key(ec.SECP384R1())
    data = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption(),
    )
    # written whole beside its place and linked there: two processes agree on one key, a crash leaves no half of one
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # for its owner alone
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.link(draft, path)
        finally:
            os.unlink(draft)
    except FileExistsError:
        try:
            return load_key(path, passphrase)
        except FileNotFoundError:
            raise SigningError("the key file is a link that leads nowhere", subject=str(path)) from None
    except OSError as error:
        raise SigningError(f"the new key cannot be written: {error.strerror}", subject=str(path)) from None
    return key


def load_key(path: Path, passphrase: bytes | None) -> ec.EllipticCurvePrivateKey:
    """A key for ECDSA.

    Raises `FileNotFoundError` where there is no such file, `SigningError` where it cannot be used.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_KEY_FILE + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise SigningError(f"the key cannot be read: {error.strerror}", subject=str(path)) from None
    if len(data) > MAX_KEY_FILE:
        raise SigningError("too long for a key", subject=str(path), hint="is it the right file?")
    encrypted = b"ENCRYPTED" in data
    if encrypted and passphrase is None:
        raise SigningError(
            "the key is encrypted, and there is no passphrase",
            subject=str(path),
            hint="[signing] passphrase_variable names the environment variable that holds it",
        )
    try:
        key = serialization.load_pem_private_key(data, passphrase if encrypted else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        problem = "the passphrase does not open the key" if encrypted else "no private key in PEM form"
        raise SigningError(problem, subject=str(path)) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise SigningError(
            "the key is not one for ECDSA",
            subject=str(path),
            hint="packages are signed with ECDSA: `openssl ecparam -name secp384r1 -genkey -noout` makes such a key",
        )
    return key


def public_key(key: ec.EllipticCurvePublicKey) -> bytes:
    """SubjectPublicKeyInfo (RFC 5480)."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def key_fingerprint(spki: bytes) -> str:
    """SHA-256 of a SubjectPublicKeyInfo, in hex: what an owner publishes so that others know the key."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(spki)
    return digest.finalize().hex()
