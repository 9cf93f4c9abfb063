"""The door's client side, without a server: what it asks, and what it makes of answers."""

from __future__ import annotations

import httpcore
import httpx
import pytest
import respx

from archiver.config import WebSettings
from archiver.errors import NetworkError
from archiver.web import Door
from tests.web.conftest import Clock

SETTINGS = WebSettings(rates={"*": 60_000.0}, retries=2, user_agent="tester/1")


@pytest.fixture
def door(clock: Clock) -> Door:
    return Door(SETTINGS, sleep=clock.sleep, monotonic=clock.monotonic)


@respx.mock
def test_it_says_who_it_is_and_what_it_reads(door: Door) -> None:
    route = respx.get("https://news.example/a").respond(200, text="hello")
    assert door.fetch("https://news.example/a").status == 200
    headers = route.calls.last.request.headers
    assert (headers["host"], headers["user-agent"], headers["accept-language"]) == ("news.example", "tester/1", "en")
    assert "cookie" not in headers


@respx.mock
def test_a_cookie_is_not_sent_back(door: Door) -> None:
    route = respx.get("https://news.example/a").respond(200, headers={"Set-Cookie": "id=1"})
    door.fetch("https://news.example/a")
    door.fetch("https://news.example/a")
    assert "cookie" not in route.calls.last.request.headers


@respx.mock
def test_the_caller_s_header_takes_the_place_of_the_door_s(door: Door) -> None:
    route = respx.get("https://news.example/a").respond(200)
    door.fetch("https://news.example/a", headers=[("user-agent", "Other/2")])
    assert route.calls.last.request.headers.get_list("user-agent") == ["Other/2"]


@respx.mock
def test_a_passing_failure_is_tried_again_and_the_answer_after_it_counts(door: Door, clock: Clock) -> None:
    route = respx.get("https://news.example/a")
    route.side_effect = [httpx.Response(503), httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(200)]
    assert door.fetch("https://news.example/a").status == 200
    assert route.call_count == 3
    assert any(6.5 < pause <= 7 for pause in clock.slept), clock.slept


@respx.mock
def test_the_last_failure_is_an_answer_like_any_other(door: Door) -> None:
    route = respx.get("https://news.example/a").respond(500)
    assert door.fetch("https://news.example/a").status == 500
    assert route.call_count == 1 + SETTINGS.retries


@respx.mock
def test_a_connection_that_fails_each_time_is_an_error_in_one_line(door: Door) -> None:
    respx.get("https://news.example/a").mock(side_effect=httpcore.ConnectError("refused"))
    with pytest.raises(NetworkError) as caught:
        door.fetch("https://news.example/a")
    assert "\n" not in str(caught.value)
    assert "news.example" in str(caught.value)


@respx.mock
def test_redirects_are_followed_one_by_one(door: Door) -> None:
    respx.get("https://news.example/a").respond(302, headers={"Location": "/b"})
    respx.get("https://news.example/b").respond(301, headers={"Location": "https://other.example/c"})
    respx.get("https://other.example/c").respond(200)
    chain = door.follow("https://news.example/a")
    assert [exchange.url for exchange in chain] == [
        "https://news.example/a",
        "https://news.example/b",
        "https://other.example/c",
    ]
