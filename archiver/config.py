"""config.toml → `Settings`: what can be set, what each setting means, its default and its bounds.

The Structs below are the one place where a setting is described: `config.toml` in the repository is printed from them
(`default_toml`), and a file is checked against them key by key, so that a mistake is answered with the key's name, what
stands there and what is wanted. Every setting has a default; no file is needed.

Which file is read: the one given with `--config`; else the one that `ARCHIVER_CONFIG` names; else `config.toml` in the
working directory; else `archiver/config.toml` in the user's configuration folder. The first that exists is used alone.
"""

from __future__ import annotations

import ipaddress
import math
import os
import re
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

import msgspec
import platformdirs
from msgspec import Meta
from rapidfuzz import fuzz

from archiver.errors import ConfigError
from archiver.version import __version__

ENVIRONMENT_VARIABLE = "ARCHIVER_CONFIG"
FILE_NAME = "config.toml"

MAX_FILE_BYTES = 1 << 20
"""A configuration is a few kilobytes; more is some other file, given by mistake."""

NEAR = 60.0
"""From this likeness on (rapidfuzz ratio, 0..100) a known key is worth offering for an unknown one."""

BYTE_UNITS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
    "tib": 1 << 40,
}
"""SI and IEC 80000-13 units, in bytes."""

SECOND_UNITS = {
    "": 1.0,
    "ms": 0.001,
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "min": 60.0,
    "minute": 60.0,
    "minutes": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
    "hours": 3600.0,
    "d": 86400.0,
    "day": 86400.0,
    "days": 86400.0,
}

_QUANTITY = re.compile(r"\s*([0-9][0-9_]{0,20}(?:\.[0-9]{1,9})?)\s{0,4}([A-Za-z]{0,8})\s*")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?")
_PORTS = range(1, 65536)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def parse_size(value: object) -> int:
    """Bytes from a whole number, or from text such as `"1 GB"`, `"64 MiB"`.

    Raises `ValueError`, saying what is wanted, for anything else.
    """
    wanted = 'a size: bytes as a whole number, or text such as "64 MiB" or "1 GB"'
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number, factor = _quantity(value, BYTE_UNITS, wanted)
    size = number * factor
    if not size.is_integer():
        raise ValueError(wanted)
    return int(size)


def parse_seconds(value: object) -> float:
    """Seconds from a number, or from text such as `"30 s"`, `"5 min"`.

    Raises `ValueError`, saying what is wanted, for anything else.
    """
    wanted = 'a duration: seconds as a number, or text such as "30 s" or "5 min"'
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise ValueError(wanted)
        return float(value)
    number, factor = _quantity(value, SECOND_UNITS, wanted)
    return number * factor


def _quantity(value: object, units: Mapping[str, float], wanted: str) -> tuple[float, float]:
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    unit = units.get(match[2].lower()) if match else None
    if match is None or unit is None:
        raise ValueError(wanted)
    return float(match[1].replace("_", "")), unit


def parse_host_port(text: str) -> tuple[str, int | None]:
    """`host`, `host:port`, `[IPv6]` or `[IPv6]:port` → the host in lower case, without brackets, and the port or null.

    Raises `ValueError` for anything else.
    """
    wanted = '"host", "host:port" or "[IPv6 address]:port"'
    literal, bracket, rest = text.strip().lower().rpartition("]")
    if bracket:
        if not literal.startswith("["):
            raise ValueError(wanted)
        try:
            host = str(ipaddress.IPv6Address(literal[1:]))
        except ValueError:
            raise ValueError(wanted) from None
    else:
        host, colon, port = rest.partition(":")
        rest = colon + port
        if not _HOST.fullmatch(host):
            raise ValueError(wanted)
    if not rest:
        return host, None
    digits = rest[1:]
    if not rest.startswith(":") or not re.fullmatch(r"[0-9]{1,5}", digits) or int(digits) not in _PORTS:
        raise ValueError(wanted)
    return host, int(digits)


def _networks(value: object) -> object:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('a list of networks, such as ["10.20.0.0/16", "fd00::/8"]')
    for item in value:
        try:
            ipaddress.ip_network(item)
        except ValueError as error:
            raise ValueError(f"networks such as 10.20.0.0/16: {error}") from None
    return value


def _hosts_to_addresses(value: object) -> object:
    """Keys and values of `[web.connect_to]`, lower-cased."""
    if not isinstance(value, dict):
        raise ValueError('lines such as "example.org:443" = "127.0.0.1:8443"')
    out = {}
    for host, address in value.items():
        if not isinstance(address, str):
            raise ValueError(f'for {host!r} an address with a port, such as "127.0.0.1:8443"')
        parse_host_port(host)
        if parse_host_port(address)[1] is None:
            raise ValueError(f'for {host!r} an address with a port, such as "127.0.0.1:8443"')
        out[host.strip().lower()] = address.strip().lower()
    return out


def _rates(value: object) -> object:
    if not isinstance(value, dict):
        raise ValueError('lines such as "example.org" = 30')
    for host in value:
        if host != "*" and not _HOST.fullmatch(host.lower()):
            raise ValueError(f'host names without port, or "*", as keys; not {host!r}')
    return {host.lower(): rate for host, rate in value.items()}


def _header_text(value: object) -> object:
    """RFC 9110 section 5.5: what can be sent in a field value without being misread."""
    if not isinstance(value, str) or not re.fullmatch(r"[\x20-\x7e]+", value):
        raise ValueError("printable ASCII text, at least one character")
    return value


def _path(value: object) -> object:
    if isinstance(value, str) and "\0" not in value:
        return os.path.expanduser(value)
    raise ValueError("a path as text")


def _paths(value: object) -> object:
    if not isinstance(value, list):
        raise ValueError('a list of paths, such as ["root.pem"]')
    return [_path(item) for item in value]


def _identity(value: object) -> object:
    if value not in ("none", "anonymous", "domain"):
        raise ValueError('"none", "anonymous" or "domain"')
    return value


SIZE = {"read": parse_size, "unit": "bytes"}
DURATION = {"read": parse_seconds, "unit": "seconds"}

HOUR = 3600.0
TERABYTE = 10**12


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all sections: immutable, compared by value."""


class ArchiveSettings(Section, frozen=True, kw_only=True):
    """Where evidence is kept, and how it is written."""

    dir: Annotated[
        str,
        Meta(
            description="The archive that commands use without --archive; relative to the working directory.",
            extra={"read": _path},
        ),
    ] = "warc"
    segment_bytes: Annotated[
        int, Meta(ge=1_000_000, le=TERABYTE, description="A WARC file that has grown to this is closed.", extra=SIZE)
    ] = 1_000_000_000
    gzip_level: Annotated[
        int,
        Meta(
            ge=0,
            le=3,
            description="Compression of WARC records (isal): 1 takes a fifth of zlib's time, for 10 % more size.",
        ),
    ] = 1
    sync_records: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            description="The disk is made to keep what was written (fdatasync) after so many records; 1: after each; "
            "0: not by number.",
        ),
    ] = 16
    sync_seconds: Annotated[
        float,
        Meta(
            ge=0,
            le=HOUR,
            description="So long after a record was written the disk is made to keep it, also where nothing follows; "
            "0: not by time. It is done in any case when a file is closed and before a post is reported as stored.",
            extra=DURATION,
        ),
    ] = 0.05


class WebSettings(Section, frozen=True, kw_only=True):
    """The one door to the network: how it presents itself, how long it waits, what it refuses."""

    user_agent: Annotated[
        str,
        Meta(
            description="How requests present themselves; {version} and {contact} are filled in.",
            extra={"read": _header_text},
        ),
    ] = "archiver/{version} ({contact}; evidence of cited posts)"
    contact: Annotated[
        str,
        Meta(
            description="Where the operator of a server can reach you: an address or a page. Please set it.",
            extra={"read": _header_text},
        ),
    ] = "+https://archiver.invalid/"
    accept_language: Annotated[
        str,
        Meta(
            description="Sent with every request; the signs of a missing post are known best in English.",
            extra={"read": _header_text},
        ),
    ] = "en"
    connect_timeout: Annotated[
        float, Meta(gt=0, le=HOUR, description="Wait for a connection (look-up, TCP, TLS).", extra=DURATION)
    ] = 10.0
    read_timeout: Annotated[
        float, Meta(gt=0, le=HOUR, description="Wait for the next bytes of an answer.", extra=DURATION)
    ] = 30.0
    total_timeout: Annotated[
        float,
        Meta(gt=0, le=24 * HOUR, description="An exchange that takes longer is cut and stored as cut.", extra=DURATION),
    ] = 300.0
    max_bytes: Annotated[
        int,
        Meta(ge=1, le=TERABYTE, description="A longer response is cut and stored as cut.", extra=SIZE),
    ] = 1_000_000_000
    max_header_bytes: Annotated[
        int,
        # httpcore 1.0 bounds a head at 100 KiB itself
        Meta(ge=1024, le=100 * 1024, description="A response with a longer head is refused.", extra=SIZE),
    ] = 100 * 1024
    max_redirects: Annotated[int, Meta(ge=0, le=50, description="So many redirects are followed, then it fails.")] = 10
    retries: Annotated[
        int,
        Meta(ge=0, le=20, description="So often a request is repeated after a passing failure (429, 5xx, connection)."),
    ] = 3
    retry_after_max: Annotated[
        float,
        Meta(ge=0, le=24 * HOUR, description="A host that asks us to wait longer than this is left.", extra=DURATION),
    ] = 120.0
    threads: Annotated[int, Meta(ge=1, le=64, description="Requests under way at once, over all hosts.")] = 4
    ca_file: Annotated[
        str,
        Meta(description="Certificates (PEM) trusted besides the system's; empty: none.", extra={"read": _path}),
    ] = ""
    allow_addresses: Annotated[
        tuple[str, ...],
        Meta(
            description="Networks that may be connected although they are private, loopback or link-local. "
            "Every entry opens what stands behind it to any article's links.",
            extra={"read": _networks, "example": '["10.20.0.0/16"]'},
        ),
    ] = ()
    connect_to: Annotated[
        Mapping[str, str],
        Meta(
            description="Another address for a host (as curl's --connect-to): a proxy, a mirror, a stand-in. "
            "The URL, the Host header and the certificate check stay the host's. "
            "The address may be a private one: you named it.",
            extra={"read": _hosts_to_addresses, "example": '"example.org:443" = "127.0.0.1:8443"'},
        ),
    ] = msgspec.field(default_factory=dict)
    rates: Annotated[
        Mapping[str, Annotated[float, Meta(gt=0, le=60_000)]],
        Meta(
            description='Requests per minute to one host; "*" for every host not named. Hosts that you leave out keep '
            "their default. The Wayback Machine allows 30 index requests a minute, Meta's oEmbed 1,000 an hour, a "
            "server of the fediverse mostly 60 a minute.",
            extra={"read": _rates},
        ),
    ] = msgspec.field(
        default_factory=lambda: {
            "*": 60.0,
            "web.archive.org": 24.0,
            "cdn.syndication.twimg.com": 60.0,
            "publish.twitter.com": 60.0,
            "public.api.bsky.app": 300.0,
            "www.reddit.com": 6.0,
            "embed.reddit.com": 30.0,
            "graph.facebook.com": 15.0,
            "t.me": 40.0,
        }
    )

    @property
    def agent(self) -> str:
        """The User-Agent field value, filled in."""
        return self.user_agent.replace("{version}", __version__).replace("{contact}", self.contact)


class ResolveSettings(Section, frozen=True, kw_only=True):
    """Which post a mention is: how far to look, and how sure to be."""

    max_candidates: Annotated[
        int, Meta(ge=1, le=10_000, description="So many candidates are read for one mention.")
    ] = 40
    max_cdx_requests: Annotated[
        int, Meta(ge=0, le=1000, description="So many requests to a web archive's index for one mention.")
    ] = 8
    cdx_page_limit: Annotated[int, Meta(ge=1, le=150_000, description="Lines asked for in one index request.")] = 1000
    max_list_requests: Annotated[
        int, Meta(ge=0, le=1000, description="So many requests to a platform's own lists of posts for one mention.")
    ] = 8
    undated_days: Annotated[
        int,
        Meta(
            ge=0,
            le=3660,
            description="Where an article does not print a post's day, so many days before the article's own are "
            "looked through; 0: none.",
        ),
    ] = 7
    accept_score: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="A mention is resolved when its best candidate is the right one at least so probably.",
        ),
    ] = 0.99
    posts: Annotated[
        tuple[str, ...],
        Meta(
            description="Post indexes (`archiver index` makes them) in which candidates are looked up, too.",
            extra={"example": '["posts.db"]'},
        ),
    ] = ()
    embedding: Annotated[
        str,
        Meta(
            description="A model that compares meanings, above all across languages: sentence-transformers:MODEL (a "
            "folder, or a name in its cache), an entry point's name, or MODULE:ATTRIBUTE; empty: none. See "
            "docs/embeddings.md.",
            extra={"example": '"sentence-transformers:models/multilingual"'},
        ),
    ] = ""


class CaptureSettings(Section, frozen=True, kw_only=True):
    """What is stored of a post besides the platform's answers."""

    media: Annotated[bool, Meta(description="Pictures and videos of posts.")] = True
    max_media_bytes: Annotated[
        int, Meta(ge=1, le=TERABYTE, description="A longer media file is cut and stored as cut.", extra=SIZE)
    ] = 50_000_000
    max_media_per_post: Annotated[int, Meta(ge=0, le=1000, description="So many media files of one post.")] = 16
    quoted: Annotated[bool, Meta(description="The post that a post quotes: its record, page and media.")] = True
    thread: Annotated[
        int,
        Meta(
            ge=0,
            le=100,
            description="So many of the posts above it that a post answers, each with record, page and media.",
        ),
    ] = 3
    pages: Annotated[bool, Meta(description="The page that a reader would open, as it answers us.")] = True
    rendered: Annotated[
        bool,
        Meta(
            description="Pictures and a PDF of the article and of each post, as a browser shows them: see "
            "docs/rendered-views.md. Needs Chromium."
        ),
    ] = False
    rendered_timeout: Annotated[
        float, Meta(ge=1, le=HOUR, description="So much time a page has, from opening to its PDF.", extra=DURATION)
    ] = 120.0
    chromium: Annotated[
        str,
        Meta(description="Chromium's program; empty: the first of the usual names.", extra={"read": _path}),
    ] = ""


class AuditSettings(Section, frozen=True, kw_only=True):
    """When a cited post counts as missing."""

    confirm_after_hours: Annotated[
        float,
        Meta(
            ge=0,
            le=8760,
            description="A missing post is confirmed by a second look, at least so many hours after the first.",
        ),
    ] = 6.0
    control: Annotated[
        Mapping[str, str],
        Meta(
            description="A post per platform that has been public for years, by its id or permalink: only where it "
            "answers is another post called missing. Platforms that you leave out use their own.",
            extra={"example": 'x = "20"'},
        ),
    ] = msgspec.field(default_factory=dict)


class ReplaySettings(Section, frozen=True, kw_only=True):
    """The local site that shows stored captures."""

    host: Annotated[
        str, Meta(min_length=1, description="The address to listen on; other than loopback: others can read.")
    ] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="The port to listen on; 0: any free one.")] = 8080


class SigningSettings(Section, frozen=True, kw_only=True):
    """Who vouches for a package that is exported, and who says when; see docs/signing.md."""

    identity: Annotated[
        str,
        Meta(
            description='In whose name packages are signed: "none", "anonymous" (a key that you may publish) or '
            '"domain" (the key of a TLS certificate).',
            extra={"read": _identity},
        ),
    ] = "none"
    key: Annotated[
        str,
        Meta(
            description="The private key (PEM, ECDSA); empty: signing-key.pem in the user's configuration folder, made "
            "when it is first needed.",
            extra={"read": _path},
        ),
    ] = ""
    passphrase_variable: Annotated[
        str, Meta(description="The environment variable with the passphrase of an encrypted key.")
    ] = "ARCHIVER_KEY_PASSPHRASE"  # noqa: S105 (where it is, not what it is)
    certificate: Annotated[
        str,
        Meta(
            description="For a domain: its certificate and those above it (PEM, in order; certbot's fullchain.pem).",
            extra={"read": _path},
        ),
    ] = ""
    cross_signed_certificate: Annotated[
        str,
        Meta(description="For a domain: another chain for the same key (PEM); empty: none.", extra={"read": _path}),
    ] = ""
    domain: Annotated[
        str, Meta(description="For a domain: the name, where the certificate has several; empty: its first.")
    ] = ""
    tsa: Annotated[
        str,
        Meta(
            description="A time-stamping authority (RFC 3161) that is asked for a time stamp of each signature; "
            "empty: none. A signature for a domain needs one.",
            extra={"example": '"https://tsa.example/stamp"'},
        ),
    ] = ""
    trusted_tsa: Annotated[
        tuple[str, ...],
        Meta(
            description="Certificates (PEM files, or sha256:HEX of a certificate) that are believed about time stamps.",
            extra={"read": _paths, "example": '["tsa-root.pem"]'},
        ),
    ] = ()
    trusted_domains: Annotated[
        tuple[str, ...],
        Meta(
            description="Certificates (PEM files) that are believed about domains besides the web's authorities.",
            extra={"read": _paths},
        ),
    ] = ()
    calendars: Annotated[
        tuple[str, ...],
        Meta(
            description="OpenTimestamps calendars that are asked to attest each package; their proof is written "
            "beside it.",
            extra={"example": '["https://a.pool.opentimestamps.org"]'},
        ),
    ] = ()


class Settings(Section, frozen=True, kw_only=True):
    """All settings, by section."""

    archive: ArchiveSettings = ArchiveSettings()
    web: WebSettings = WebSettings()
    resolve: ResolveSettings = ResolveSettings()
    capture: CaptureSettings = CaptureSettings()
    audit: AuditSettings = AuditSettings()
    replay: ReplaySettings = ReplaySettings()
    signing: SigningSettings = SigningSettings()


class Setting(NamedTuple):
    """One setting: its dotted key, its type with bounds, what it means, its default."""

    key: str
    type: Any
    doc: str
    default: Any
    read: Callable[[object], object] | None
    """Turns what a file may hold into what `type` wants; raises `ValueError` with what is wanted."""
    unit: str | None
    example: str | None

    @property
    def section(self) -> str:
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        return self.key.partition(".")[2]

    @property
    def is_table(self) -> bool:
        return isinstance(self.default, Mapping)

    @property
    def is_path(self) -> bool:
        """A place on the user's machine."""
        return self.read is _path


def all_settings() -> Iterator[Setting]:
    """Every setting, in the order of the Structs."""
    for section, kind in _sections().items():
        hints = get_type_hints(kind, include_extras=True)
        defaults = kind()
        for field in msgspec.structs.fields(kind):
            meta = next(item for item in get_args(hints[field.name]) if isinstance(item, Meta))
            extra = meta.extra or {}
            yield Setting(
                key=f"{section}.{field.name}",
                type=hints[field.name],
                doc=str(meta.description),
                default=getattr(defaults, field.name),
                read=extra.get("read"),
                unit=extra.get("unit"),
                example=extra.get("example"),
            )


def _sections() -> dict[str, type[Section]]:
    return get_type_hints(Settings)


def settings_source(
    path: Path | None = None, *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Path | None:
    """The file that `load_settings` reads with the same arguments; null when there is none.

    Raises `ConfigError` when a file that was asked for (by `path` or by the environment) does not exist.
    """
    env = os.environ if env is None else env
    cwd = cwd or Path.cwd()
    asked = path or (Path(env[ENVIRONMENT_VARIABLE]) if env.get(ENVIRONMENT_VARIABLE) else None)
    if asked is not None:
        asked = cwd / os.path.expanduser(asked)
        if not os.path.exists(asked):
            hint = "--config names it" if path else f"the environment variable {ENVIRONMENT_VARIABLE} names it"
            raise ConfigError("no such configuration file", subject=str(asked), hint=hint)
        return asked
    usual = (cwd / FILE_NAME, platformdirs.user_config_path("archiver", appauthor=False) / FILE_NAME)
    # os.path and not Path: a folder that may not be entered holds no file for us, and is no error
    return next((candidate for candidate in usual if os.path.isfile(candidate)), None)


def load_settings(
    path: Path | None = None, *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Settings:
    """The settings in force, from one configuration file or, without any, the defaults.

    `path` is the file that the user named, `env` the environment (default: the process's), `cwd` the folder in which
    `config.toml` is looked for and to which relative names refer (default: the process's).

    Raises `ConfigError` for a file that is missing although named, cannot be read, is no TOML, or has a key or value
    that is not known.
    """
    source = settings_source(path, env=env, cwd=cwd)
    return read_settings(_read_toml(source), source=str(source)) if source else Settings()


def _read_toml(source: Path) -> dict[str, Any]:
    try:
        with source.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", subject=str(source)) from None
    if len(data) > MAX_FILE_BYTES:
        raise ConfigError("too long for a configuration file", subject=str(source), hint="is it the right file?")
    try:
        # utf-8-sig: editors on Windows put a byte order mark first, TOML parsers refuse it
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"not UTF-8 (at line {line})", subject=str(source), hint="TOML is UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"not valid TOML: {error}", subject=str(source)) from None
    except RecursionError:
        raise ConfigError("not valid TOML: nested too deeply", subject=str(source)) from None


def read_settings(table: Mapping[str, Any], *, source: str = FILE_NAME) -> Settings:
    """Settings from a parsed TOML document; `source` is the file's name for messages.

    Raises `ConfigError` for a key or a value that is not known.
    """
    known = {setting.key: setting for setting in all_settings()}
    sections = _sections()
    values: dict[str, dict[str, Any]] = {}
    for section, content in table.items():
        if section not in sections:
            raise _unknown(section, known, source)
        if not isinstance(content, dict):
            raise _wrong(section, content, f"a section, [{section}]", source)
        values[section] = {}
        for name, value in content.items():
            setting = known.get(f"{section}.{name}")
            if setting is None:
                raise _unknown(f"{section}.{name}", known, source)
            values[section][name] = _value(setting, value, source)
    parts: dict[str, Any] = {section: sections[section](**content) for section, content in values.items()}
    return Settings(**parts)


def _value(setting: Setting, value: object, source: str) -> Any:
    try:
        converted = msgspec.convert(setting.read(value) if setting.read else value, setting.type)
    except ValueError as error:
        raise _wrong(setting.key, value, _wanted(error), source) from None
    if setting.is_table:
        return {**setting.default, **converted}
    return converted


def _wanted(error: ValueError) -> str:
    """What is wanted, out of our own errors and msgspec's (``Expected `int` >= 1 - at `$[...]` ``)."""
    text = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return text
    text = text.partition(" - at `")[0].partition(", got ")[0].removeprefix("Expected ").replace("`", "")
    names = {"int": "a whole number", "float": "a number", "str": "text", "bool": "true or false", "object": "a table"}
    first, space, rest = text.partition(" ")
    return names.get(first, first) + space + rest


def _wrong(key: str, found: object, wanted: str, source: str) -> ConfigError:
    shown = textwrap.shorten(repr(found), 60, placeholder=" …")
    return ConfigError(f"{key} is {shown}; wanted: {wanted}", subject=source)


def _unknown(key: str, known: Mapping[str, Setting], source: str) -> ConfigError:
    choices = [*known] if "." in key else [*known, *_sections()]
    name = key.rpartition(".")[2]
    shown = ".".join(part if _BARE_KEY.fullmatch(part) else repr(part) for part in key.split(".", 1))

    def likeness(choice: str) -> float:
        # a known name in the wrong section is likelier than another name in the right one
        return max(fuzz.ratio(key, choice), fuzz.ratio(name, choice.rpartition(".")[2]))

    nearest = max(choices, key=likeness)
    if likeness(nearest) >= NEAR:
        hint = f"did you mean {nearest}?"
    else:
        inside = [setting.name for setting in known.values() if setting.section == key.partition(".")[0]]
        hint = "known: " + ", ".join(inside or _sections())
    return ConfigError(f"unknown setting {shown}", subject=source, hint=hint)


COMMENT_WIDTH = 100


def default_toml() -> str:
    """config.toml with every setting at its default, each under a comment that says what it is for."""
    lines = [
        "# Settings of archiver: every one, at its default. Lines that you delete keep the default.",
        '# Sizes and durations are numbers (bytes, seconds) or text such as "64 MiB", "1 GB", "30 s", "5 min".',
    ]
    for section, kind in _sections().items():
        inside = [setting for setting in all_settings() if setting.section == section]
        lines += ["", f"# {str(kind.__doc__).splitlines()[0]}", f"[{section}]"]
        for setting in sorted(inside, key=lambda setting: setting.is_table):  # TOML: tables after plain keys
            lines += ["", *_comment(setting)]
            if setting.is_table:
                lines.append(f"[{setting.key}]")
                lines += [f"{_quoted_key(key)} = {_toml(value)}" for key, value in setting.default.items()]
            else:
                lines.append(f"{setting.name} = {_toml(setting.default, setting.unit)}")
    return "\n".join(lines) + "\n"


def _comment(setting: Setting) -> list[str]:
    text = setting.doc + (f" ({bounds})" if (bounds := _bounds(setting)) else "")
    lines = textwrap.wrap(text, COMMENT_WIDTH, break_long_words=False, break_on_hyphens=False)
    if setting.example:
        lines.append(f"Example: {setting.example}")
    return [f"# {line}" for line in lines]


def _bounds(setting: Setting) -> str:
    """Unit and bounds, such as `seconds, at most 3600`."""
    meta = next(item for item in get_args(setting.type) if isinstance(item, Meta))
    parts = [setting.unit] if setting.unit else []
    low = meta.ge if meta.gt is None else meta.gt
    if low is not None and meta.le is not None:
        limits = [_toml(value, setting.unit).strip('"') for value in (low, meta.le)]
        parts.append(f"above {limits[0]}, at most {limits[1]}" if meta.gt is not None else " to ".join(limits))
    return ", ".join(parts)


def _toml(value: Any, unit: str | None = None) -> str:
    """One value as TOML; sizes in the largest unit that holds them exactly."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, str):
        # a TOML basic string escapes what JSON escapes, in the same way (TOML 1.0, section String)
        return msgspec.json.encode(value).decode()
    if unit == "bytes" and value:
        names = {"tb": "TB", "gb": "GB", "mb": "MB", "kb": "kB", "mib": "MiB", "kib": "KiB"}
        best = next((name for name in names if value % BYTE_UNITS[name] == 0), None)
        return f'"{value // BYTE_UNITS[best]} {names[best]}"' if best else str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _quoted_key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _toml(key)


if __name__ == "__main__":
    sys.stdout.write(default_toml())
