"""What a `warcinfo` says of the software, the settings and the code that ran; and what it does not say of the user."""

from __future__ import annotations

import json
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import certifi
import msgspec
import pytest

import archiver
from archiver.capture import running
from archiver.config import ArchiveSettings, Settings, WebSettings
from archiver.store.provenance import program_digest, running_software, settings_line
from tests.store.conftest import segment
from tests.store.test_log import info

CA_FILE = certifi.where()
SETTINGS = Settings(
    archive=ArchiveSettings(dir="/home/nobody/evidence"),
    web=WebSettings(
        contact="desk@newsroom.example",
        ca_file=CA_FILE,
        allow_addresses=("10.20.0.0/16",),
        connect_to={"x.com:443": "10.20.30.40:8443"},
        max_bytes=12_345,
    ),
)


def test_a_run_says_what_ran(folder: Path) -> None:
    with running(SETTINGS, path=folder, description="a test") as job:
        assert job.session is not None
        job.session.write_resource("urn:example:1", "text/plain", b"hello")
    said = info(segment(folder))
    assert said["software"] == f"archiver/{archiver.__version__}"
    assert said["http-header-user-agent"] == SETTINGS.web.agent
    assert said["python"].startswith(("CPython/3.", "PyPy/3."))
    libraries = dict(entry.split("/", 1) for entry in said["libraries"].split())
    for name in ("httpx", "httpcore", "h11", "isal", "warcio"):
        assert libraries[name] == version(name)
    assert {"OpenSSL", "LibreSSL"} & set(libraries)
    assert said["software-digest"] == program_digest()
    assert said["description"] == "a test"
    assert next(iter(said)) == "software"


def test_settings_are_one_line_without_anything_of_the_users_machine(folder: Path) -> None:
    line = settings_line(SETTINGS)
    said = json.loads(line)
    assert said["web"]["max_bytes"] == 12_345
    assert said["web"]["connect_to"] == ["x.com:443"]
    assert said["web"]["allow_addresses"] is True
    assert said["web"]["ca_file"] is True
    assert said["capture"]["media"] is True
    assert said["archive"]["segment_bytes"] == 1_000_000_000
    for private in ("/home", CA_FILE, "10.20", "newsroom", "\n"):
        assert private not in line
    with running(SETTINGS, path=folder) as job:
        assert job.session is not None
        job.session.write_resource("urn:example:1", "text/plain", b"hello")
    whole = info(segment(folder))
    assert whole["settings"] == line
    assert [
        name for name, value in whole.items() if any(private in value for private in ("/home", CA_FILE, "10.20"))
    ] == []


def test_every_change_of_a_setting_that_shapes_the_capture_shows() -> None:
    plain = settings_line(Settings())
    for section, change in (
        ("web", {"max_redirects": 3}),
        ("capture", {"pages": False}),
        ("archive", {"gzip_level": 2}),
    ):
        changed = msgspec.structs.replace(getattr(Settings(), section), **change)
        assert settings_line(msgspec.structs.replace(Settings(), **{section: changed})) != plain


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_the_digest_of_the_program_is_the_one_that_a_shell_says() -> None:
    package = Path(archiver.__file__).parent
    files = f"find {package.name} -type f -not -path '*/__pycache__/*' | LC_ALL=C sort"
    command = f"{files} | xargs -d '\\n' sha256sum | sha256sum"
    done = subprocess.run(command, shell=True, cwd=package.parent, capture_output=True, text=True, check=True)
    program_digest.cache_clear()
    assert program_digest() == f"sha256:{done.stdout.split()[0]}"


def test_without_settings_it_says_what_it_knows() -> None:
    names = [name for name, _ in running_software()]
    assert names == ["software", "python", "libraries", "software-digest"]
