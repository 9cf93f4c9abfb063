"""The configuration: what is read from where, and how each mistake in it is answered.

Invariant of the fuzz test: whatever a file holds, `read_settings` gives Settings or a one-line ConfigError.
"""

from __future__ import annotations

import pickle
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.config import (
    Setting,
    Settings,
    all_settings,
    default_toml,
    load_settings,
    parse_host_port,
    parse_seconds,
    parse_size,
    read_settings,
    settings_source,
)
from archiver.errors import ConfigError, ExitCode
from archiver.version import __version__

ROOT = Path(__file__).parents[1]


def read(toml: str) -> Settings:
    return read_settings(tomllib.loads(toml))


def refusal(toml: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(toml)
    return str(caught.value)


@pytest.fixture
def user_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's configuration file, in a folder of this test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    folder = tmp_path / "user" / "archiver"
    folder.mkdir(parents=True)
    return folder / "config.toml"


def attempt(call: Callable[[], Any], expected: type[Exception]) -> Any:
    """What the call returns or, where it raises what it may raise, the message."""
    try:
        return call()
    except expected as error:
        return str(error)


class TestShippedFile:
    def test_is_current(self) -> None:
        shipped = (ROOT / "config.toml").read_text(encoding="utf-8")
        assert shipped == default_toml(), "renew it: python -m docs.generate"

    def test_says_what_the_defaults_are(self) -> None:
        assert load_settings(ROOT / "config.toml") == Settings()

    def test_has_every_setting_under_its_doc_line(self) -> None:
        text = default_toml()
        parsed = tomllib.loads(text)
        flowing = " ".join(line.removeprefix("# ") for line in text.splitlines())
        settings = list(all_settings())
        assert len(settings) > 30
        for setting in settings:
            assert setting.name in parsed[setting.section], setting.key
            assert len(setting.doc) > 15, setting.key
            assert setting.doc in flowing, setting.key

    def test_its_examples_can_be_taken_as_they_are(self) -> None:
        settings = read(
            '[web]\nallow_addresses = ["10.20.0.0/16"]\n'
            '[web.connect_to]\n"example.org:443" = "127.0.0.1:8443"\n[audit.control]\nx = "20"\n'
        )
        assert settings.web.allow_addresses == ("10.20.0.0/16",)
        for example in ('["10.20.0.0/16"]', '"example.org:443" = "127.0.0.1:8443"', 'x = "20"'):
            assert f"# Example: {example}\n" in default_toml()


class TestWhichFile:
    def test_none_is_needed(self, tmp_path: Path, user_config: Path) -> None:
        assert settings_source(env={}, cwd=tmp_path) is None
        assert load_settings(env={}, cwd=tmp_path) == Settings()

    def test_first_that_exists_is_used_alone(self, tmp_path: Path, user_config: Path) -> None:
        named, env_file, local = tmp_path / "named.toml", tmp_path / "env.toml", tmp_path / "config.toml"
        env = {"ARCHIVER_CONFIG": str(env_file)}
        user_config.write_text("[replay]\nport = 1\n[web]\nthreads = 9\n")
        assert load_settings(env={}, cwd=tmp_path).replay.port == 1
        local.write_text("[replay]\nport = 2\n")
        settings = load_settings(env={}, cwd=tmp_path)
        assert (settings.replay.port, settings.web.threads) == (2, Settings().web.threads)
        env_file.write_text("[replay]\nport = 3\n")
        assert load_settings(env=env, cwd=tmp_path).replay.port == 3
        named.write_text("[replay]\nport = 4\n")
        assert load_settings(named, env=env, cwd=tmp_path).replay.port == 4
        assert settings_source(Path("named.toml"), env=env, cwd=tmp_path) == named

    @pytest.mark.parametrize(
        ("path", "env", "culprit"),
        [(Path("gone.toml"), {}, "--config"), (None, {"ARCHIVER_CONFIG": "gone.toml"}, "ARCHIVER_CONFIG")],
    )
    def test_a_named_file_must_exist(
        self, tmp_path: Path, path: Path | None, env: dict[str, str], culprit: str
    ) -> None:
        (tmp_path / "config.toml").write_text("")
        with pytest.raises(ConfigError, match=r"gone\.toml: no such configuration file") as caught:
            load_settings(path, env=env, cwd=tmp_path)
        assert culprit in str(caught.value)
        assert caught.value.exit_code == ExitCode.USAGE

    def test_an_empty_variable_names_nothing(self, tmp_path: Path, user_config: Path) -> None:
        assert load_settings(env={"ARCHIVER_CONFIG": ""}, cwd=tmp_path) == Settings()

    def test_the_environment_of_the_process_counts(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "some.toml").write_text("[replay]\nport = 5\n")
        monkeypatch.setenv("ARCHIVER_CONFIG", str(tmp_path / "some.toml"))
        assert load_settings().replay.port == 5


class TestUnreadableFile:
    def load(self, tmp_path: Path, data: bytes) -> str:
        path = tmp_path / "broken.toml"
        path.write_bytes(data)
        with pytest.raises(ConfigError) as caught:
            load_settings(path)
        message = str(caught.value)
        assert message.startswith(f"{path}: ")
        assert "\n" not in message
        return message

    def test_broken_toml_names_the_line(self, tmp_path: Path) -> None:
        assert "line 3" in self.load(tmp_path, b"[web]\nthreads = 2\nretries == 3\n")

    def test_wrong_encoding_names_the_line(self, tmp_path: Path) -> None:
        assert "not UTF-8 (at line 2)" in self.load(tmp_path, b"[web]\ncontact = 'caf\xe9'\n")

    def test_a_byte_order_mark_is_no_fault(self, tmp_path: Path) -> None:
        path = tmp_path / "windows.toml"
        path.write_bytes(b"\xef\xbb\xbf[web]\r\nthreads = 2\r\n")
        assert load_settings(path).web.threads == 2

    def test_a_folder_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="cannot be read"):
            load_settings(tmp_path)

    def test_a_file_without_end_is_refused(self) -> None:
        with pytest.raises(ConfigError, match="too long"):
            load_settings(Path("/dev/zero"))

    def test_deep_nesting_is_refused(self, tmp_path: Path) -> None:
        self.load(tmp_path, b"a = " + b"[" * 100_000)


class TestUnknownKey:
    @pytest.mark.parametrize(
        ("toml", "key", "nearest"),
        [
            ("[web]\nretrys = 1", "web.retrys", "web.retries"),
            ("[archive]\nretries = 1", "archive.retries", "web.retries"),
            ("[captures]\nmedia = true", "captures", "capture"),
            ("threads = 1", "threads", "web.threads"),
            ("[web.rate]\n'*' = 1", "web.rate", "web.rates"),
        ],
    )
    def test_names_the_nearest(self, toml: str, key: str, nearest: str) -> None:
        assert f"config.toml: unknown setting {key} (did you mean {nearest}?)" == refusal(toml)

    def test_lists_the_known_when_nothing_is_near(self) -> None:
        assert refusal("[replay]\nzzzzzz = 1") == "config.toml: unknown setting replay.zzzzzz (known: host, port)"


class TestWrongValue:
    @pytest.mark.parametrize(
        ("toml", "message"),
        [
            ("[web]\nthreads = 'four'", "web.threads is 'four'; wanted: a whole number"),
            ("[web]\nthreads = true", "web.threads is True; wanted: a whole number"),
            ("[web]\nthreads = 2.5", "web.threads is 2.5; wanted: a whole number"),
            ("[web]\nthreads = 0", "web.threads is 0; wanted: a whole number >= 1"),
            ("[web]\nthreads = 65", "web.threads is 65; wanted: a whole number <= 64"),
            ("[web]\nread_timeout = 'soon'", "web.read_timeout is 'soon'; wanted: a duration: seconds"),
            ("[web]\nread_timeout = inf", "web.read_timeout is inf; wanted: a duration: seconds"),
            ("[web]\nread_timeout = 0", "web.read_timeout is 0; wanted: a number > 0"),
            ("[web]\nmax_bytes = '1.5 B'", "web.max_bytes is '1.5 B'; wanted: a size"),
            ("[web]\nmax_bytes = '5 furlongs'", "web.max_bytes is '5 furlongs'; wanted: a size"),
            ('[web]\nuser_agent = "a\\r\\nX: b"', "wanted: printable ASCII text"),
            ("[web]\ncontact = ''", "web.contact is ''; wanted: printable ASCII text, at least one"),
            ("[web]\nallow_addresses = '10.0.0.0/8'", "wanted: a list of networks"),
            ("[web]\nallow_addresses = ['10.0.0.1/8']", "10.0.0.1/8 has host bits set"),
            ("[web.connect_to]\n'http://a/' = 'b'", 'wanted: "host", "host:port"'),
            ("[web.connect_to]\na = 1", "wanted: for 'a' an address with a port"),
            ("[web.connect_to]\na = 'b'", "wanted: for 'a' an address with a port"),
            ("[web.rates]\na = 0", "web.rates is {'a': 0}; wanted: a number > 0"),
            ("[web.rates]\n'a:80' = 1", "wanted: host names without port"),
            ("[web]\nrates = 3", 'web.rates is 3; wanted: lines such as "example.org" = 30'),
            ("[resolve]\naccept_score = nan", "resolve.accept_score is nan; wanted: a number"),
            ("[capture]\nmedia = 'yes'", "capture.media is 'yes'; wanted: true or false"),
            ("[audit.control]\nx = 20", "audit.control is {'x': 20}; wanted: text"),
            ("[replay]\nhost = ''", "replay.host is ''; wanted: text of length >= 1"),
            ("[archive]\ndir = 3", "archive.dir is 3; wanted: a path as text"),
            ("[signing]\nidentity = 'me'", 'signing.identity is \'me\'; wanted: "none", "anonymous" or "domain"'),
            ("[signing]\ntrusted_tsa = 'a.pem'", "signing.trusted_tsa is 'a.pem'; wanted: a list of paths"),
            ("web = 3", "web is 3; wanted: a section, [web]"),
        ],
    )
    def test_says_what_stands_there_and_what_is_wanted(self, toml: str, message: str) -> None:
        assert message in refusal(toml)

    def test_a_long_value_is_shortened(self) -> None:
        assert len(refusal(f"[web]\nthreads = '{'x ' * 5000}'")) < 200


class TestValues:
    @pytest.mark.parametrize(
        ("value", "size"),
        [
            (5, 5),
            ("5", 5),
            ("1 kB", 1000),
            ("1KiB", 1024),
            ("64 MiB", 64 << 20),
            ("1.5 GB", 1_500_000_000),
            ("1_000", 1000),
        ],
    )
    def test_sizes(self, value: object, size: int) -> None:
        assert parse_size(value) == size

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [(5, 5.0), (0.5, 0.5), ("500 ms", 0.5), ("5 min", 300.0), ("1.5 h", 5400.0), ("2 days", 172800.0)],
    )
    def test_durations(self, value: object, seconds: float) -> None:
        assert parse_seconds(value) == seconds

    @pytest.mark.parametrize(
        ("text", "result"),
        [
            ("Example.ORG", ("example.org", None)),
            ("example.org:443", ("example.org", 443)),
            ("[::1]:8443", ("::1", 8443)),
            ("[2001:DB8:0::1]", ("2001:db8::1", None)),
        ],
    )
    def test_hosts_and_ports(self, text: str, result: tuple[str, int | None]) -> None:
        assert parse_host_port(text) == result

    @pytest.mark.parametrize(
        "text", ["", ":80", "a:0", "a:65536", "a:", "a:b", "::1", "[::1", "[x]:1", "a b", "a/b", "x[::1]:1", "a:٣"]
    )
    def test_what_is_no_host_and_port(self, text: str) -> None:
        with pytest.raises(ValueError, match="host:port"):
            parse_host_port(text)

    def test_tables_are_laid_over_the_defaults(self) -> None:
        rates = read("[web.rates]\n'Example.org' = 6\n'publish.twitter.com' = 10").web.rates
        assert rates == {**Settings().web.rates, "example.org": 6.0, "publish.twitter.com": 10.0}
        assert Settings().web.rates["web.archive.org"] == 24  # its index allows 30 a minute

    def test_hosts_are_compared_in_lower_case(self) -> None:
        web = read("[web.connect_to]\n'A.Example' = 'LocalHost:8080'\n'[2001:DB8::1]:443' = '[::1]:8443'").web
        assert web.connect_to == {"a.example": "localhost:8080", "[2001:db8::1]:443": "[::1]:8443"}

    def test_the_user_agent_tells_version_and_contact(self) -> None:
        web = read("[web]\ncontact = 'mailto:desk@paper.example'").web
        assert web.agent == f"archiver/{__version__} (mailto:desk@paper.example; evidence of cited posts)"

    def test_the_home_folder_is_filled_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", "/home/me")
        assert read("[archive]\ndir = '~/evidence'").archive.dir == "/home/me/evidence"

    def test_settings_can_be_handed_to_another_process(self) -> None:
        assert pickle.loads(pickle.dumps(Settings())) == Settings()


toml_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
def test_any_value_is_taken_or_refused_in_one_line(data: st.DataObject) -> None:
    setting = data.draw(st.sampled_from(list(all_settings())))
    value: Any = data.draw(toml_values)
    outcome = attempt(lambda: read_settings({setting.section: {setting.name: value}}), ConfigError)
    if isinstance(outcome, str):
        assert outcome.startswith(f"config.toml: {setting.key} is ")
        assert "\n" not in outcome
    else:
        assert isinstance(outcome, Settings)


@pytest.mark.parametrize(
    "number", ["1" + "0" * 400, "9" * 5000, "-" + "9" * 5000, "0x" + "f" * 5000], ids=["400", "5000", "negative", "hex"]
)
@pytest.mark.parametrize("setting", [*all_settings()], ids=lambda setting: setting.key)
def test_a_number_beyond_all_bounds_is_refused_in_one_line(setting: Setting, number: str, tmp_path: Path) -> None:
    """TOML has numbers of any length; Python writes and reads decimal ones of up to 4,300 digits."""
    path = tmp_path / "c.toml"
    for value in (number, f"[{number}]", f"{{x = {number}}}"):
        path.write_text(f"[{setting.section}]\n{setting.name} = {value}\n", encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load_settings(path)
        assert len(str(caught.value).splitlines()) == 1
        assert len(str(caught.value)) < 400


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_unknown_key_is_refused_in_one_line(section: str, name: str) -> None:
    outcome = attempt(lambda: read_settings({section: {name: 1}}), ConfigError)
    assert isinstance(outcome, str)
    assert outcome.startswith("config.toml: unknown setting ")
    assert len(outcome.splitlines()) == 1


@pytest.mark.parametrize("parse", [parse_size, parse_seconds])
@given(text=st.text(alphabet=".0123456789_ kKmMgGiIbBsh\n٣", max_size=30))
def test_any_quantity_is_a_number_or_refused(parse: Callable[[object], float], text: str) -> None:
    outcome = attempt(lambda: parse(text), ValueError)
    assert "number" in outcome if isinstance(outcome, str) else outcome >= 0
