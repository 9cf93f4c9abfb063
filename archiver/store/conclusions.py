"""What the program concluded, as WARC `metadata` records: JSON beside the captures that it rests on.

Their target URI is `urn:archiver:KIND:…`, so that no replay tool takes them for captures of the page they speak of (the
way of other crawlers' `urn:pageinfo:` and `urn:text:` records); `WARC-Refers-To` names the capture they rest on.
"""

from __future__ import annotations

import msgspec

from archiver.model import SCHEMA_VERSION, Article, Mention, Noun, Observation, Resolution

CONTENT_TYPE = "application/json"


class Refusal(Noun, frozen=True, kw_only=True):
    """A connection that the guard refused."""

    url: str
    address: str
    reason: str


class Seal(Noun, frozen=True, kw_only=True):
    """The end of a segment that was closed in order: what the file holds before this record, and what came before it.

    A segment that a crash cut off has none. Its successor names the digest of the whole file all the same.
    """

    segment: str
    """Name of the file that this is the last record of."""
    records: int
    """WARC records before the seal, `warcinfo` included."""
    bytes: int
    """Bytes of the file before the seal."""
    digest: str
    """`sha256:` and hex, of those bytes."""
    previous: str | None = None
    """The segment before, as the `warcinfo` names it; null for the first."""
    previous_digest: str | None = None
    """`sha256:` and hex, of all of that file's bytes, its own seal included."""


class Imported(Noun, frozen=True, kw_only=True):
    """A WARC file of another tool that was taken in, as it was when it came."""

    file: str
    """Its name in the archive's folder of WARC files."""
    digest: str
    """`sha256:` and hex, of all of its bytes."""
    bytes: int
    source: str
    """Name of the file that was given, without its folder."""
    member: str | None = None
    """Where it lay in a package (WACZ); null for a file of its own."""


class Conclusion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One metadata record's block: exactly one kind of conclusion."""

    archiver: int
    """Version of this shape; also what marks the JSON as ours."""
    article: Article | None = None
    mentions: tuple[Mention, ...] = ()
    """The article's, in document order."""
    resolution: Resolution | None = None
    observation: Observation | None = None
    refusal: Refusal | None = None
    seal: Seal | None = None
    imported: Imported | None = None

    @property
    def target_uri(self) -> str:
        if self.article is not None:
            return f"urn:archiver:article:{self.article.uri}"
        if self.resolution is not None:
            return f"urn:archiver:resolution:{self.resolution.mention_id}"
        if self.observation is not None:
            return f"urn:archiver:observation:{self.observation.key}"
        if self.seal is not None:
            return f"urn:archiver:seal:{self.seal.segment}"
        if self.imported is not None:
            return f"urn:archiver:imported:{self.imported.file}"
        return "urn:archiver:refusal"


def article_conclusion(article: Article, mentions: tuple[Mention, ...]) -> Conclusion:
    """An article and what it cites; the article's words stay in its own record."""
    bare = msgspec.structs.replace(article, html=None, text=None)
    return Conclusion(archiver=SCHEMA_VERSION, article=bare, mentions=mentions)


def resolution_conclusion(resolution: Resolution) -> Conclusion:
    return Conclusion(archiver=SCHEMA_VERSION, resolution=resolution)


def observation_conclusion(observation: Observation) -> Conclusion:
    return Conclusion(archiver=SCHEMA_VERSION, observation=observation)


def refusal_conclusion(url: str, address: str, reason: str) -> Conclusion:
    return Conclusion(archiver=SCHEMA_VERSION, refusal=Refusal(url=url, address=address, reason=reason))


def seal_conclusion(seal: Seal) -> Conclusion:
    return Conclusion(archiver=SCHEMA_VERSION, seal=seal)


def imported_conclusion(imported: Imported) -> Conclusion:
    return Conclusion(archiver=SCHEMA_VERSION, imported=imported)


def parse_conclusion(block: bytes) -> Conclusion | None:
    """The conclusion that a metadata record holds; null for other people's JSON."""
    try:
        return msgspec.json.decode(block, type=Conclusion)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        return None
