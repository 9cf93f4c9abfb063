"""The twin answers as recorded answers do, on real sockets over real TLS; each claim of its docstrings is tried here.

The last part compares its answers with recordings, where those lie beside the repository.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_plus

import httpcore
import httpx
import pytest

from tests.web_twin import (
    CONTROL_ID,
    PRIVATE_TARGETS,
    Account,
    Fault,
    Picture,
    Population,
    PostState,
    Reply,
    Request,
    Twin,
    TwinPost,
    snowflake,
)
from tests.web_twin.embed_token import syndication_token
from tests.web_twin.wayback import CAPTURE_KINDS, Row, resume_key_after, stamp
from tests.web_twin.x import TOMBSTONES

KEEPER = Account(handle="pier_keeper", name="Pier Keeper & Co ⚓")
NOON = datetime(2022, 11, 9, 12, 30, 15, 250_000, tzinfo=UTC)

Make = Callable[..., Twin]


def post_of(text: str = "The lamp is lit.", **fields: Any) -> TwinPost:
    return TwinPost(**({"account": KEEPER, "text": text, "created": NOON} | fields))


class _Mapped(httpcore.SyncBackend):
    """Connects to the twin whatever host is asked for."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin

    def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore.NetworkStream:
        address = self._twin.connect_to.get(f"{host}:{port}", f"{host}:{port}")
        name, _, number = address.rpartition(":")
        return super().connect_tcp(name, int(number), *args, **options)


def client_of(twin: Twin, **options: Any) -> httpx.Client:
    context = ssl.create_default_context(cafile=str(twin.ca_file))
    # What Python 3.13 makes the default: complete key identifiers and usages.
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    transport = httpx.HTTPTransport(verify=context)
    transport._pool._network_backend = _Mapped(twin)  # type: ignore[attr-defined]
    return httpx.Client(transport=transport, timeout=5, **options)


@pytest.fixture
def web(twin: Twin) -> Iterator[httpx.Client]:
    with client_of(twin) as client:
        yield client


def raw(twin: Twin, host: str, head: str, *, secure: bool = True, limit: int = 1 << 20) -> bytes:
    """Send bytes, return all bytes that come until the end of the connection."""
    port = twin.https_port if secure else twin.http_port
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
        sock: socket.socket = plain
        if secure:
            context = ssl.create_default_context(cafile=str(twin.ca_file))
            context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF  # set by early Python 3.11
            sock = context.wrap_socket(plain, server_hostname=host, suppress_ragged_eofs=False)
        with sock:
            sock.sendall(head.replace("\n", "\r\n").encode())
            while len(received) < limit and (data := sock.recv(65536)):
                received += data
    return received


def get(host: str, path: str, *more: str) -> str:
    return "\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", *more, "", ""])


def oembed(web: httpx.Client, url: str, **query: str) -> httpx.Response:
    return web.get("https://publish.twitter.com/oembed", params={"url": url, **query})


def syndication(web: httpx.Client, post_id: str, token: str = "a") -> httpx.Response:
    return web.get("https://cdn.syndication.twimg.com/tweet-result", params={"id": post_id, "token": token})


def cdx(web: httpx.Client, url: str, **query: Any) -> httpx.Response:
    return web.get("https://web.archive.org/cdx/search/cdx", params={"url": url, **query})


def rows_of(answer: httpx.Response) -> list[list[str]]:
    lines = answer.text.split("\n\n")[0].splitlines()
    return [line.split(" ") for line in lines if line]


# -- the server


def test_is_trusted_with_its_authority_and_only_with_it(twin: Twin) -> None:
    with client_of(twin) as web:
        assert web.get("https://x.com/").status_code == 200
    with socket.create_connection(("127.0.0.1", twin.https_port)) as sock, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(sock, server_hostname="x.com")


def test_stdlib_can_talk_to_it_in_plain_http(twin: Twin) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{twin.http_port}/", headers={"Host": "news.example"})
    with urllib.request.urlopen(request) as answer:
        assert b"<title>news.example</title>" in answer.read()
    assert twin.hits("news.example")[0].scheme == "http"


def test_every_host_has_a_certificate_and_an_answer(twin: Twin, web: httpx.Client) -> None:
    for host in twin.hosts:
        assert web.get(f"https://{host}/nothing-here").status_code < 500
    assert {request.host for request in twin.log} == set(twin.hosts)
    assert set(twin.connect_to) == {f"{host}:{port}" for host in twin.hosts for port in (80, 443)}


def test_a_host_of_ones_own(twin: Twin) -> None:
    def site(request: Request) -> Reply:
        return Reply(headers=(("Content-Type", "text/plain"),), body=request.target.encode())

    twin.host("weather.example.net", site)
    with client_of(twin) as web:
        assert web.get("https://weather.example.net/today?x=1").text == "/today?x=1"


def test_a_connection_is_kept_and_the_log_says_so(twin: Twin, web: httpx.Client) -> None:
    for number in range(3):
        web.get(f"https://news.example/page/{number}", headers={"X-Number": str(number)})
    assert twin.connections == 1
    assert [(seen.path, seen.header("x-number"), seen.connection) for seen in twin.log] == [
        ("/page/0", "0", 1),
        ("/page/1", "1", 1),
        ("/page/2", "2", 1),
    ]
    assert len(twin.hits("news.example", "/page/1")) == 1
    twin.forget()
    assert twin.log == []


def test_gzip_only_for_those_who_accept_it(twin: Twin) -> None:
    with_gzip = raw(twin, "news.example", get("news.example", "/page/1", "Accept-Encoding: gzip"))
    without = raw(twin, "news.example", get("news.example", "/page/1"))
    head, _, body = with_gzip.partition(b"\r\n\r\n")
    assert b"Content-Encoding: gzip" in head
    assert gzip.decompress(body) == without.partition(b"\r\n\r\n")[2]
    assert b"Content-Encoding" not in without.partition(b"\r\n\r\n")[0]


def test_a_frozen_clock_gives_the_same_bytes_in_two_twins(make_twin: Make) -> None:
    population = Population.generate(seed=7)
    post = population.where(state=PostState.LIVE)[3]
    one, two = make_twin(population), make_twin(Population.generate(seed=7))
    for host, path in (
        ("publish.twitter.com", f"/oembed?url={quote(post.url, safe='')}"),
        ("cdn.syndication.twimg.com", f"/tweet-result?id={post.id}&token=a"),
        ("x.com", f"/{post.handle}/status/{post.id}"),
        ("web.archive.org", f"/cdx/search/cdx?url=twitter.com/{post.handle}/status/*"),
        ("news.example", "/2024/05/what-the-quay-says.html"),
    ):
        first = raw(one, host, get(host, path, "Accept-Encoding: gzip"))
        assert first == raw(two, host, get(host, path, "Accept-Encoding: gzip"))
        assert b"Tue, 01 Sep 2026 12:00:00 GMT" in first
        # A gzip header holds a time, too (RFC 1952): none.
        assert b"\x1f\x8b\x08\x00\x00\x00\x00\x00" in first


def test_many_twins_stand_side_by_side_and_leave_nothing_behind() -> None:
    population = Population([post_of()])
    before = threading.active_count()
    twins = [Twin(population) for _ in range(8)]
    for twin in twins:
        twin.start()
    assert len({twin.https_port for twin in twins} | {twin.http_port for twin in twins}) == 16
    for twin in twins:
        with client_of(twin) as web:
            assert syndication(web, population.posts[0].id).status_code == 200
    files = [twin.ca_file for twin in twins]
    for twin in twins:
        twin.close()
    assert not any(file.exists() for file in files)
    assert threading.active_count() == before


def test_it_closes_at_once_though_a_client_still_waits(make_twin: Make) -> None:
    with Twin(Population([post_of()])) as twin:
        twin.fault("x.com", Fault.STALL)
        waiting = socket.create_connection(("127.0.0.1", twin.http_port), timeout=30)
        waiting.sendall(get("x.com", "/").replace("\n", "\r\n").encode())
        while not twin.log:
            time.sleep(0.001)
    with waiting:
        assert waiting.recv(1) == b""


def test_head_requests_get_no_body(twin: Twin) -> None:
    answer = raw(twin, "news.example", get("news.example", "/page/1").replace("GET", "HEAD"))
    assert answer.endswith(b"\r\n\r\n")
    assert int(re.search(rb"Content-Length: (\d+)", answer)[1]) > 20_000  # type: ignore[index]


@pytest.mark.parametrize("junk", ["NONSENSE\n\n", "GET / HTTP/1.1\nno colon here\n\n", "GET / FTP/1\n\n"])
def test_junk_requests_get_400(twin: Twin, junk: str) -> None:
    assert raw(twin, "", junk, secure=False).startswith(b"HTTP/1.1 400 ")


def test_a_site_that_fails_says_so(twin: Twin) -> None:
    def site(request: Request) -> Reply:
        raise KeyError("lamp")

    twin.host("x.com", site)
    answer = raw(twin, "x.com", get("x.com", "/a?b"))
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"https://x.com/a?b" in answer
    assert [str(error) for error in twin.errors] == ["'lamp'"]
    twin.errors.clear()


def test_unknown_hosts_are_misdirected(twin: Twin) -> None:
    assert raw(twin, "", get("unknown.invalid", "/"), secure=False).startswith(b"HTTP/1.1 421 ")


def test_the_command_prints_a_configuration_that_works() -> None:
    command = [sys.executable, "-m", "tests.web_twin", "--port", "0", "--clock", "2026-01-15T08:30:00"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as running:
        try:
            assert running.stdout is not None
            printed = ""
            while "# excluded" not in printed:
                printed += running.stdout.readline()
            port = int(re.search(r'"x.com:443" = "127.0.0.1:(\d+)"', printed)[1])  # type: ignore[index]
            file = re.search(r'ca_file = "(.+)"', printed)[1]  # type: ignore[index]
            sock = socket.create_connection(("127.0.0.1", port), timeout=5)
            with ssl.create_default_context(cafile=file).wrap_socket(sock, server_hostname="x.com") as secured:
                secured.sendall(b"GET / HTTP/1.1\r\nHost: x.com\r\n\r\n")
                assert secured.recv(15) == b"HTTP/1.1 200 OK"
        finally:
            running.terminate()


# -- the population


def test_the_generated_population_has_all_that_makes_posts_hard(generated_population: Population) -> None:
    posts = generated_population.posts
    assert {post.lang for post in posts} == {"en", "uk", "de", "ar", "iw", "ja", "es", "hi"}
    assert {post.state for post in posts} == set(PostState)
    assert any(post.media and post.media[0].kind == "photo" for post in posts)
    assert any(post.media and post.media[0].kind == "video" for post in posts)
    for feature in ("reply_to", "quotes", "links", "edited", "stale", "long"):
        assert any(getattr(post, feature) for post in posts), feature
    assert any("&" in post.text for post in posts)
    assert any("<" in post.text for post in posts)
    assert any("\u200f" in post.account.name or "\u2067" in post.account.name for post in posts)
    assert any(post.account.former for post in posts)
    for post in posts:
        assert len(generated_population.on(post.handle, post.day)) >= 1
        if post.id != CONTROL_ID:
            made = datetime.fromtimestamp(((int(post.id) >> 22) + 1288834974657) / 1000, UTC)
            assert abs(made - post.created) < timedelta(milliseconds=1)


def test_a_seed_makes_the_same_population_and_another_seed_another() -> None:
    assert Population.generate(seed=3).posts == Population.generate(seed=3).posts
    assert Population.generate(seed=3).posts != Population.generate(seed=4).posts


def test_texts_are_distinct(generated_population: Population) -> None:
    texts = [post.text for post in generated_population.posts]
    assert len(set(texts)) == len(texts)


def test_some_days_have_several_posts_and_some_posts_stand_at_midnight(generated_population: Population) -> None:
    days = [(post.account.id, post.day) for post in generated_population.posts]
    assert max(days.count(day) for day in days) >= 3
    assert any(post.created.strftime("%H:%M") == "23:59" for post in generated_population.posts)
    assert any(post.created.strftime("%H:%M") == "00:00" for post in generated_population.posts)


def test_a_post_by_hand_needs_a_time_or_an_id() -> None:
    assert post_of().id.startswith(snowflake(NOON)[:8])
    assert TwinPost(account=KEEPER, text="x", id=snowflake(NOON)).created == NOON
    with pytest.raises(ValueError, match="created"):
        TwinPost(account=KEEPER, text="x")


def test_handles_are_found_in_any_case_and_former_ones_too(generated_population: Population) -> None:
    now = generated_population.of("FERRYWATCHHQ")
    assert now == generated_population.of("ferrywatch") != []
    assert now[0].account.handle_at(datetime(2015, 1, 1, tzinfo=UTC)) == "FerryWatch"
    assert now[0].account.handle_at(datetime(2024, 1, 1, tzinfo=UTC)) == "FerryWatchHQ"


# -- oEmbed


def test_oembed_of_a_live_post(make_twin: Make) -> None:
    post = post_of('He said "less < more" & left.\n\nThen #Bridge @pier_keeper https://t.co/AbCdEfGh12 ⚓', lang="en")
    with client_of(make_twin(Population([post]))) as web:
        answer = oembed(web, f"https://x.com/somebody_else/status/{post.id}?s=20")
    record = answer.json()
    assert answer.status_code == 200
    assert record["url"] == f"https://twitter.com/pier_keeper/status/{post.id}"
    assert record["author_name"] == "Pier Keeper & Co ⚓"
    assert record["html"] == (
        '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">He said &quot;less &lt; more&quot; &amp; left.'
        '<br><br>Then <a href="https://twitter.com/hashtag/Bridge?src=hash&amp;ref_src=twsrc%5Etfw">#Bridge</a> '
        '<a href="https://twitter.com/pier_keeper?ref_src=twsrc%5Etfw">@pier_keeper</a> '
        '<a href="https://t.co/AbCdEfGh12">https://t.co/AbCdEfGh12</a> ⚓</p>'
        "&mdash; Pier Keeper &amp; Co ⚓ (@pier_keeper) "
        f'<a href="https://twitter.com/pier_keeper/status/{post.id}?ref_src=twsrc%5Etfw">November 9, 2022</a>'
        '</blockquote>\n<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>\n\n'
    )
    assert "\\/" in answer.text
    assert "\\u003C" in answer.text


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("en", "November 9, 2022"),
        ("de", "9. November 2022"),
        ("ja", "2022年11月9日"),
        ("uk", "9 листопада 2022\u202fр."),
        ("fr", "9 novembre 2022"),
        ("es", "9 de noviembre de 2022"),
        ("zh-cn", "2022年11月9日"),
        ("no", "9. november 2022"),
        ("msa", "9 November 2022"),
    ],
)
def test_oembed_prints_the_utc_day_in_the_language_asked_for(make_twin: Make, lang: str, shown: str) -> None:
    post = post_of(created=datetime(2022, 11, 9, 23, 59, 59, 999_000, tzinfo=UTC))
    with client_of(make_twin(Population([post]))) as web:
        html = oembed(web, post.url, lang=lang).json()["html"]
    assert f">{shown}</a></blockquote>" in html
    assert f'data-lang="{lang}"' in html


@pytest.mark.parametrize(
    "url",
    [
        "https://twitter.com/i/status/{id}",
        "https://twitter.com/i/web/status/{id}",
        "https://mobile.twitter.com/pier_keeper/statuses/{id}/photo/1",
        "https://www.x.com/PIER_KEEPER/status/{id}?ref_src=twsrc%5Etfw",
        "https://twitter.com/statuses/{id}",
        "https://twitter.com/#!/pier_keeper/status/{id}",
    ],
)
def test_oembed_reads_every_form_of_permalink(make_twin: Make, url: str) -> None:
    post = post_of()
    with client_of(make_twin(Population([post]))) as web:
        assert oembed(web, url.format(id=post.id)).json()["url"].endswith(f"/pier_keeper/status/{post.id}")


def test_oembed_of_a_renamed_account_has_the_handle_of_today(make_twin: Make) -> None:
    population = Population([post_of()])
    twin = make_twin(population)
    population.rename("pier_keeper", "pier_keeper_2", NOON + timedelta(days=300))
    with client_of(twin) as web:
        record = oembed(web, f"https://twitter.com/pier_keeper/status/{population.posts[0].id}").json()
    assert record["author_url"] == "https://twitter.com/pier_keeper_2"
    assert "(@pier_keeper_2)" in record["html"]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (PostState.DELETED, 404),
        (PostState.ACCOUNT_GONE, 404),
        (PostState.PROTECTED, 403),
        (PostState.AGE_RESTRICTED, 403),
        (PostState.SUSPENDED, 403),
        (PostState.WITHHELD, 200),
    ],
)
def test_oembed_of_posts_that_are_not_simply_there(make_twin: Make, state: PostState, status: int) -> None:
    post = post_of(state=state)
    with client_of(make_twin(Population([post]))) as web:
        answer = oembed(web, post.url)
    assert answer.status_code == status
    if status == 404:
        assert answer.headers["content-type"].startswith("text/html")
    elif state is PostState.SUSPENDED:
        assert "not authorized" not in answer.text
    elif status == 403:
        assert answer.json() == {
            "error": "Sorry, you are not authorized to see this status.",
            "request": answer.request.url.raw_path.decode(),
        }


def test_oembed_errors_and_profiles(make_twin: Make) -> None:
    post = post_of()
    with client_of(make_twin(Population([post]))) as web:
        xml = oembed(web, post.url, format="xml")
        assert (xml.status_code, xml.json()) == (400, {"errors": [{"code": 356, "message": "xml not implemented"}]})
        assert oembed(web, "https://twitter.com/pier_keeper/status/1590000000000000000").status_code == 404
        assert oembed(web, f"https://twitter.com.evil.example/a/status/{post.id}").status_code == 404
        assert oembed(web, "https://twitter.com/nobody_here").status_code == 404
        profile = oembed(web, "https://twitter.com/Pier_Keeper").json()
        assert "twitter-timeline" in profile["html"]
        assert "/status/" not in profile["html"]


def test_oembed_cuts_long_posts_and_replies_lose_their_mentions(make_twin: Make) -> None:
    first = post_of("First words.")
    reply = post_of("@pier_keeper @nobody No, second words.", reply_to=first.id, created=NOON + timedelta(hours=1))
    long = post_of("word " * 100, created=NOON + timedelta(hours=2))
    with client_of(make_twin(Population([first, reply, long]))) as web:
        assert '<p lang="en" dir="ltr">No, second words.</p>' in oembed(web, reply.url).json()["html"]
        shown = oembed(web, long.url).json()["html"]
    assert f'… <a href="https://t.co/{long.note_code}">' in shown
    assert len(unescape(re.sub("<[^>]*>", "", shown))) < 400


def test_oembed_options(make_twin: Make) -> None:
    post = post_of()
    twin = make_twin(Population([post]))
    with client_of(twin) as web:
        bare = oembed(web, post.url, omit_script="1", dnt="1", theme="dark", hide_thread="true", maxwidth="100").json()
        twin.x.oembed_host, twin.x.pic_host = "x.com", "pic.x.com"
        new = oembed(web, post.url).json()
    assert bare["html"].endswith("</blockquote>")
    assert (
        '<blockquote class="twitter-tweet" data-conversation="none" data-dnt="true" data-theme="dark">' in bare["html"]
    )
    assert bare["width"] == 220
    assert new["url"].startswith("https://x.com/")
    assert "twitter.com" not in new["html"]


def test_publish_x_com_sends_to_publish_twitter_com(make_twin: Make) -> None:
    post = post_of()
    twin = make_twin(Population([post]))
    with client_of(twin) as web:
        answer = web.get("https://publish.x.com/oembed", params={"url": post.url})
        assert answer.status_code == 302
        assert answer.headers["location"] == f"https://publish.twitter.com{answer.request.url.raw_path.decode()}"
        twin.x.publish_redirects = False
        assert web.get("https://publish.x.com/oembed", params={"url": post.url}).json()["author_name"] == KEEPER.name


# -- syndication


def test_syndication_needs_a_token_and_a_number(make_twin: Make) -> None:
    post = post_of()
    with client_of(make_twin(Population([post]))) as web:
        assert syndication(web, post.id, token="").json() == {}
        assert syndication(web, post.id).json()["__typename"] == "Tweet"
        bad = syndication(web, "12ab")
        assert (bad.status_code, bad.json()) == (400, {"error": "Bad request."})
        gone = syndication(web, "1590000000000000000")
        assert gone.status_code == 404
        assert gone.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("state", [state for state in PostState if state in TOMBSTONES])
def test_syndication_tombstones(make_twin: Make, state: PostState) -> None:
    post = post_of(state=state)
    with client_of(make_twin(Population([post]))) as web:
        answer = syndication(web, post.id)
    if state is PostState.DELETED:
        assert answer.status_code == 404
    else:
        assert answer.json() == {
            "__typename": "TweetTombstone",
            "tombstone": {"text": {"text": TOMBSTONES[state]}},
        }
        assert "'" not in answer.text


def test_syndication_names_the_country_of_a_withheld_post(make_twin: Make) -> None:
    post = post_of(state=PostState.WITHHELD, withheld_in="Utopia")
    with client_of(make_twin(Population([post]))) as web:
        text = syndication(web, post.id).json()["tombstone"]["text"]["text"]
    assert "@pier_keeper has been withheld in Utopia" in text


@pytest.mark.parametrize(
    ("special", "expected"),
    [
        ("empty", {}),
        ("bare_tombstone", {"__typename": "TweetTombstone"}),
        ("deleted_tombstone", "deleted by the Post author"),
        ("unavailable_tombstone", "unavailable"),
        ("violated_tombstone", "violated the X Rules"),
        ("404", 404),
    ],
)
def test_syndication_can_say_something_else_of_a_live_post(make_twin: Make, special: str, expected: Any) -> None:
    post = post_of(syndication=special)
    with client_of(make_twin(Population([post]))) as web:
        answer = syndication(web, post.id)
        assert oembed(web, post.url).status_code == 200
    if isinstance(expected, int):
        assert answer.status_code == expected
    elif isinstance(expected, dict):
        assert answer.json() == expected
    else:
        assert expected in answer.json()["tombstone"]["text"]["text"]


def test_entities_count_code_points_and_the_display_range_utf16(make_twin: Make) -> None:
    post = post_of(
        "🌉 & 🚢 #Bridge of @pier_keeper https://t.co/AbCdEfGh12",
        media=(Picture(key="harbour1"),),
        links=(("AbCdEfGh12", "https://news.example/a?b=1"),),
    )
    with client_of(make_twin(Population([post]))) as web:
        record = syndication(web, post.id).json()
    text, entities = record["text"], record["entities"]
    assert text.startswith("🌉 &amp; 🚢 #Bridge")

    def cut(entity: dict[str, Any]) -> str:
        return str(text[slice(*entity["indices"])])

    assert cut(entities["hashtags"][0]) == "#Bridge"
    assert cut(entities["user_mentions"][0]) == "@pier_keeper"
    assert cut(entities["urls"][0]) == "https://t.co/AbCdEfGh12"
    assert entities["urls"][0]["expanded_url"] == "https://news.example/a?b=1"
    assert cut(entities["media"][0]) == f"https://t.co/{post.media_code}"
    start, end = record["display_text_range"]
    assert start == 0
    assert text.encode("utf-16-le")[: end * 2].decode("utf-16-le").endswith("AbCdEfGh12")
    assert end == len(text) - len(f" https://t.co/{post.media_code}") + 2


def test_replies_and_quotes_bring_the_other_post(make_twin: Make) -> None:
    first = post_of("First words.")
    reply = post_of("@pier_keeper Second words.", reply_to=first.id, created=NOON + timedelta(hours=1))
    quoting = post_of("Third words.", quotes=first.id, created=NOON + timedelta(hours=2))
    population = Population([first, reply, quoting])
    with client_of(make_twin(population)) as web:
        record = syndication(web, reply.id).json()
        assert record["parent"]["id_str"] == record["in_reply_to_status_id_str"] == first.id
        assert record["in_reply_to_screen_name"] == "pier_keeper"
        assert record["display_text_range"][0] == len("@pier_keeper ")
        record = syndication(web, quoting.id).json()
        assert record["quoted_tweet"]["text"] == "First words."
        assert "__typename" not in record["quoted_tweet"]
        assert record["text"] == f"Third words. https://t.co/{quoting.quote_code}"
        assert record["display_text_range"] == [0, len("Third words.")]
        population.change(first.id, state=PostState.DELETED)
        assert "quoted_tweet" not in syndication(web, quoting.id).json()
        assert "parent" not in syndication(web, reply.id).json()


def test_edited_posts_name_all_their_versions(generated_population: Population, twin: Twin, web: httpx.Client) -> None:
    stale = next(post for post in generated_population.posts if post.stale and post.state is PostState.LIVE)
    old, new = (syndication(web, version).json() for version in stale.versions)
    assert old["edit_control"]["edit_tweet_ids"] == new["edit_control"]["edit_tweet_ids"] == list(stale.versions)
    assert (old["isEdited"], old["isStaleEdit"]) == (True, True)
    assert (new["isEdited"], new["isStaleEdit"]) == (True, False)
    assert old["text"] != new["text"]
    assert new["edit_control"]["edits_remaining"] == "4"


def test_long_posts_have_a_note_and_no_long_text(make_twin: Make) -> None:
    post = post_of("A long word here. " * 30)
    with client_of(make_twin(Population([post]))) as web:
        record = syndication(web, post.id).json()
    assert set(record["note_tweet"]) == {"id"}
    assert post.id in base64.b64decode(record["note_tweet"]["id"]).decode()
    assert "… https://t.co/" in record["text"]
    assert len(record["text"]) < 310


def test_entities_come_in_the_shapes_seen_in_2026(make_twin: Make) -> None:
    post = post_of("See #Bridge")
    twin = make_twin(Population([post]))
    seen = {}
    with client_of(twin) as web:
        for shape in ("sparse", "full", "missing", "objects"):
            twin.x.entities = shape
            seen[shape] = syndication(web, post.id).json().get("entities")
    assert set(seen["sparse"]) == {"hashtags"}
    assert set(seen["full"]) == {"hashtags", "urls", "user_mentions", "symbols"}
    assert seen["missing"] is None
    assert isinstance(seen["objects"]["hashtags"], dict)


def test_a_borrowed_video_names_another_account(make_twin: Make) -> None:
    film = Picture(kind="video", key="film1", width=848, height=720, borrowed_from=("somebody", "1590000000000000000"))
    post = post_of("Look at this 😮", media=(film,))
    with client_of(make_twin(Population([post]))) as web:
        record = syndication(web, post.id).json()
    assert record["mediaDetails"][0]["expanded_url"] == "https://x.com/somebody/status/1590000000000000000/video/1"
    assert record["display_text_range"][1] == len(record["text"]) + 1


def test_the_token_is_the_one_of_the_embed_script() -> None:
    assert syndication_token("20") == "6dq1a2xwd93"
    assert syndication_token("1590173336165216257") == "3urod832spl"
    assert syndication_token("1950000000000000001") == "4q63syckx6d"


# -- pages, short links, media


def test_status_pages_say_nothing_of_the_post(make_twin: Make) -> None:
    post = post_of("Unmistakable words.")
    with client_of(make_twin(Population([post]))) as web:
        live = web.get(post.url)
        gone = web.get("https://x.com/pier_keeper/status/1590000000000000000")
        assert (live.status_code, live.text) == (200, gone.text)
        old = web.get(f"https://twitter.com/pier_keeper/status/{post.id}?s=20")
    assert "Unmistakable" not in live.text
    assert (old.status_code, old.headers["location"]) == (302, f"https://x.com/pier_keeper/status/{post.id}?s=20")


def test_status_pages_can_be_a_wall_or_a_move(make_twin: Make) -> None:
    post = post_of()
    twin = make_twin(Population([post]))
    with client_of(twin) as web:
        twin.x.page = "login"
        wall = web.get(post.url)
        assert wall.status_code == 302
        assert wall.headers["location"].startswith("https://x.com/i/flow/login?redirect_after_login=%2Fpier_keeper")
        assert web.get(wall.headers["location"]).status_code == 200
        twin.x.page = "migrate"
        assert 'content="0; url = https://twitter.com/x/migrate?tok=' in web.get(post.url).text


def test_short_links_redirect_programs_and_show_browsers_a_page(make_twin: Make) -> None:
    post = post_of(
        "See https://t.co/AbCdEfGh12",
        links=(("AbCdEfGh12", "https://news.example/a?b=1&c=2"),),
        media=(Picture(key="k1"),),
    )
    with client_of(make_twin(Population([post]))) as web:
        plain = web.get("https://t.co/AbCdEfGh12", headers={"User-Agent": "curl/8"})
        assert (plain.status_code, plain.headers["location"]) == (301, "https://news.example/a?b=1&c=2")
        page = web.get("https://t.co/AbCdEfGh12", headers={"User-Agent": "Mozilla/5.0"})
        assert page.status_code == 200
        assert 'content="0;URL=https://news.example/a?b=1&amp;c=2"' in page.text
        media = web.get(f"https://t.co/{post.media_code}")
        assert media.headers["location"] == f"https://twitter.com/pier_keeper/status/{post.id}/photo/1"
        assert web.get("https://t.co/abcdefgh12").status_code == 404


def read_png(data: bytes) -> tuple[int, int]:
    """Size of a PNG, with all checksums checked and the pixels decompressed."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, pixels, size = 8, b"", (0, 0)
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        pixels += body if kind == b"IDAT" else b""
        at += 12 + length
    assert len(zlib.decompress(pixels)) == (size[0] + 1) * size[1]
    return size


def read_jpeg(data: bytes) -> tuple[tuple[int, int], list[int]]:
    """Size of a grey JPEG and the shade of each of its blocks, decoded with the tables that stand in it."""
    at, size, tables, scale = 2, (0, 0), {}, 1
    while True:
        marker, length = struct.unpack(">xBH", data[at : at + 4])
        body, at = data[at + 4 : at + 2 + length], at + 2 + length
        if marker == 0xDB:
            scale = body[1]
        elif marker == 0xC0:
            size = (struct.unpack(">H", body[3:5])[0], struct.unpack(">H", body[1:3])[0])
        elif marker == 0xC4:
            code, values, table = 0, iter(body[17:]), {}
            for length, count in enumerate(body[1:17], 1):
                for _ in range(count):
                    table[f"{code:0{length}b}"] = next(values)
                    code += 1
                code <<= 1
            tables[body[0]] = table
        elif marker == 0xDA:
            break
    assert data.endswith(b"\xff\xd9")
    scan = data[at:-2].replace(b"\xff\x00", b"\xff")
    bits = iter(f"{int.from_bytes(scan):0{len(scan) * 8}b}")

    def symbol(table: dict[str, int]) -> int:
        word = ""
        while word not in table:
            word += next(bits)
        return table[word]

    shades, level = [], 0
    for _ in range(-(-size[0] // 8) * -(-size[1] // 8)):
        category = symbol(tables[0x00])
        word = "".join(next(bits) for _ in range(category))
        if word:
            level += int(word, 2) if word[0] == "1" else int(word, 2) - (1 << category) + 1
        assert symbol(tables[0x10]) == 0
        shades.append(level * scale // 8 + 128)
    assert set(bits) <= {"1"}
    return size, shades


def test_pictures_are_valid_and_of_their_size(make_twin: Make) -> None:
    post = post_of(media=(Picture(key="harbour1", width=320, height=200),))
    twin = make_twin(Population([post]))
    with client_of(twin) as web:
        url = syndication(web, post.id).json()["mediaDetails"][0]["media_url_https"]
        jpeg = web.get(url)
        assert jpeg.headers["content-type"] == "image/jpeg"
        size, shades = read_jpeg(jpeg.content)
        assert size == (320, 200)
        assert 3 < len(set(shades)) <= 32
        assert set(shades) <= set(hashlib.sha256(b"harbour1").digest())
        png = web.get("https://pbs.twimg.com/media/harbour1?format=png&name=large")
        assert read_png(png.content) == (320, 200)
        assert web.get("https://pbs.twimg.com/media/unknown.jpg").status_code == 404
        avatar = syndication(web, post.id).json()["user"]["profile_image_url_https"]
        assert web.get(avatar).headers["content-type"] == "image/jpeg"
        twin.population.change(post.id, state=PostState.DELETED)
        assert web.get(url).status_code == 404


def test_films_are_served_in_ranges(make_twin: Make) -> None:
    post = post_of(media=(Picture(kind="video", key="film1", width=848, height=720),))
    with client_of(make_twin(Population([post]))) as web:
        variants = syndication(web, post.id).json()["video"]["variants"]
        playlist = web.get(variants[0]["src"])
        assert playlist.text.startswith("#EXTM3U")
        url = variants[-1]["src"]
        whole = web.get(url)
        assert whole.content[4:8] == b"ftyp"
        assert whole.headers["accept-ranges"] == "bytes"
        part = web.get(url, headers={"Range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, whole.content[10:20])
        assert part.headers["content-range"] == f"bytes 10-19/{len(whole.content)}"
        assert web.get(url, headers={"Range": "bytes=-5"}).content == whole.content[-5:]
        assert web.get(url, headers={"Range": "bytes=999999-"}).status_code == 416
        assert playlist.headers["content-type"] == "application/x-mpegURL"


# -- CDX


def test_prefix_queries_are_sorted_as_strings_and_know_no_case(make_twin: Make) -> None:
    years = (2012, 2017, 2018, 2022)
    posts = [post_of(f"In {year}.", created=datetime(year, 11, 9, tzinfo=UTC), archived=("legacy",)) for year in years]
    twin = make_twin(Population(posts))
    twin.wayback.noise = False
    with client_of(twin) as web:
        rows = rows_of(cdx(web, "twitter.com/PIER_keeper/status/*"))
        ids = [row[2].rpartition("/")[2] for row in rows]
        assert ids == sorted(post.id for post in posts)
        assert ids != sorted(ids, key=int)
        assert [row[0] for row in rows] == [f"com,twitter)/pier_keeper/status/{post_id}" for post_id in ids]
        prefix = posts[3].id[:4]
        one = rows_of(cdx(web, f"twitter.com/pier_keeper/status/{prefix}", matchType="prefix"))
        assert [row[2] for row in one] == [f"https://twitter.com/pier_keeper/status/{posts[3].id}"]
        assert rows_of(cdx(web, "twitter.com/pier_keeper/status/1")) == []


def test_queries_match_exactly_by_host_and_by_domain(make_twin: Make) -> None:
    post = post_of(created=datetime(2018, 1, 1, tzinfo=UTC), archived=("legacy", "mobile", "oembed", "syndication"))
    twin = make_twin(Population([post]))
    twin.wayback.noise = False
    with client_of(twin) as web:
        assert len(rows_of(cdx(web, f"http://www.twitter.com/PIER_KEEPER/status/{post.id}/"))) == 1
        assert len(rows_of(cdx(web, "twitter.com", matchType="host"))) == 1
        assert len(rows_of(cdx(web, "*.twitter.com"))) == 3
        assert len(rows_of(cdx(web, "twitter.com", matchType="domain"))) == 3
        assert len(rows_of(cdx(web, f"cdn.syndication.twimg.com/tweet-result?id={post.id}*"))) == 1


def test_nothing_found_is_an_empty_answer(web: httpx.Client) -> None:
    assert (cdx(web, "twitter.com/nobody_here/*").status_code, cdx(web, "twitter.com/nobody_here/*").text) == (200, "")
    assert cdx(web, "twitter.com/nobody_here/*", output="json").json() == []
    assert web.get("https://web.archive.org/cdx/search/cdx").status_code == 400


def test_rows_can_be_filtered_collapsed_and_cut(twin: Twin, web: httpx.Client) -> None:
    every = "twitter.com/*"
    rows = rows_of(cdx(web, every))
    assert len(rows) > 100
    good = rows_of(cdx(web, every, filter="statuscode:200"))
    assert {row[4] for row in good} == {"200"}
    assert 0 < len(good) < len(rows)
    bad = rows_of(cdx(web, every, filter="!statuscode:200"))
    assert len(good) + len(bad) == len(rows)
    api = rows_of(cdx(web, every, filter="mimetype:application/json"))
    assert {row[3] for row in api} == {"application/json"}
    assert rows_of(cdx(web, every, filter="~original:status/1")) == [row for row in rows if "status/1" in row[2]]
    once = rows_of(cdx(web, every, collapse="urlkey"))
    assert [row[0] for row in once] == list(dict.fromkeys(row[0] for row in rows))
    assert {row[1][:4] for row in rows_of(cdx(web, every, **{"from": "2019", "to": "2019"}))} == {"2019"}
    assert rows_of(cdx(web, every, limit=7)) == rows[:7]
    assert rows_of(cdx(web, every, limit=-7)) == rows[-7:]
    assert rows_of(cdx(web, every, limit=7, offset=3)) == rows[3:10]
    fields = cdx(web, every, limit=2, fl="original,timestamp", output="json").json()
    assert fields == [["original", "timestamp"], *([row[2], row[1]] for row in rows[:2])]
    two = web.get(
        f"https://web.archive.org/cdx/search/cdx?url={every}&filter=statuscode:200&filter=!mimetype:text/html"
    )
    assert {row[3] for row in rows_of(two)} == {"application/json"}


@pytest.mark.parametrize(
    "query", [{"filter": "statuscode:("}, {"filter": "colour:red"}, {"fl": "colour"}, {"limit": "x"}]
)
def test_bad_queries_get_400(web: httpx.Client, query: dict[str, str]) -> None:
    assert cdx(web, "twitter.com/*", **query).status_code == 400


@pytest.mark.parametrize("encoded_once_more", [True, False])
def test_paging_reaches_every_url_and_ends_with_an_empty_page(web: httpx.Client, encoded_once_more: bool) -> None:
    every = rows_of(cdx(web, "twitter.com/*"))
    found: list[list[str]] = []
    key, pages = None, 0
    while pages <= len(every):
        query = {"limit": 40, "showResumeKey": "true", "to": "2099"}
        if key is not None:
            query["resumeKey"] = key if encoded_once_more else unquote_plus(key)
        answer = cdx(web, "twitter.com/*", **query)
        rows, pages = rows_of(answer), pages + 1
        if not rows:
            assert answer.text == ""
            break
        _, _, tail = answer.text.partition("\n\n")
        assert tail.endswith("\n")
        key = tail.strip()
        assert "%" in key
        assert "," not in key
        assert len(rows) <= 40
        found += rows
    assert pages == -(-len(every) // 40) + 1
    assert {tuple(row[:3]) for row in found} <= {tuple(row[:3]) for row in every}
    assert {row[0] for row in found} == {row[0] for row in every}


def test_a_key_after_the_last_page_comes_only_with_a_range_of_time(make_twin: Make) -> None:
    twin = make_twin(Population([post_of(archived=("legacy",))]))
    twin.wayback.noise = False
    with client_of(twin) as web:
        assert "\n\n" not in cdx(web, "twitter.com/*", limit=5, showResumeKey="true").text
        assert "\n\n" in cdx(web, "twitter.com/*", limit=5, showResumeKey="true", to="2099").text
        assert "\n\n" in cdx(web, "twitter.com/*", limit=1, showResumeKey="true").text
        assert cdx(web, "twitter.com/*", limit=1, showResumeKey="true", output="json").json()[-2] == []
        assert "\n\n" not in cdx(web, "twitter.com/*", limit=1).text


def test_the_index_has_the_noise_of_real_ones(twin: Twin, web: httpx.Client) -> None:
    rows = rows_of(cdx(web, "twitter.com/*"))
    lines = [" ".join(row) for row in rows]
    assert any(lines.count(line) >= 3 for line in lines)
    assert any(row[-1] == "-" for row in rows)
    assert any(row[4] == "-" and row[3] == "warc/revisit" for row in rows)
    assert any(not row[2].startswith("http") for row in rows)
    assert any(row[2].startswith("http://mailto:") for row in rows)
    assert any(row[1] == "20000012170449" for row in rows)
    originals = [row[2] for row in rows]
    for junk in ('status/"', "%22", "&quot;", "status//", "https://pbs.", "’", "…"):
        assert any(junk in original for original in originals), junk
    assert any(original.count("/status/") == 2 for original in originals)


def test_an_excluded_site_is_refused(web: httpx.Client) -> None:
    answer = cdx(web, "excluded.example/*")
    assert answer.status_code == 403
    assert "AdministrativeAccessControlException" in answer.text
    assert "x-archive-wayback-runtime-error" in answer.headers
    played = web.get("https://web.archive.org/web/2020id_/https://excluded.example/")
    assert played.status_code == 200
    assert "memento-datetime" not in played.headers


def test_the_rate_limit_counts(twin: Twin, web: httpx.Client) -> None:
    twin.wayback.rate_limit = 5
    twin.wayback.retry_after = "60"
    answers = [cdx(web, "twitter.com/nobody_here") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert answers[-1].headers["retry-after"] == "60"
    assert web.get("https://web.archive.org/web/2020id_/https://x.com/").status_code == 404


# -- playback


def test_every_kind_of_capture_plays_back(make_twin: Make) -> None:
    account = replace(KEEPER, former=(("old_keeper", NOON + timedelta(days=200)),))
    parent = post_of("Who keeps the pier?", account=account, created=NOON - timedelta(days=2000), archived=())
    post = post_of(
        "Lamps & more 🚢 #Bridge",
        account=account,
        created=NOON - timedelta(days=1500),
        reply_to=parent.id,
        media=(Picture(key="k9"),),
        archived=tuple(CAPTURE_KINDS),
    )
    twin = make_twin(Population([parent, post]))
    captures = twin.wayback.captures(post)
    assert len(captures) == len(CAPTURE_KINDS)
    with client_of(twin) as web:
        for capture in captures:
            answer = web.get(f"https://web.archive.org/web/{capture.timestamp}id_/{capture.original}")
            assert answer.status_code == capture.status
            assert answer.content == capture.body
            assert (
                stamp(
                    datetime.strptime(answer.headers["memento-datetime"], "%a, %d %b %Y %H:%M:%S %Z").replace(
                        tzinfo=UTC
                    )
                )
                == capture.timestamp
            )
            assert f'<{capture.original}>; rel="original"' in answer.headers["link"]
            assert answer.headers["x-archive-orig-server"] == "tsa_a"
            if capture.location:
                assert answer.headers["location"] == (
                    f"https://web.archive.org/web/{capture.timestamp}id_/{capture.location}"
                )


def test_the_index_and_playback_agree(twin: Twin, web: httpx.Client) -> None:
    rows = rows_of(cdx(web, "twitter.com/quay_ledger/status/*", filter="statuscode:200"))
    assert rows
    for _, timestamp, original, mimetype, status, digest, length in rows:
        if length == "-" or ":80" in original:
            continue
        answer = web.get(f"https://web.archive.org/web/{timestamp}id_/{original}")
        assert answer.status_code == int(status)
        assert answer.headers["content-type"].partition(";")[0] == mimetype
        assert base64.b32encode(hashlib.sha1(answer.content).digest()).decode() == digest


def test_legacy_pages_hold_the_post(make_twin: Make) -> None:
    post = post_of(
        'Less < more & "so" 👩🏽‍🔧 on https://t.co/AbCdEfGh12',
        created=datetime(2017, 3, 4, 23, 30, 1, 500_000, tzinfo=UTC),
        links=(("AbCdEfGh12", "https://news.example/a?b=1&c=2"),),
        archived=("legacy",),
    )
    answer = post_of("@pier_keeper Never.", created=datetime(2017, 3, 5, tzinfo=UTC), reply_to=post.id, archived=())
    page = make_twin(Population([post, answer])).wayback.captures(post)[0].body.decode()
    tweet = re.search(r'<div class="tweet permalink-tweet[^>]*>', page)[0]  # type: ignore[index]
    for attribute in (
        f'data-tweet-id="{post.id}"',
        'data-screen-name="pier_keeper"',
        'data-name="Pier Keeper &amp; Co ⚓"',
        f'data-user-id="{KEEPER.id}"',
    ):
        assert attribute in tweet
    paragraph = re.search(r'<p class="[^"]*tweet-text"[^>]*>(.*?)</p>', page, re.DOTALL)[1]  # type: ignore[index]
    assert paragraph.startswith("Less &lt; more &amp; &quot;so&quot; <img")
    assert 'alt="👩🏽‍🔧"' in paragraph
    assert 'data-expanded-url="https://news.example/a?b=1&amp;c=2"' in paragraph
    link = re.search(r"<a href=.*</a>", paragraph)[0]  # type: ignore[index]
    assert unescape(re.sub("<[^>]*>", "", link)) == "https://news.example/a?b=1&c=2"
    assert 'data-time="1488670201" data-time-ms="1488670201500"' in page
    assert f'data-tweet-id="{answer.id}"' in page
    assert "<title>Pier Keeper &amp; Co ⚓ on Twitter: &quot;" in page


def test_captures_are_under_the_handle_of_their_time(twin: Twin) -> None:
    for post in twin.population.of("FerryWatchHQ"):
        for capture in twin.wayback.captures(post):
            if "twitter.com/Ferry" in capture.original and not capture.location:
                expected = "FerryWatch/" if capture.when < datetime(2023, 3, 1, tzinfo=UTC) else "FerryWatchHQ/"
                assert expected in capture.original


def test_no_capture_is_older_than_its_post(twin: Twin) -> None:
    for post in twin.population:
        for capture in twin.wayback.captures(post):
            assert capture.when >= post.created


def test_another_time_leads_to_the_nearest_capture(make_twin: Make) -> None:
    twin = make_twin(Population([post_of()]))
    url = "https://news.example/story?x=1"
    for year in (2019, 2021, 2023):
        twin.wayback.add(url, datetime(year, 6, 1, tzinfo=UTC), f"<p>{year}</p>")
    with client_of(twin) as web:
        answer = web.get(f"https://web.archive.org/web/20210501id_/{url}")
        assert answer.status_code == 302
        assert answer.headers["location"] == f"https://web.archive.org/web/20210601000000id_/{url}"
        assert answer.headers["x-archive-redirect-reason"] == "found capture at 20210601000000"
        assert "memento-datetime" not in answer.headers
        assert web.get(answer.headers["location"]).text == "<p>2021</p>"
        gate = web.get(
            f"https://web.archive.org/web/{url}", headers={"Accept-Datetime": "Sat, 01 Jun 2019 00:00:00 GMT"}
        )
        assert "<p>2019</p>" in gate.text
        last = web.get(f"https://web.archive.org/web/2023id_/{url}")
        assert "20230601000000" in last.headers["location"]


def test_link_names_the_neighbours(make_twin: Make) -> None:
    twin = make_twin(Population([post_of()]))
    for year in (2018, 2019, 2020, 2021, 2022):
        twin.wayback.add("https://news.example/a", datetime(year, 1, 1, tzinfo=UTC), "a")
    relations = {}
    with client_of(twin) as web:
        for year in (2018, 2019, 2020, 2022):
            link = web.get(f"https://web.archive.org/web/{year}0101000000id_/https://news.example/a").headers["link"]
            relations[year] = re.findall(r'/web/(\d{4})\d{10}/[^>]*>; rel="([^"]*memento)"', link)
        only = web.get("https://web.archive.org/web/timemap/link/https://news.example/a").text
    assert relations[2018] == [
        ("2018", "first memento"),
        ("2018", "memento"),
        ("2019", "next memento"),
        ("2022", "last memento"),
    ]
    assert relations[2019] == [
        ("2018", "prev first memento"),
        ("2019", "memento"),
        ("2020", "next memento"),
        ("2022", "last memento"),
    ]
    assert [rel for _, rel in relations[2020]] == [
        "first memento",
        "prev memento",
        "memento",
        "next memento",
        "last memento",
    ]
    assert [rel for _, rel in relations[2022]][-2:] == ["memento", "last memento"]
    assert only.count('rel="memento"') == 5


def test_what_is_not_archived_gets_404_without_a_memento_datetime(web: httpx.Client) -> None:
    answer = web.get("https://web.archive.org/web/20200101000000id_/https://nowhere.example/")
    assert answer.status_code == 404
    assert "memento-datetime" not in answer.headers
    assert answer.headers["content-type"].startswith("text/html")


def test_an_archived_404_is_told_from_the_archives_own(make_twin: Make) -> None:
    twin = make_twin(Population([post_of(created=datetime(2015, 1, 1, tzinfo=UTC), archived=("gone",))]))
    capture = twin.wayback.captures(twin.population.posts[0])[0]
    with client_of(twin) as web:
        answer = web.get(f"https://web.archive.org/web/{capture.timestamp}id_/{capture.original}")
    assert (answer.status_code, "memento-datetime" in answer.headers) == (404, True)
    assert "that page doesn’t exist" in answer.text


def test_view_mode_is_rewritten_and_raw_mode_is_not(make_twin: Make) -> None:
    twin = make_twin(Population([post_of()]))
    body = '<html><body class="a"><a href="https://x.com/a">a</a></body></html>'
    twin.wayback.add("https://news.example/a", datetime(2020, 1, 1, tzinfo=UTC), body)
    with client_of(twin) as web:
        assert web.get("https://web.archive.org/web/20200101000000id_/https://news.example/a").text == body
        shown = web.get("https://web.archive.org/web/20200101000000/https://news.example/a")
    assert "WAYBACK TOOLBAR" in shown.text
    assert 'href="https://web.archive.org/web/20200101000000/https://x.com/a"' in shown.text
    assert shown.headers["x-archive-guessed-charset"] == "utf-8"


def test_rows_without_playback_and_the_availability_api(make_twin: Make) -> None:
    twin = make_twin(Population([post_of(created=datetime(2016, 5, 5, tzinfo=UTC), archived=("legacy",))]))
    twin.wayback.add_row(
        Row(urlkey="example,odd)/", timestamp="20200101000000", original="http://odd.example/", length="-")
    )
    post = twin.population.posts[0]
    with client_of(twin) as web:
        assert rows_of(cdx(web, "odd.example/"))[0][-1] == "-"
        there = web.get(
            "https://archive.org/wayback/available", params={"url": f"twitter.com/pier_keeper/status/{post.id}"}
        )
        closest = there.json()["archived_snapshots"]["closest"]
        assert closest["url"].startswith("http://web.archive.org/web/2016")
        none = web.get("https://archive.org/wayback/available", params={"url": "nowhere.example"})
        assert none.json()["archived_snapshots"] == {}


# -- news


def test_news_pages_show_what_they_cite(twin: Twin, web: httpx.Client) -> None:
    kinds = set()
    for page in twin.news.pages.values():
        answer = web.get(page.url)
        text = answer.content.decode(page.charset)
        kinds.add(page.kind)
        for post_id in page.cites:
            post = twin.population[post_id]
            if page.kind == "embeds":
                assert f'/{post.handle}/status/{post_id}?ref_src=twsrc%5Etfw">' in text
            elif page.kind == "link":
                assert f"/status/{post_id}?s=20" in text
            else:
                sign = "@" if page.kind == "flattened" else ""
                assert f"({sign}{post.handle}) {post.day:%B} {post.day.day}, {post.day.year}</p>" in text
                assert "twitter-tweet" not in text
        assert "<footer>" in text
    assert kinds == {"embeds", "flattened", "flattened-bare", "link", "none"}
    assert {page.charset for page in twin.news.pages.values()} >= {"utf-8", "windows-1251", "iso-8859-1"}


def test_a_page_in_an_older_charset_says_so_only_in_its_markup(twin: Twin, web: httpx.Client) -> None:
    page = twin.news.pages["ukrainian"]
    answer = web.get(page.url)
    assert answer.headers["content-type"] == "text/html"
    assert b'<meta charset="windows-1251">' in answer.content
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode("utf-8")


def test_a_page_keeps_its_embed_when_the_post_is_gone(twin: Twin, web: httpx.Client) -> None:
    page = twin.news.pages["embeds"]
    twin.population.change(page.cites[0], state=PostState.DELETED)
    assert page.cites[0] in web.get(page.url).text
    assert oembed(web, twin.population[page.cites[0]].url).status_code == 404


def test_an_article_of_ones_own(twin: Twin, web: httpx.Client) -> None:
    twin.news.add("mine", "https://news.example/mine.html", "<p>mine</p>")
    assert web.get("https://news.example/mine.html").text == "<p>mine</p>"


def test_big_bodies_are_streamed(twin: Twin, web: httpx.Client) -> None:
    for more in ("", "&chunked=1"):
        size = 0
        with web.stream("GET", f"https://news.example/big?bytes=3000001{more}") as answer:
            assert ("content-length" in answer.headers) is not bool(more)
            for piece in answer.iter_raw():
                size += len(piece)
        assert size == 3_000_001


def test_numbered_pages_are_distinct_and_of_one_size(web: httpx.Client) -> None:
    pages = [web.get(f"https://news.example/page/{number}").content for number in range(5)]
    assert len(set(pages)) == 5
    assert all(29_000 < len(page) < 33_000 for page in pages)
    assert web.get("https://news.example/page/3").content == pages[3]


# -- faults


def status_of(web: httpx.Client, url: str = "https://news.example/page/1") -> int:
    return web.get(url).status_code


def test_faults_strike_where_when_and_as_often_as_said(twin: Twin, web: httpx.Client) -> None:
    injected = twin.fault("news.example", Fault.UNAVAILABLE, times=2, after=1, path="/page/1", retry_after=7)
    assert [status_of(web) for _ in range(4)] == [200, 503, 503, 200]
    assert status_of(web, "https://news.example/page/2") == 200
    assert status_of(web, "https://zeitung.example/page/1") == 200
    assert injected.hits == 2
    twin.fault("*", Fault.SERVER_ERROR, path="/page/2")
    assert status_of(web, "https://zeitung.example/page/2") == 500
    twin.clear_faults()
    assert status_of(web, "https://zeitung.example/page/2") == 200


def test_faults_queue_up(twin: Twin, web: httpx.Client) -> None:
    twin.fault("news.example", Fault.TOO_MANY, times=1)
    twin.fault("news.example", Fault.GATEWAY_TIMEOUT, times=1)
    assert [status_of(web) for _ in range(3)] == [429, 504, 200]


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.UNAVAILABLE])
def test_retry_after_is_there_only_when_asked_for(twin: Twin, web: httpx.Client, fault: Fault) -> None:
    twin.fault("t.co", fault, times=1, retry_after=3)
    twin.fault("t.co", fault, times=1)
    assert web.get("https://t.co/a").headers["retry-after"] == "3"
    assert "retry-after" not in web.get("https://t.co/a").headers


def test_redirect_faults(twin: Twin, web: httpx.Client) -> None:
    twin.fault("x.com", Fault.LOGIN_WALL, times=1)
    assert web.get("https://x.com/a/status/1").headers["location"] == "https://x.com/i/flow/login"
    twin.fault("x.com", Fault.REDIRECT_LOOP, times=1)
    assert web.get("https://x.com/a/status/1?b").headers["location"] == "https://x.com/a/status/1?b"
    for target in PRIVATE_TARGETS:
        twin.fault("x.com", Fault.REDIRECT, times=1, target=target)
        assert f"location: {target}\r\n".encode() in raw(twin, "x.com", get("x.com", "/"))
    twin.fault("x.com", Fault.REDIRECT, times=1)
    private = web.get("https://x.com/").headers["location"]
    assert private == f"http://127.0.0.1:{twin.http_port}/private"
    assert twin.hits("127.0.0.1") == []
    assert "private" in web.get(private).text
    assert len(twin.hits("127.0.0.1")) == 1


def test_a_forbidden_answer_is_a_page(twin: Twin, web: httpx.Client) -> None:
    twin.fault("cdn.syndication.twimg.com", Fault.FORBIDDEN)
    answer = syndication(web, "20")
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.CUT, httpx.RemoteProtocolError),
        (Fault.CUT_CHUNKED, httpx.RemoteProtocolError),
        (Fault.BAD_GZIP, httpx.DecodingError),
        (Fault.ENDLESS_HEADERS, httpx.RemoteProtocolError),
        (Fault.GARBAGE, httpx.RemoteProtocolError),
        (Fault.CLOSE, httpx.RemoteProtocolError),
        (Fault.RESET, httpx.TransportError),
        (Fault.TLS_WRONG_HOST, httpx.ConnectError),
        (Fault.TLS_EXPIRED, httpx.ConnectError),
        (Fault.TLS_SELF_SIGNED, httpx.ConnectError),
    ],
)
def test_broken_answers_break_an_ordinary_client(twin: Twin, fault: Fault, error: type[Exception]) -> None:
    injected = twin.fault("news.example", fault)
    with client_of(twin) as web:
        with pytest.raises(error):
            web.get("https://news.example/page/1")
        assert injected.hits == 1
        twin.clear_faults()
        assert status_of(web) == 200


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.TLS_WRONG_HOST, "Hostname mismatch"),
        (Fault.TLS_EXPIRED, "has expired"),
        (Fault.TLS_SELF_SIGNED, "self-signed|self signed"),
    ],
)
def test_bad_certificates_are_bad_in_the_way_they_say(twin: Twin, web: httpx.Client, fault: Fault, words: str) -> None:
    assert web.get("https://x.com/").status_code == 200
    twin.fault("x.com", fault)
    with pytest.raises(httpx.ConnectError, match=words):
        web.get("https://x.com/")
    assert len(twin.log) == 1


@pytest.mark.parametrize("fault", [Fault.STALL, Fault.STALL_BODY])
def test_stalls_wait_longer_than_a_client_does(twin: Twin, fault: Fault) -> None:
    twin.fault("news.example", fault)
    with client_of(twin) as web, pytest.raises(httpx.ReadTimeout):
        web.get("https://news.example/page/1", timeout=0.1)


def test_a_slow_answer_comes_in_small_pieces_and_whole(twin: Twin, web: httpx.Client) -> None:
    whole = web.get("https://t.co/none").content
    twin.fault("t.co", Fault.SLOW, piece=8, delay=0.001)
    with web.stream("GET", "https://t.co/none") as answer:
        pieces = list(answer.iter_raw())
    assert b"".join(pieces) == whole
    assert max(map(len, pieces)) < len(whole)


def test_wrong_lengths_on_the_wire(twin: Twin) -> None:
    path = "/page/1"
    whole = raw(twin, "news.example", get("news.example", path)).partition(b"\r\n\r\n")[2]
    twin.fault("news.example", Fault.CUT, times=1)
    twin.fault("news.example", Fault.LONG, times=1)
    twin.fault("news.example", Fault.CUT_CHUNKED, times=1)
    twin.fault("news.example", Fault.HTTP10, times=1)
    twin.fault("news.example", Fault.EARLY_HINTS, times=1)
    twin.fault("news.example", Fault.CONTINUE, times=1)
    cut, long, chunked, old, hinted, continued = (
        raw(twin, "news.example", get("news.example", path)).partition(b"\r\n\r\n") for _ in range(6)
    )
    assert b"Content-Length: %d" % len(whole) in cut[0]
    assert cut[2] == whole[: len(whole) // 2]
    assert b"Content-Length: %d" % len(whole) in long[0]
    assert long[2].startswith(whole)
    assert len(long[2]) > len(whole)
    assert b"Transfer-Encoding: chunked" in chunked[0]
    assert not chunked[2].endswith(b"0\r\n\r\n")
    assert old[0].startswith(b"HTTP/1.0 200 OK")
    assert b"Content-Length" not in old[0]
    assert old[2] == whole
    assert hinted[0].startswith(b"HTTP/1.1 103 Early Hints\r\nlink:")
    assert hinted[2].startswith(b"HTTP/1.1 200 OK")
    assert continued[0] == b"HTTP/1.1 100 Continue"
    assert continued[2].endswith(whole)


def test_a_reset_is_one(twin: Twin) -> None:
    # In plain HTTP: some Python versions report a reset under TLS as an end of file.
    twin.fault("news.example", Fault.RESET)
    with pytest.raises(ConnectionResetError):
        raw(twin, "news.example", get("news.example", "/page/1"), secure=False)


def test_a_cut_can_be_abrupt(twin: Twin) -> None:
    twin.fault("news.example", Fault.CUT, abrupt=True)
    with pytest.raises(ssl.SSLError, match=r"(?i)eof"):
        raw(twin, "news.example", get("news.example", "/page/1"))


def test_a_gzip_bomb_is_small_on_the_wire(twin: Twin) -> None:
    twin.fault("news.example", Fault.GZIP_BOMB, size=64 << 20)
    body = raw(twin, "news.example", get("news.example", "/page/1")).partition(b"\r\n\r\n")[2]
    assert len(body) < 100_000
    decoder, size = zlib.decompressobj(31), 0
    while body:
        size += len(decoder.decompress(body))
        body, decoder = decoder.unused_data, zlib.decompressobj(31)
    assert size == 64 << 20


def test_endless_headers_end_at_the_size_said(twin: Twin) -> None:
    twin.fault("news.example", Fault.ENDLESS_HEADERS, size=200_000)
    answer = raw(twin, "news.example", get("news.example", "/"))
    assert 150_000 < len(answer) <= 220_000
    assert b"\r\n\r\n" not in answer


# -- compared with recordings


def recorded(recordings: Path, folder: str) -> list[dict[str, Any]]:
    lines = (recordings / "index.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["file"].startswith(folder)]
    assert rows
    return rows


def shape(value: Any) -> Any:
    """Types in the place of values; member order kept; of a list the distinct shapes."""
    if isinstance(value, dict):
        return [(key, shape(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        distinct: list[Any] = []
        for inner in map(shape, value):
            if inner not in distinct:
                distinct.append(inner)
        return ["list", distinct]
    return type(value).__name__


def header_names(headers: Any) -> set[str]:
    return {name.lower() for name in headers}


VOLATILE = {"content-encoding", "content-length", "transfer-encoding", "content-location", "x-request-time", "x-as"}
"""What depends on the client or was added by the library that recorded."""


def test_oembed_has_the_recorded_shape(recordings: Path, web: httpx.Client, twin: Twin) -> None:
    post = twin.population.where(state=PostState.LIVE, lang="es")[0]
    answer = oembed(web, post.url)
    rows = recorded(recordings, "x/oembed/")
    for row in rows:
        record = json.loads((recordings / row["file"]).read_text("utf-8"))
        assert shape(answer.json()) == shape(record), row["file"]
    headers = [header_names(row["headers"]) - VOLATILE - {"location"} for row in rows if row.get("headers")]
    mine = header_names(answer.headers) - VOLATILE
    for names in headers:
        assert names <= mine
    assert mine <= set().union(*headers)
    recent = next(row for row in rows if "publish.x.com" in row["file"])
    html = json.loads((recordings / recent["file"]).read_text("utf-8"))["html"]
    tail = re.compile(r'</p>&mdash; .+ \(@\w+\) <a href="https://twitter\.com/\w+/status/\d+\?ref_src=twsrc%5Etfw">')
    assert tail.search(html)
    assert tail.search(answer.json()["html"])
    assert html.partition("</blockquote>")[2] == answer.json()["html"].partition("</blockquote>")[2]


def test_syndication_has_the_recorded_shape(recordings: Path, make_twin: Make) -> None:
    film = Picture(kind="video", key="film1", width=848, height=720, borrowed_from=("somebody", "2089067810605719706"))
    post = post_of("Look at this 😮", media=(film,))
    name = "x/syndication/2089067915303649684_video_of_another_account.json"
    record = json.loads((recordings / name).read_text("utf-8"))
    with client_of(make_twin(Population([post]))) as web:
        mine = syndication(web, post.id).json()
    assert shape(mine) == shape(record)


def test_inner_posts_have_the_declared_members(recordings: Path, make_twin: Make) -> None:
    folder = recordings / "x/syndication_types"
    declared: dict[str, dict[str, bool]] = {}
    for name in ("tweet", "photo", "user"):
        text = re.sub(r"/\*.*?\*/", "", (folder / f"react-tweet_{name}.ts").read_text("utf-8"), flags=re.DOTALL)
        for interface, body in re.findall(r"export interface (\w+)[^{]*\{(.*?)\n\}", text, re.DOTALL):
            declared[interface] = {
                member: optional == "?" for member, optional in re.findall(r"^  (\w+)(\??):", body, re.MULTILINE)
            }
    first = post_of("First words.", media=(Picture(key="k1"),))
    reply = post_of("@pier_keeper Second.", reply_to=first.id, quotes=first.id, created=NOON + timedelta(hours=1))
    twin = make_twin(Population([first, reply]))
    twin.x.entities = "full"
    with client_of(twin) as web:
        record = syndication(web, reply.id).json()
        photo = syndication(web, first.id).json()["photos"][0]
    base = declared["TweetBase"]
    for value, kind in (
        (record, base | declared["Tweet"]),
        (record["parent"], base | declared["TweetParent"]),
        (record["quoted_tweet"], base | declared["QuotedTweet"]),
        (photo, declared["TweetPhoto"]),
        (record["user"], declared["TweetUser"]),
    ):
        assert set(value) <= set(kind)
        assert {member for member, optional in kind.items() if not optional} <= set(value)


def test_tokens_are_those_of_a_javascript_engine(recordings: Path) -> None:
    vectors = json.loads((recordings / "x/syndication/token_vectors.json").read_text("utf-8"))["vectors"]
    assert vectors
    for post_id, token in vectors:
        assert syndication_token(post_id) == token


def test_status_pages_have_the_recorded_headers(recordings: Path, twin: Twin, web: httpx.Client) -> None:
    (row,) = recorded(recordings, "x/page/")
    names = header_names(row["headers"]) - VOLATILE
    twin.x.page = "migrate"
    page = web.get("https://x.com/quay_ledger/status/1")
    moved = web.get("https://twitter.com/quay_ledger/status/1")
    assert header_names(page.headers) - VOLATILE == names - {"location"}
    assert header_names(moved.headers) - VOLATILE == names
    marks = re.compile(
        r'<meta http-equiv="refresh" content="0; url = https://twitter\.com/x/migrate\?tok=[0-9a-f]+" />'
    )
    assert marks.search((recordings / row["file"]).read_text("utf-8"))
    assert marks.search(page.text)


def test_cdx_answers_have_the_recorded_shape(recordings: Path, web: httpx.Client) -> None:
    answer = cdx(web, "twitter.com/*", limit=5, showResumeKey="true")
    rows = recorded(recordings, "wayback/cdx_text/")
    assert header_names(answer.headers) - VOLATILE == header_names(rows[0]["headers"]) - VOLATILE
    assert answer.headers["content-type"] == rows[0]["headers"]["Content-Type"]
    assert answer.headers["transfer-encoding"] == rows[0]["headers"]["Transfer-Encoding"]
    page = re.compile(r"(?:\S+ \d{14} \S+ \S+ (?:\d{3}|-) [A-Z2-7]{32} (?:\d+|-)\n)+\n[\w%+.-]+\n", re.ASCII)
    assert page.fullmatch(answer.text)
    for row in rows:
        assert page.fullmatch((recordings / row["file"]).read_text("utf-8")), row["file"]


def test_resume_keys_are_those_recorded(recordings: Path) -> None:
    for row in recorded(recordings, "wayback/cdx_text/"):
        lines, _, key = (recordings / row["file"]).read_text("utf-8").strip().partition("\n\n")
        urlkey, timestamp, original, *_ = lines.splitlines()[-1].split(" ")
        assert resume_key_after(Row(urlkey=urlkey, timestamp=timestamp, original=original)) == key


def test_mementos_have_the_recorded_headers(recordings: Path, make_twin: Make) -> None:
    twin = make_twin(Population([post_of()]))
    for year in (2018, 2019, 2020):
        twin.wayback.add("https://news.example/a", datetime(year, 1, 1, tzinfo=UTC), "<p>a</p>")
    rows = [row for row in recorded(recordings, "wayback/memento/") if row.get("headers")]

    def names(headers: Any) -> set[str]:
        return {name for name in header_names(headers) if not name.startswith("x-archive-orig-")} - VOLATILE

    def compare(mine: httpx.Response, theirs: list[dict[str, Any]]) -> None:
        recent = [row for row in theirs if row["headers"]["Date"][12:16] >= "2022"]
        assert recent
        for row in recent:
            assert names(row["headers"]) - names(mine.headers) <= {"cache-control"}, row["file"]
        assert names(mine.headers) <= set().union(*(names(row["headers"]) for row in theirs))

    site = "https://web.archive.org/web/"
    with client_of(twin) as web:
        memento = web.get(f"{site}20190101000000id_/https://news.example/a")
        compare(memento, [row for row in rows if row["status"] == 200 and "id_/" in row["request_url"]])
        nearest = web.get(f"{site}20190202000000id_/https://news.example/a")
        compare(nearest, [row for row in rows if row["status"] == 302])
        missing = web.get(f"{site}2019id_/https://nowhere.example/")
    own_404 = next(row for row in rows if "raises_no_memento_error_00_404" in row["file"])
    assert names(missing.headers) >= names(own_404["headers"]) - {"server-timing"}
    assert "memento-datetime" not in names(missing.headers) | names(own_404["headers"])
    entry = (
        r'<[^>]+>; rel="[a-z ]+"(?:; type="application/link-format"|; datetime="\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT")?'
    )
    link = re.compile(rf"{entry}(?:, {entry})+")
    assert link.fullmatch(memento.headers["link"])
    for row in rows:
        recorded_link = row["headers"].get("link") or row["headers"].get("Link")
        assert recorded_link is None or link.fullmatch(recorded_link), row["file"]


def test_archived_api_answers_have_the_recorded_members(recordings: Path, make_twin: Make) -> None:
    post = post_of("See this", media=(Picture(key="k1"),), archived=("json1", "json2"))
    v1, v2 = (json.loads(capture.body) for capture in make_twin(Population([post])).wayback.captures(post))
    record = json.loads((recordings / "x/api_v1/tweepy_testusertimeline_0.json").read_text("utf-8"))[0]
    assert list(v1) == list(record)
    assert shape(v1["entities"]) == shape(record["entities"])
    optional = {"profile_banner_url"}
    assert list(v1["user"]) == [member for member in record["user"] if member not in optional]
    assert v2["data"]["id"] == post.id
    assert v2["includes"]["users"][0]["username"] == "pier_keeper"
