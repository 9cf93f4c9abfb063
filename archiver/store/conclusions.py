"""What the program concluded, as WARC `metadata` records: JSON beside the captures that it rests on.

Their target URI is `urn:archiver:KIND:…`, so that no replay tool takes them for captures of the page they speak of (the
way of other crawlers' `urn:pageinfo:` and `urn:text:` records); `WARC-Refers-To` names the capture they rest on.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from archiver.model import SCHEMA_VERSION, AnswerKind, Article, Mention, Noun, Observation, Post, PostRef, Resolution

CONTENT_TYPE = "application/json"


class Refusal(Noun, frozen=True, kw_only=True):
    """A connection that the guard refused, or that was not secure."""

    url: str
    address: str
    reason: str


class Unanswered(Noun, frozen=True, kw_only=True):
    """A question to which no answer came that could be stored. It says nothing of what was asked for."""

    url: str
    kind: AnswerKind
    """`failed` (no answer), `refused` (the host is left alone for a while), `unexpected` (more than the bounds)."""
    problem: str


class Basis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a conclusion rests on besides the captures that it names: with both it can be drawn again."""

    method: str = ""
    """Version of the rules that found the mentions (`detect/1`; `list/1` in lists of permalinks), judged the answers
    (`observe/2`) or read an archived copy (`rescue/1`); a resolution names its own."""
    prose: bool = False
    """Of mentions: whether posts count that the article quotes in its own sentences."""
    asked: PostRef | None = None
    """Of an observation or a rescue: the post as it was asked for; the platform may name it otherwise by now."""
    control: PostRef | None = None
    """Of an observation: the one post that vouched that the platform answers."""
    unanswered: tuple[Unanswered, ...] = ()
    """Of an observation: what was asked and not answered."""
    settings: dict[str, float] = {}
    """Numbers of `[resolve]` and `[audit]` that were set otherwise than by default."""
    beside: tuple[str, ...] = ()
    """Of a resolution: where posts were looked up besides the archive: `file` or `index` (post indexes), `meaning` (a
    model of meanings). What was found there is not in the archive."""


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


class RenderedRequest(Noun, frozen=True, kw_only=True):
    """One request that a page made while it was rendered, and what came of it."""

    url: str
    method: str = "GET"
    status: int | None = None
    record_id: str | None = None
    """The WARC record of the answer that the page was shown."""
    problem: str | None = None
    """Why there was none, or what was wrong with it."""


class RenderedView(Noun, frozen=True, kw_only=True):
    """One stored form of a rendered page: a picture of the window, of the whole page, or a PDF."""

    record_id: str
    target_uri: str
    """`urn:view:URL`, `urn:fullPage:URL` or `urn:pdf:URL`."""
    content_type: str
    digest: str
    bytes: int
    width: int | None = None
    height: int | None = None
    """Pixels; null for a PDF."""


class Rendering(Noun, frozen=True, kw_only=True):
    """A page as a browser drew it: what was shown, when, with what, and what was missing."""

    of: str
    """The article's URI or the post's key."""
    url: str
    """The page that was opened."""
    address: str
    """Where the browser was at the end."""
    title: str = ""
    page: str | None = None
    """The WARC record of the page that was shown."""
    rendered_at: datetime
    software: str
    settings: tuple[tuple[str, str], ...] = ()
    """Window, user agent, languages, bounds, as they were."""
    views: tuple[RenderedView, ...]
    remarks: tuple[str, ...] = ()
    """What was cut, stopped or refused in the browser."""
    requests: tuple[RenderedRequest, ...] = ()
    """What the page asked for, in order."""
    requests_left_out: int = 0
    """Requests beyond the bound: they were not let through."""


class Rescue(Noun, frozen=True, kw_only=True):
    """A copy of a post that another web archive holds, fetched because the post is missing. What it shows is that
    archive's word: who relies on it relies on a third party."""

    of: str
    """The post's key."""
    archive: str
    """Host of the web archive."""
    memento: str
    """Address of the copy, as it was asked for."""
    original: str
    """The address that was archived."""
    captured_at: datetime
    """When that archive captured it, as it says (`Memento-Datetime`)."""
    record_id: str
    """The record of the copy."""
    evidence: tuple[str, ...]
    """Records of all exchanges from the memento's address to the copy, the copy first."""
    post: Post
    """As the copy shows it."""


class SaveRequest(Noun, frozen=True, kw_only=True):
    """That a web archive was asked to capture a post, and what came of it. Its promise is no capture: only what its
    index shows is."""

    of: str
    """The post's key."""
    archive: str
    """Host of the web archive."""
    address: str
    """What it was asked to capture."""
    asked_at: datetime
    outcome: str
    """`promised`, `confirmed` (the index shows it), `refused`, `failed`."""
    note: str = ""
    captured_at: datetime | None = None
    """When it was captured: as promised, or as the index lists it."""
    url: str | None = None
    """Where the capture can be opened."""


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
    unanswered: Unanswered | None = None
    seal: Seal | None = None
    imported: Imported | None = None
    rendering: Rendering | None = None
    rescue: Rescue | None = None
    save: SaveRequest | None = None
    basis: Basis | None = None
    """Of an article, a resolution, an observation or a rescue; null where an earlier version of the program concluded
    it."""

    @property
    def target_uri(self) -> str:
        if self.article is not None:
            return f"urn:archiver:article:{self.article.uri}"
        if self.resolution is not None:
            return f"urn:archiver:resolution:{self.resolution.mention_id}"
        if self.observation is not None:
            return f"urn:archiver:observation:{self.observation.key}"
        if self.unanswered is not None:
            return unanswered_uri(self.unanswered.url)
        if self.seal is not None:
            return f"urn:archiver:seal:{self.seal.segment}"
        if self.imported is not None:
            return f"urn:archiver:imported:{self.imported.file}"
        if self.rendering is not None:
            return f"urn:archiver:rendering:{self.rendering.of}"
        if self.rescue is not None:
            return f"urn:archiver:rescue:{self.rescue.of}"
        if self.save is not None:
            return f"urn:archiver:save:{self.save.of}"
        return "urn:archiver:refusal"


def article_conclusion(article: Article, mentions: tuple[Mention, ...], basis: Basis | None = None) -> Conclusion:
    """An article and what it cites; the article's words stay in its own record."""
    bare = msgspec.structs.replace(article, html=None, text=None)
    return Conclusion(archiver=SCHEMA_VERSION, article=bare, mentions=mentions, basis=basis)


def resolution_conclusion(resolution: Resolution, basis: Basis | None = None) -> Conclusion:
    return Conclusion(archiver=SCHEMA_VERSION, resolution=resolution, basis=basis)


def observation_conclusion(observation: Observation, basis: Basis | None = None) -> Conclusion:
    return Conclusion(archiver=SCHEMA_VERSION, observation=observation, basis=basis)


def refusal_conclusion(url: str, address: str, reason: str) -> Conclusion:
    return Conclusion(archiver=SCHEMA_VERSION, refusal=Refusal(url=url, address=address, reason=reason))


def unanswered_uri(url: str) -> str:
    """The target URI of the records which say that this URL was asked for and did not answer."""
    return f"urn:archiver:unanswered:{url}"


def unanswered_conclusion(url: str, kind: AnswerKind, problem: str) -> Conclusion:
    unanswered = Unanswered(url=url, kind=kind, problem=problem)
    return Conclusion(archiver=SCHEMA_VERSION, unanswered=unanswered)


def seal_conclusion(seal: Seal) -> Conclusion:
    return Conclusion(archiver=SCHEMA_VERSION, seal=seal)


def imported_conclusion(imported: Imported) -> Conclusion:
    return Conclusion(archiver=SCHEMA_VERSION, imported=imported)


def rendering_conclusion(rendering: Rendering) -> Conclusion:
    return Conclusion(archiver=SCHEMA_VERSION, rendering=rendering)


def rescue_conclusion(rescue: Rescue, basis: Basis | None = None) -> Conclusion:
    return Conclusion(archiver=SCHEMA_VERSION, rescue=rescue, basis=basis)


def save_conclusion(save: SaveRequest) -> Conclusion:
    return Conclusion(archiver=SCHEMA_VERSION, save=save)


def parse_conclusion(block: bytes) -> Conclusion | None:
    """The conclusion that a metadata record holds; null for other people's JSON."""
    try:
        return msgspec.json.decode(block, type=Conclusion)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        return None
