"""Under which exact URLs X is asked, and the token that goes with an id."""

from __future__ import annotations

import json
from fractions import Fraction
from math import inf, nextafter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Mention
from archiver.platforms.x import PLATFORM
from archiver.platforms.x.endpoints import lookups, radix36, syndication_token

VECTORS = Path(__file__).parents[2] / "../shared/fixtures/x/syndication/token_vectors.json"


@pytest.mark.parametrize("number", [0.5, 35.0, 36.0, 1296.25])
def test_whole_and_half_numbers_in_base_36(number: float) -> None:
    whole, _, fraction = radix36(number).partition(".")
    value = int(whole, 36) + sum(int(digit, 36) / 36**place for place, digit in enumerate(fraction, 1))
    assert value == number


@given(st.floats(min_value=1e-12, max_value=1e6))
def test_the_digits_stay_within_a_few_steps_of_the_number(number: float) -> None:
    """Invariant: what is written is at most a few doubles away (V8 multiplies in doubles, once for each digit: the
    smaller the number, the more zeros come first)."""
    whole, _, digits = radix36(number).partition(".")
    value = int(whole, 36) + Fraction(int(digits, 36) if digits else 0, 36 ** len(digits))
    gap = Fraction(nextafter(number, inf)) - Fraction(number)
    assert abs(value - Fraction(number)) <= 8 * gap


@pytest.mark.parametrize(
    ("post_id", "token"),
    [
        # computed with the embed's own formula
        ("20", "6dq1a2xwd93"),
        ("463440424141459456", "14fxvks611f"),
        ("1590173336165216257", "3urod832spl"),
        ("1851000000000000000", "4hj361t897"),
        ("1950000000000000001", "4q63syckx6d"),
    ],
)
def test_tokens(post_id: str, token: str) -> None:
    assert syndication_token(post_id) == token


@pytest.mark.skipif(not VECTORS.is_file(), reason="recorded vectors are not at hand")
def test_all_recorded_tokens() -> None:
    vectors = json.loads(VECTORS.read_bytes())["vectors"]
    assert [(i, syndication_token(i)) for i, _ in vectors] == [(i, t) for i, t in vectors]


@given(st.integers(min_value=1, max_value=(1 << 64) - 1))
def test_a_token_is_never_empty_and_has_no_zero_or_point(number: int) -> None:
    """Invariant: every id has a token that the endpoint can take."""
    token = syndication_token(str(number))
    assert token
    assert not set(token) & set("0.")


@pytest.mark.parametrize("post_id", ["", "x", "-1", "1.5", "١٢"])
def test_what_is_no_id_has_no_token(post_id: str) -> None:
    with pytest.raises(ValueError, match="not a decimal post id"):
        syndication_token(post_id)


def test_urls_depend_on_the_id_alone() -> None:
    asked = [
        [lookup.url for lookup in lookups(PLATFORM.ref_from_id("1590173336165216257", handle))]
        for handle in ("Quay_Ledger", "quay_ledger", None)
    ]
    assert asked[0] == asked[1] == asked[2]
    syndication, oembed = (parse_qs(urlsplit(url).query) for url in asked[0])
    assert syndication == {"id": ["1590173336165216257"], "lang": ["en"], "token": ["3urod832spl"]}
    assert PLATFORM.ref_from_url(oembed["url"][0]) == PLATFORM.ref_from_id("1590173336165216257")


def test_the_link_of_a_picture_becomes_the_short_link() -> None:
    links = (
        "pic.twitter.com/Ab3dEf9hIj",
        "https://pic.x.com/Zz3dEf9hIj",
        "https://t.co/Qq3dEf9hIj",
        "pic.twitter.com/x",
    )
    mention = Mention(source="t", platform="x", rule="t", confidence=1, links=links)
    assert PLATFORM.media_urls(mention) == ("https://t.co/Ab3dEf9hIj", "https://t.co/Zz3dEf9hIj")
