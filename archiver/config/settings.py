"""What can be set: each setting's meaning, its default and its bounds.

The Structs below are the one place where a setting is described: `config.toml` is printed from them, and what a file
holds is checked against them. Every setting has a default; no file is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

import msgspec
from msgspec import Meta

from archiver.config.values import (
    parse_copies,
    parse_header_text,
    parse_hosts_to_addresses,
    parse_identity,
    parse_networks,
    parse_path,
    parse_paths,
    parse_rates,
    parse_seconds,
    parse_size,
    parse_timemap,
)
from archiver.version import __version__

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
            extra={"read": parse_path},
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
            extra={"read": parse_header_text},
        ),
    ] = "archiver/{version} ({contact}; evidence of cited posts)"
    contact: Annotated[
        str,
        Meta(
            description="Where the operator of a server can reach you: an address or a page. Please set it.",
            extra={"read": parse_header_text},
        ),
    ] = "+https://archiver.invalid/"
    accept_language: Annotated[
        str,
        Meta(
            description="Sent with every request; the signs of a missing post are known best in English.",
            extra={"read": parse_header_text},
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
        Meta(description="Certificates (PEM) trusted besides the system's; empty: none.", extra={"read": parse_path}),
    ] = ""
    allow_addresses: Annotated[
        tuple[str, ...],
        Meta(
            description="Networks that may be connected although they are private, loopback or link-local. "
            "Every entry opens what stands behind it to any article's links.",
            extra={"read": parse_networks, "example": '["10.20.0.0/16"]'},
        ),
    ] = ()
    connect_to: Annotated[
        Mapping[str, str],
        Meta(
            description="Another address for a host (as curl's --connect-to): a proxy, a mirror, a stand-in. "
            "The URL, the Host header and the certificate check stay the host's. "
            "The address may be a private one: you named it.",
            extra={"read": parse_hosts_to_addresses, "example": '"example.org:443" = "127.0.0.1:8443"'},
        ),
    ] = msgspec.field(default_factory=dict)
    rates: Annotated[
        Mapping[str, Annotated[float, Meta(gt=0, le=60_000)]],
        Meta(
            description='Requests per minute to one host; "*" for every host not named. Hosts that you leave out keep '
            "their default. The Wayback Machine allows 30 index requests a minute, Meta's oEmbed 1,000 an hour, a "
            "server of the fediverse mostly 60 a minute.",
            extra={"read": parse_rates},
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
            description="Post indexes (`archiver index` makes them, and `archiver scan` in its folder, which may be "
            "named) in which candidates are looked up, too.",
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
        Meta(description="Chromium's program; empty: the first of the usual names.", extra={"read": parse_path}),
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
    copies: Annotated[
        str,
        Meta(
            description='Of which posts web archives are asked whether they have copies: "none", "missing" or "all". '
            "The Wayback Machine's index allows 30 questions a minute.",
            extra={"read": parse_copies},
        ),
    ] = "missing"
    timemap: Annotated[
        str,
        Meta(
            description="A Memento aggregator that is asked for copies in other web archives (RFC 7089): the address "
            "of a TimeMap, in link or JSON format, with {url} where the post's address goes; empty: none.",
            extra={"read": parse_timemap, "example": '"https://aggregator.example/timemap/link/{url}"'},
        ),
    ] = ""
    save_key_variable: Annotated[
        str,
        Meta(
            description="The environment variable with your access key of archive.org (https://archive.org/account/"
            "s3.php), by which Save Page Now is asked; without it, it is asked as anybody may."
        ),
    ] = "ARCHIVER_SAVE_KEY"
    save_secret_variable: Annotated[
        str, Meta(description="The environment variable with the secret that belongs to this key.")
    ] = "ARCHIVER_SAVE_SECRET"  # noqa: S105 (where it is, not what it is)


class ReplaySettings(Section, frozen=True, kw_only=True):
    """The local site that shows stored captures."""

    host: Annotated[
        str,
        Meta(min_length=1, description="The address to listen on; others than of this machine need --allow-remote."),
    ] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="The port to listen on; 0: any free one.")] = 8080


class SigningSettings(Section, frozen=True, kw_only=True):
    """Who vouches for a package that is exported, and who says when; see docs/signing.md."""

    identity: Annotated[
        str,
        Meta(
            description='In whose name packages are signed: "none", "anonymous" (a key that you may publish) or '
            '"domain" (the key of a TLS certificate).',
            extra={"read": parse_identity},
        ),
    ] = "none"
    key: Annotated[
        str,
        Meta(
            description="The private key (PEM, ECDSA); empty: signing-key.pem in the user's configuration folder, made "
            "when it is first needed.",
            extra={"read": parse_path},
        ),
    ] = ""
    passphrase_variable: Annotated[
        str, Meta(description="The environment variable with the passphrase of an encrypted key.")
    ] = "ARCHIVER_KEY_PASSPHRASE"  # noqa: S105 (where it is, not what it is)
    certificate: Annotated[
        str,
        Meta(
            description="For a domain: its certificate and those above it (PEM, in order; certbot's fullchain.pem).",
            extra={"read": parse_path},
        ),
    ] = ""
    cross_signed_certificate: Annotated[
        str,
        Meta(
            description="For a domain: another chain for the same key (PEM); empty: none.", extra={"read": parse_path}
        ),
    ] = ""
    domain: Annotated[
        str,
        Meta(
            description="For a domain: the name, where the certificate has several; empty: its common name, or else "
            "the first."
        ),
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
            extra={"read": parse_paths, "example": '["tsa-root.pem"]'},
        ),
    ] = ()
    trusted_domains: Annotated[
        tuple[str, ...],
        Meta(
            description="Certificates (PEM files) that are believed about domains besides the web's authorities.",
            extra={"read": parse_paths},
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
        return self.read is parse_path


def all_settings() -> Iterator[Setting]:
    """Every setting, in the order of the Structs."""
    for section, kind in sections().items():
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


def sections() -> dict[str, type[Section]]:
    """Each section's Struct by its name, in the order of the file."""
    return get_type_hints(Settings)
