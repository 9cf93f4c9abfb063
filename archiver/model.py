"""The nouns: what an article, a mention, a post, a resolution, a capture and an observation are.

Plain immutable values with a JSON form (`to_json`, `from_json`) and a JSON Schema (`json_schema`). Nothing here does
I/O, and nothing here knows a platform. Times are timezone-aware UTC `datetime`s; in JSON they are RFC 3339 with `Z`.
Offsets into text count Unicode code points.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

SCHEMA_VERSION = 1

PLATFORMS = (
    "x",
    "bluesky",
    "mastodon",
    "threads",
    "instagram",
    "facebook",
    "tiktok",
    "telegram",
    "reddit",
    "youtube",
    "linkedin",
    "vk",
    "weibo",
    "tumblr",
    "pinterest",
    "truthsocial",
)


class Noun(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all nouns: immutable, compared by value, written as a JSON object with the fields in order."""


class State(StrEnum):
    """What an observation says of a post. `blocked` and `unreachable` say nothing about the post itself."""

    LIVE = "live"
    EDITED = "edited"
    DELETED = "deleted"
    ACCOUNT_GONE = "account_gone"
    SUSPENDED = "suspended"
    PROTECTED = "protected"
    RESTRICTED = "restricted"
    MOVED = "moved"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    UNRESOLVED = "unresolved"

    @property
    def missing(self) -> bool:
        """True where a reader who follows the citation today cannot see the post any more."""
        return self in (State.DELETED, State.ACCOUNT_GONE, State.SUSPENDED, State.PROTECTED, State.RESTRICTED)

    @property
    def readable(self) -> bool:
        return self in (State.LIVE, State.EDITED, State.MOVED)


class Outcome(StrEnum):
    """How sure a resolution is."""

    RESOLVED = "resolved"
    AMBIGUOUS = "ambiguous"
    UNRESOLVED = "unresolved"


class AnswerKind(StrEnum):
    """What kind of statement one public answer is. Only `shown` and `stated` are the platform's word on the post."""

    SHOWN = "shown"
    """The post itself, as a record or a page."""
    STATED = "stated"
    """The platform says in words, or by a status that means nothing else, what has become of the post."""
    NOT_FOUND = "not_found"
    """A bare "not found": deleted, never there, or a refusal in disguise."""
    UNSAID = "unsaid"
    """The platform answers without the post and gives no reason: deleted, private and restricted look the same."""
    REFUSED = "refused"
    """The answer is about us: a login wall, a rate limit, a bot check."""
    FAILED = "failed"
    """The server or the connection failed."""
    UNEXPECTED = "unexpected"
    """A shape that this program does not know; the stored record keeps its bytes."""
    NOT_PUBLIC = "not_public"
    """Nothing public tells of such a post: nobody was asked, or asking is not possible without signing in."""
    IDENTITY = "identity"
    """It tells of the account, not of the post: which stable id a handle has, where its posts are kept."""


class Verdict(StrEnum):
    """What one check of a WARC file, a WACZ package or an archive came to."""

    SOUND = "sound"
    """Looked at, and nothing is wrong."""
    DAMAGED = "damaged"
    """Something is missing, altered or contradicts itself: `problems` says what and where."""
    ABSENT = "absent"
    """There is nothing of the kind to check: no digest, no signature, no index. It proves nothing either way."""
    NOT_CHECKED = "not_checked"
    """It is there and could not be judged: `note` says why (an unknown algorithm, an extra that is not installed)."""


class Problem(Noun, frozen=True, kw_only=True):
    """One thing that is wrong with stored evidence."""

    what: str
    """In words, such as `the block does not match its WARC-Block-Digest`."""
    where: str
    """File or member, such as `archive/a.warc.gz`."""
    offset: int | None = None
    """Of the record in that file, in bytes."""
    record_id: str | None = None


class Check(Noun, frozen=True, kw_only=True):
    """One named check, and its one verdict."""

    name: str
    verdict: Verdict
    checked: int = 0
    """How many things were looked at: records, digests, index lines, files."""
    problems: tuple[Problem, ...] = ()
    """The first of them; `found` counts all."""
    found: int = 0
    note: str = ""


class Verification(Noun, frozen=True, kw_only=True):
    """Everything that was checked of one file or folder."""

    path: str
    kind: str
    """`warc`, `wacz` or `archive`."""
    checks: tuple[Check, ...]

    @property
    def damaged(self) -> bool:
        return any(check.verdict is Verdict.DAMAGED for check in self.checks)


class Article(Noun, frozen=True, kw_only=True):
    """A document that cites posts.

    `source` is the SOURCE as the user gave it (with `#…` for one document inside it); `uri` is the target URI under
    which it is stored: its URL, or `ni:///sha-256;…` (RFC 6920) of its bytes for a file, so that no path of the user's
    machine gets into the archive. Exactly one of `html` and `text` is set.
    """

    source: str
    uri: str
    digest: str
    """`sha256:` and the hex digest of the document's bytes, content-decoded."""
    html: str | None = None
    text: str | None = None
    language: str | None = None
    published: str | None = None
    """ISO day or RFC 3339 time of publication, where the document says so."""
    title: str | None = None

    @property
    def id(self) -> str:
        return "a-" + self.digest.partition(":")[2][:16]


class Person(Noun, frozen=True, kw_only=True):
    """The person behind a display name, as the article's own prose names them: evidence, never a correction."""

    name: str
    """As the prose spells it, in any script."""
    start: int | None = None
    end: int | None = None
    """Code points of `name` in a text source; null in HTML."""
    likeness: float
    """0 to 1: how alike the two names sound, whatever their scripts."""
    repair: str | None = None
    """The display name with the letters that it lost, where the prose's spelling shows which: a proposal."""


class Mention(Noun, frozen=True, kw_only=True):
    """A post as an article shows it: one line of `archiver find --format jsonl`."""

    source: str
    platform: str
    handle: str | None = None
    display_name: str | None = None
    date: str | None = None
    """ISO day, or RFC 3339 when a time is shown."""
    text: str | None = None
    post_id: str | None = None
    url: str | None = None
    start: int | None = None
    end: int | None = None
    selector: str | None = None
    rule: str
    confidence: float
    times: int = 1
    links: tuple[str, ...] = ()
    """Links within the post's own text: `pic.twitter.com/…`, `https://t.co/…`, and others, as found."""
    date_basis: str | None = None
    """`utc` where the printed day is a UTC day, `viewer` where it is some reader's local day, null when unknown."""
    found_url: str | None = None
    """The permalink as the article has it, before it was made canonical."""
    continuation: str | None = None
    """The rest of the post's words, where an extractor put the signature after its first paragraph."""
    why: tuple[str, ...] = ()
    """What the confidence rests on: the pieces that were there, and how often such a reading was right."""
    person: Person | None = None
    """Whom the article's prose names by this display name."""
    content_id: str | None = None
    """The hash of the post's record that the embed carries (Bluesky's CID): what was quoted was this version."""
    published: str | None = None
    """When the article was published (`Article.published`), where it does not show the post's own day."""
    id: str = ""

    @property
    def words(self) -> str | None:
        """All of the post's words that the article shows, on both sides of its signature."""
        return (
            f"{self.text}\n{self.continuation}" if self.text and self.continuation else self.text or self.continuation
        )

    def with_id(self, article_digest: str) -> Mention:
        """The same mention with its stable id: it depends on the article's bytes and the place, not on scores."""
        place = f"{article_digest}|{self.platform}|{self.start}|{self.end}|{self.selector}|{self.post_id}"
        return msgspec.structs.replace(self, id="m-" + hashlib.sha256(place.encode()).hexdigest()[:16])


def post_key(platform: str, post_id: str, scope: str | None) -> str:
    """What one post is known by everywhere: `x:20`, `mastodon:social.example/110372412617177781`."""
    return f"{platform}:{scope}/{post_id}" if scope else f"{platform}:{post_id}"


class PostRef(Noun, frozen=True, kw_only=True):
    """Which post: enough to look it up. `handle` is what the permalink claims; on X it is not part of identity."""

    platform: str
    id: str
    handle: str | None = None
    url: str
    """Canonical permalink."""
    scope: str | None = None
    """Within what the id is unique, where the platform's name alone does not say it: a server of the fediverse; on
    Bluesky the account's DID (its handle, until that is known)."""

    @property
    def key(self) -> str:
        return post_key(self.platform, self.id, self.scope)


class Media(Noun, frozen=True, kw_only=True):
    """One picture, video or other file of a post."""

    kind: str
    """`photo`, `video`, `gif`, `poster` (the still of a video), `avatar`, `card`."""
    url: str
    alt: str | None = None
    width: int | None = None
    height: int | None = None
    smaller: tuple[str, ...] = ()
    """The same in smaller sizes, the largest first, where there are such."""


class Post(Noun, frozen=True, kw_only=True):
    """The platform's own record of a post, as far as a public answer tells it."""

    platform: str
    id: str
    url: str
    handle: str | None = None
    display_name: str | None = None
    account_id: str | None = None
    """The stable account id that survives renames."""
    created_at: datetime | None = None
    day: str | None = None
    """ISO UTC day, where the answer shows a day and no time."""
    text: str | None = None
    text_complete: bool = True
    """False where the answer is known to cut the text."""
    title: str | None = None
    """The post's own heading, where the platform has such (Reddit, YouTube, Lemmy)."""
    warning: str | None = None
    """The line that the author put in front of the text (a content warning)."""
    language: str | None = None
    media: tuple[Media, ...] = ()
    links: tuple[str, ...] = ()
    quoted: str | None = None
    """Key (`platform:id`) of the quoted post."""
    in_reply_to: str | None = None
    """Key of the post that this one answers."""
    edits: tuple[str, ...] = ()
    """Ids of all versions, oldest first, where the post was edited."""
    edited_at: datetime | None = None
    """When it was last edited, where the answer says so."""
    indexed_at: datetime | None = None
    """When the platform's own server first saw it, where `created_at` is only the author's claim (Bluesky)."""
    content_id: str | None = None
    """The hash of the record's content (Bluesky's CID)."""
    scope: str | None = None
    """As in `PostRef`."""
    seen_in: str = ""
    """Which kind of answer this was read from, such as `x.syndication`."""

    @property
    def key(self) -> str:
        return post_key(self.platform, self.id, self.scope)

    @property
    def ref(self) -> PostRef:
        return PostRef(platform=self.platform, id=self.id, handle=self.handle, url=self.url, scope=self.scope)


class Answer(Noun, frozen=True, kw_only=True):
    """What one public answer says of one post: a state, and the record where there is one."""

    state: State
    reason: str
    """One sentence for people: on what the state rests."""
    post: Post | None = None
    endpoint: str = ""
    record_id: str | None = None
    """The WARC record that holds the answer."""
    positive: bool = False
    """True where the platform itself said so, in words or by an unmistakable status; never true of a blocked answer."""
    proven: bool = False
    """True where anybody can check it without trusting who answered: a signature that was verified."""
    kind: AnswerKind | None = None
    """What kind of statement it is; null for a judgement that several answers made."""
    ref: PostRef | None = None
    """The post's reference as the platform names it now, where the answer tells more of it than was asked for (the
    stable id behind a handle, the handle of today)."""
    contradictions: tuple[str, ...] = ()
    """What the answer shows that cannot be so if this is the post that was cited: an account that never had the cited
    handle, a record that is not what its hash says."""


class Reason(Noun, frozen=True, kw_only=True):
    """One reason for (weight > 0) or against (weight < 0) a candidate."""

    feature: str
    """Such as `text`, `name`, `day`, `handle`, `id`, `media`."""
    weight: float
    """What it adds to the candidate's log-odds."""
    note: str
    value: float | None = None
    """The feature's own value, where it is a number: `weight` is what the fitted model makes of it."""


class Candidate(Noun, frozen=True, kw_only=True):
    """A post that a mention may be, with its score in 0..1 and the reasons that make the score."""

    post: Post
    score: float
    reasons: tuple[Reason, ...] = ()
    source: str = ""
    """Where the candidate came from: `permalink`, `media`, `store`, `index`, `listing`, `cdx`, `memento`."""
    evidence: tuple[str, ...] = ()
    """Record ids of the captures that the candidate was read from."""
    cited_in: tuple[str, ...] = ()
    """Pages that show the post with its id, where the candidate was known from them."""
    contradictions: tuple[str, ...] = ()
    """What of the record cannot be so if this is the post: it may be listed, it is never what a mention resolves to."""


class SourceReport(Noun, frozen=True, kw_only=True):
    """What one source of candidates said while a mention was resolved."""

    source: str
    """Such as `permalink`, `media`, `store`, `index`, `x.listing`, `web archive`."""
    outcome: str
    """`found`, `nothing`, `failed` (not all could be asked: it may have more), `skipped` (`note` says why)."""
    candidates: int = 0
    requests: int = 0
    note: str = ""


class Resolution(Noun, frozen=True, kw_only=True):
    """What a mention turned out to be."""

    mention_id: str
    outcome: Outcome
    post_key: str | None = None
    """Set when resolved."""
    candidates: tuple[Candidate, ...] = ()
    """Best first."""
    reason: str = ""
    """Why this outcome, in one sentence."""
    steps: tuple[str, ...] = ()
    """What was asked, in order, one line each."""
    evidence: tuple[str, ...] = ()
    """Record ids of all captures that this rests on, also of those that hold "not found"."""
    state: State | None = None
    """What the platform answered of the post while resolving, where it was asked."""
    method: str = ""
    """Version of the rules that drew this conclusion."""
    sources: tuple[SourceReport, ...] = ()
    """What each source said, in the order in which they were asked."""


class Capture(Noun, frozen=True, kw_only=True):
    """Stored evidence: where one WARC record lies and what it holds."""

    record_id: str
    """`urn:uuid:…` without angle brackets."""
    record_type: str
    target_uri: str
    time: datetime
    file: str
    """Segment name, relative to the archive's `archive/` folder."""
    offset: int
    length: int
    """Of the compressed record, in bytes."""
    status: int | None = None
    content_type: str | None = None
    payload_digest: str | None = None
    block_digest: str | None = None
    refers_to: str | None = None
    """For a revisit or metadata record: the record id that it refers to."""
    truncated: str | None = None


class Observation(Noun, frozen=True, kw_only=True):
    """A post's state at a time, and the captures that prove it."""

    platform: str
    post_id: str
    url: str
    state: State
    seen_at: datetime
    how: str
    """Endpoints that were asked, such as `x.syndication+x.oembed`."""
    reason: str
    evidence: tuple[str, ...] = ()
    """Record ids."""
    post: Post | None = None
    control: str | None = None
    """What the control post answered in the same run (`live`, …), where one was needed; null where not asked."""
    confirmed: bool = False
    """True once an earlier look, hours before, saw the same missing state."""
    scope: str | None = None
    """As in `PostRef`."""

    @property
    def key(self) -> str:
        return post_key(self.platform, self.post_id, self.scope)


NOUNS: tuple[type[Noun], ...] = (
    Article,
    Mention,
    PostRef,
    Media,
    Post,
    Answer,
    Reason,
    Candidate,
    SourceReport,
    Resolution,
    Capture,
    Observation,
    Problem,
    Check,
    Verification,
)

N = TypeVar("N", bound=Noun)


def to_json(value: Any) -> bytes:
    """UTF-8 JSON of a noun (or of dicts and lists of nouns), fields in their declared order.

    Lone surrogates (from broken JSON, or a file name that is no UTF-8) become U+FFFD: I-JSON (RFC 7493) has no place
    for them, and many readers fail at them.
    """
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_without_surrogates(msgspec.to_builtins(value)))


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_surrogates(item) for item in value]
    return value


def from_json(data: bytes | str, kind: type[N]) -> N:
    """The noun that `to_json` wrote.

    Raises `ValueError` (msgspec's `ValidationError` is one) where the data does not fit the noun.
    """
    return msgspec.json.decode(data, type=kind)


def json_schema(*more: type[msgspec.Struct]) -> dict[str, Any]:
    """JSON Schema 2020-12 of all nouns, and of `more` types: `{"$schema": …, "$defs": {noun: schema}}`."""
    _, components = msgspec.json.schema_components((*NOUNS, *more), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "archiver",
        "version": SCHEMA_VERSION,
        "$defs": dict(sorted(components.items())),
    }
