"""The nouns: their JSON form, their ids, and the schema that is published of them.

Invariant of the fuzz test: whatever a noun holds, its JSON reads back as the same noun and fits the published schema.
"""

from __future__ import annotations

import functools
import json
import types
import typing
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import (
    NOUNS,
    PLATFORMS,
    SCHEMA_VERSION,
    Article,
    Mention,
    Noun,
    Observation,
    Post,
    PostRef,
    State,
    from_json,
    to_json,
)

SCHEMA = json.loads(
    (Path(__file__).parents[1] / "docs" / "schema" / "archiver.schema.json").read_text(encoding="utf-8")
)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """What a field of this type can hold."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*(values(argument) for argument in arguments))
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if isinstance(kind, type) and issubclass(kind, Noun):
        return nouns(kind)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(max_size=20),
        int: st.integers(-(2**63), 2**63 - 1),
        float: st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
        datetime: st.datetimes(timezones=st.just(UTC)),
        type(None): st.none(),
    }
    return plain[kind]


@functools.cache
def nouns(kind: type[Noun]) -> st.SearchStrategy[Noun]:
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{name: values(hints[name]) for name in kind.__struct_fields__})


@functools.cache
def validator(kind: type[Noun]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{kind.__name__}"})


@pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_json_reads_back_and_fits_the_schema(kind: type[Noun], data: st.DataObject) -> None:
    noun = data.draw(nouns(kind))
    text = to_json(noun)
    assert from_json(text, kind) == noun
    assert list(validator(kind).iter_errors(json.loads(text))) == []


class TestJson:
    def test_a_mention_begins_as_scripts_expect(self) -> None:
        """One line of `archiver find --format jsonl`: these keys keep their names, order and meaning."""
        line = json.loads(to_json(Mention(source="a.txt", platform="x", rule="x.signature", confidence=0.97)))
        assert " ".join(list(line)[:13]) == (
            "source platform handle display_name date text post_id url start end selector rule confidence"
        )
        assert [line[key] for key in ("handle", "display_name", "date", "text", "post_id", "url")] == [None] * 6
        assert [line[key] for key in ("start", "end", "selector")] == [None] * 3
        assert line["times"] == 1

    def test_times_are_utc_with_z(self) -> None:
        seen = Observation(
            platform="x", post_id="1", url="u", state=State.LIVE, seen_at=datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
            how="x.oembed", reason="r",
        )  # fmt: skip
        assert json.loads(to_json(seen))["seen_at"] == "2024-05-06T07:08:09Z"
        assert json.loads(to_json(seen))["state"] == "live"

    def test_unknown_keys_of_a_newer_version_are_passed_over(self) -> None:
        assert from_json('{"platform":"x","id":"1","url":"u","new":1}', PostRef).id == "1"

    @pytest.mark.parametrize(
        "text", ["", "[]", '{"platform":"x"}', '{"platform":"x","id":20,"url":"u"}', '{"platform":"x","id":"20","url"']
    )
    def test_what_does_not_fit_is_a_value_error(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            from_json(text, PostRef)

    def test_lone_surrogates_become_replacement_characters(self) -> None:
        article = Article(source="caf\udce9.txt", uri="u", digest="sha256:0", title="\ud83d\ude00")
        read = from_json(to_json(article), Article)
        assert (read.source, read.title) == ("caf\ufffd.txt", "😀")
        assert json.loads(to_json({"\udce9": ["\udce9", 1]})) == {"\ufffd": ["\ufffd", 1]}

    def test_offsets_in_other_zones_are_kept_as_instants(self) -> None:
        post = Post(platform="x", id="1", url="u", created_at=datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=2))))
        assert from_json(to_json(post), Post).created_at == post.created_at


class TestIds:
    """Ids are written into archives: the same document gives the same ids with every later version."""

    def mention(self, **changes: Any) -> Mention:
        base: dict[str, Any] = {
            "source": "a.txt",
            "platform": "x",
            "rule": "x.signature",
            "confidence": 0.5,
            "start": 10,
            "end": 90,
        }
        return Mention(**{**base, **changes}).with_id("sha256:" + "ab" * 32)

    def test_are_pinned(self) -> None:
        assert self.mention().id == "m-56ff9a6362852b3e"
        assert Article(source="a", uri="u", digest="sha256:0123456789abcdef0123").id == "a-0123456789abcdef"

    @pytest.mark.parametrize(
        "changes",
        [
            {"confidence": 0.9},
            {"rule": "other"},
            {"source": "elsewhere/a.txt"},
            {"text": "t"},
            {"handle": "h"},
            {"times": 2},
        ],
    )
    def test_do_not_depend_on_what_a_better_rule_may_say(self, changes: dict[str, Any]) -> None:
        assert self.mention(**changes).id == self.mention().id

    @pytest.mark.parametrize(
        "changes",
        [{"start": 11}, {"end": 91}, {"platform": "threads"}, {"selector": "p:nth-of-type(2)"}, {"post_id": "2"}],
    )
    def test_depend_on_the_place(self, changes: dict[str, Any]) -> None:
        assert self.mention(**changes).id != self.mention().id

    def test_depend_on_the_document(self) -> None:
        mention = self.mention()
        assert mention.with_id("sha256:" + "cd" * 32).id != mention.id

    def test_a_post_and_its_reference_have_one_key(self) -> None:
        post = Post(platform="x", id="20", url="https://x.com/a/status/20", handle="a")
        assert post.key == post.ref.key == "x:20"
        assert (post.ref.url, post.ref.handle) == (post.url, "a")


class TestState:
    def test_missing_is_what_a_reader_cannot_see_and_the_platform_says(self) -> None:
        assert {state.value for state in State if state.missing} == {
            "deleted", "account_gone", "suspended", "protected", "restricted",
        }  # fmt: skip

    def test_what_was_refused_to_us_says_nothing_of_the_post(self) -> None:
        for state in (State.BLOCKED, State.UNREACHABLE, State.UNRESOLVED):
            assert not state.missing
            assert not state.readable

    def test_readable_is_never_missing(self) -> None:
        assert {state.value for state in State if state.readable} == {"live", "edited", "moved"}


class TestPublishedSchema:
    def test_is_a_schema_of_every_noun(self) -> None:
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        assert SCHEMA["version"] == SCHEMA_VERSION
        assert {noun.__name__ for noun in NOUNS} <= set(SCHEMA["$defs"])

    def test_refuses_what_is_no_mention(self) -> None:
        good = json.loads(to_json(Mention(source="a", platform="x", rule="r", confidence=1)))
        assert validator(Mention).is_valid(good)
        assert not validator(Mention).is_valid({**good, "start": "10"})
        assert not validator(Mention).is_valid({key: good[key] for key in good if key != "rule"})

    def test_says_what_fields_mean(self) -> None:
        assert "ISO day" in SCHEMA["$defs"]["Mention"]["properties"]["date"]["description"]


def test_nouns_do_not_change() -> None:
    ref = PostRef(platform="x", id="1", url="u")
    with pytest.raises(AttributeError):
        ref.id = "2"  # type: ignore[misc]
    assert msgspec.structs.replace(ref, id="2") != ref


def test_platform_names_are_those_that_scripts_rely_on() -> None:
    assert " ".join(PLATFORMS) == (
        "x bluesky mastodon threads instagram facebook tiktok telegram reddit youtube linkedin vk weibo tumblr "
        "pinterest truthsocial"
    )
