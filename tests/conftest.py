"""Fixtures for all tests: the twin of the web, and the recorded answers where they lie beside the repository."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import CodeType

import pytest
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache

from archiver.replay import show
from tests.town import POSTS, STARTED, Town
from tests.web_twin import Population, Twin

# A deadline measures the machine, not the program; cost is tested by growth instead. The same commit gives the same
# result: new examples are looked for on purpose, with `./test --hypothesis-profile=exploring`.
settings.register_profile("archiver", deadline=None, derandomize=True)
settings.register_profile("exploring", deadline=None, max_examples=500, print_blob=True)
settings.load_profile("archiver")

RECORDINGS = Path(__file__).parents[1] / "../shared/fixtures"

TWIN_CLOCK = datetime(2026, 9, 1, 12, 0, 0, tzinfo=UTC)
"""The frozen time of `twin`: after every post and capture of the generated population."""


LONGEST_ID = 60


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Names of cases that can be read, and are the same in each process: nothing endless, and no bytes that are no text
    (gzip data holds the second in which it was made)."""
    if isinstance(val, str | bytes) and (len(val) > LONGEST_ID or (isinstance(val, bytes) and not val.isascii())):
        return f"{argname} of {len(val)}"
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """What is collected lives until the end: no garbage collection has to walk through thousands of tests again and
    again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def generated_population() -> Population:
    """A population made once, to be read only: tests that change posts take `twin.population`, which is their own."""
    return Population.generate(seed=1)


class CompiledTemplates(BytecodeCache):
    """Templates as they were compiled, by their names and texts."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once() -> Iterator[None]:
    """Each site compiles all of its templates when it is made, which takes longer than what most tests ask of it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(show, "Environment", partial(show.Environment, bytecode_cache=CompiledTemplates()))
        yield


@pytest.fixture
def twin(generated_population: Population) -> Iterator[Twin]:
    """A running twin with a population of its own (seed 1) and a frozen clock."""
    with Twin(Population(generated_population.posts), clock=TWIN_CLOCK) as running:
        yield running
        assert running.errors == []


@pytest.fixture
def make_twin() -> Iterator[Callable[..., Twin]]:
    """Start twins of your own making: `make_twin(Population([...]), clock=...)`; they stop after the test."""
    started: list[Twin] = []

    def make(population: Population | None = None, *, clock: datetime | None = TWIN_CLOCK) -> Twin:
        running = Twin(population, clock=clock)
        running.start()
        started.append(running)
        return running

    yield make
    for running in started:
        running.close()
    assert [error for running in started for error in running.errors] == []


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of recorded answers; skips where it is absent."""
    if not (RECORDINGS / "index.jsonl").exists():
        pytest.skip("the recorded answers are not beside this repository")
    return RECORDINGS.resolve()


@pytest.fixture(scope="session", autouse=True)
def _no_user_cache(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests and the processes they start compile is kept for this run alone. The processes of the run share it:
    compiling takes a second."""
    folder = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):  # each process of pytest-xdist has a folder of its own within the run's
        folder = folder.parent
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(folder / "no-user-cache"))
        yield


@pytest.fixture(autouse=True)
def _no_user_configuration(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration of whoever runs the tests does not count in them."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-user-configuration"))
    monkeypatch.delenv("ARCHIVER_CONFIG", raising=False)


@pytest.fixture
def town(make_twin: Callable[..., Twin], tmp_path: Path) -> Town:
    """The small town of `tests.town`: a twin with its posts, and a folder of its own."""
    return Town(make_twin(Population(POSTS), clock=STARTED), tmp_path)
