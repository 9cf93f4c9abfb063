"""A model that compares meanings: what it adds, that it never decides alone, and that without one nothing is different.

Invariant: whatever a model answers or raises, there is a decision, and what is said of a post is a number.
"""

from __future__ import annotations

import ast
import logging
import math
import os
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import archiver.resolution.meaning as module
from archiver.capture.documents import documents
from archiver.config import ResolveSettings, Settings, read_settings
from archiver.detect import find
from archiver.embeddings import SentenceTransformers
from archiver.errors import ConfigError
from archiver.model import Candidate, Mention, Outcome, Post
from archiver.platforms.x import PLATFORM
from archiver.resolution.meaning import ALONE, GAUGE, MAX_CHARACTERS, Embedder, Meaning, embedder, meaning_by
from archiver.resolution.ranking import Decision, Ranked, decide, score
from archiver.resolution.weights import weights
from tests.resolution.rewordings import CASES, TEMPLATES
from tests.town import CONTROL, KEEPER, Town, at
from tests.web_twin import Population, Twin, TwinPost

ROOT = Path(__file__).parents[2]
NOON_ID = 1590313249797058560
"""An id of 2022-11-09."""

SHOWN = "The bridge stays closed until the divers have checked the steel. Nobody will sign a permit before that."
POST = "Міст залишається закритим, доки водолази не перевірять сталь. До того ніхто не підпише дозволу."
SHOWN_WITH_NAME = SHOWN.replace("The bridge", "The bridge in Selva")
POST_WITH_NAME = POST.replace("Міст", "Міст у Сельві")
SHOWN_WITH_NUMBER = SHOWN.replace("The bridge stays closed", "The bridge stays closed 14 days")
POST_WITH_NUMBER = POST.replace("закритим", "закритим 14 днів")
POST_WITH_ANOTHER = POST.replace("закритим", "закритим 19 днів")
SAME_TOPIC = "Міст відкриють навесні, і я запрошую всіх сусідів на свято з музикою та вогнищем на березі."
MEANINGS = {
    POST: SHOWN,
    POST_WITH_NAME: SHOWN_WITH_NAME,
    POST_WITH_NUMBER: SHOWN_WITH_NUMBER,
    POST_WITH_ANOTHER: SHOWN_WITH_NUMBER,
    SAME_TOPIC: "The bridge opens in spring and I invite all neighbours to a feast with music and a fire on the bank.",
}
GAUGED = {text: said["en"] for said in GAUGE for language, text in said.items() if language != "again"}


class Hashed:
    """A small model: how often each three letters stand in a text, hashed. It knows what some foreign texts mean."""

    def __init__(self, meanings: Mapping[str, str] | None = None) -> None:
        self.meanings = GAUGED | MEANINGS if meanings is None else meanings
        self.asked: list[list[str]] = []

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self.asked.append(list(texts))
        return [self._vector(self.meanings.get(text, text)) for text in texts]

    @staticmethod
    def _vector(text: str) -> list[float]:
        counts = [0.0] * 256
        letters = f"  {text.lower()} "
        for start in range(len(letters) - 2):
            counts[zlib.crc32(letters[start : start + 3].encode()) % len(counts)] += 1
        return counts


class Answering:
    """A model that answers with whatever `make` makes of the texts."""

    def __init__(self, make: Callable[[Sequence[str]], Any], gauge: bool = False) -> None:
        self._make = make
        self._gauge = Hashed() if gauge else None
        self.asked = 0

    def embed(self, texts: Sequence[str]) -> Any:
        self.asked += 1
        if self._gauge and len(texts) > 2:
            return self._gauge.embed(texts)
        return self._make(texts)


def mention(text: str, **changes: Any) -> Mention:
    fields: dict[str, Any] = {"handle": "quay_ledger", "date": "2022-11-09", "date_basis": "utc", "text": text}
    return Mention(source="t", platform="x", rule="t", confidence=1.0, **(fields | changes))


def candidate(text: str, offset: int = 0, source: str = "listing") -> Candidate:
    post_id = str(NOON_ID + offset)
    post = Post(
        platform="x",
        id=post_id,
        url=f"https://x.com/quay_ledger/status/{post_id}",
        handle="quay_ledger",
        text=text,
        created_at=PLATFORM.time_of(post_id),
    )
    return Candidate(post=post, score=0.0, source=source)


def scored(shown: str, post: str, model: Embedder | None, **more: Any) -> Ranked:
    return score(mention(shown), candidate(post, **more), PLATFORM, meaning=Meaning(model) if model else None)


def settle(shown: str, *posts: str, model: Embedder | None = None) -> Decision:
    meaning = Meaning(model) if model else None
    found = [candidate(text, n) for n, text in enumerate(posts)]
    return decide(
        mention(shown), [score(mention(shown), one, PLATFORM, meaning=meaning) for one in found], ResolveSettings()
    )


def best(decision: Decision) -> float:
    return decision.candidates[0].score


# -- what it adds


def test_meaning_alone_makes_surer_and_never_sure() -> None:
    with_model, without = settle(SHOWN, POST, model=Hashed()), settle(SHOWN, POST)
    assert best(without) < best(with_model) < 0.99
    assert with_model.outcome is Outcome.AMBIGUOUS
    reason = next(reason for reason in with_model.candidates[0].reasons if reason.feature == "meaning")
    assert reason.value == pytest.approx(ALONE, abs=0.001)
    assert reason.weight == pytest.approx(ALONE * 2.2, abs=0.01)
    assert reason.note.startswith("the model finds them 1.00 alike in meaning (translations are ")


@pytest.mark.parametrize(
    ("shown", "post"),
    [(SHOWN_WITH_NAME, POST_WITH_NAME), (SHOWN_WITH_NUMBER, POST_WITH_NUMBER)],
    ids=["name", "number"],
)
def test_meaning_with_a_name_or_a_number_in_common_is_sure(shown: str, post: str) -> None:
    decision = settle(shown, post, SAME_TOPIC, model=Hashed())
    assert decision.winner is not None
    assert decision.winner.post.text == post
    assert best(decision) >= 0.99
    assert best(settle(shown, post, SAME_TOPIC)) < best(decision)


def test_a_name_in_common_is_not_sure_without_the_meaning() -> None:
    assert settle(SHOWN_WITH_NAME, POST_WITH_NAME).outcome is Outcome.AMBIGUOUS


def test_another_number_stays_above_the_meaning() -> None:
    """A model hardly sees that a number is another one: for this one the two are the same."""
    decision = settle(SHOWN_WITH_NUMBER, POST_WITH_ANOTHER, model=Hashed())
    assert decision.outcome is not Outcome.RESOLVED
    assert best(decision) <= 0.9


@pytest.mark.parametrize("case", TEMPLATES, ids=lambda case: case.shown[:20])
def test_posts_of_one_pattern_stay_apart(case: Any) -> None:
    for decoy in case.decoys:
        decision = settle(case.shown, decoy, model=Hashed())
        assert decision.outcome is not Outcome.RESOLVED, decoy


def test_what_means_something_else_is_less_likely() -> None:
    assert best(settle(SHOWN, SAME_TOPIC, model=Hashed())) < best(settle(SHOWN, SAME_TOPIC)) - 0.2
    assert scored(SHOWN, SAME_TOPIC, Hashed()).around["meaning"] < 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.shown[:20])
def test_within_one_language_words_still_lead(case: Any) -> None:
    """Rewordings do not become less likely by it, and no decoy is taken for the post."""
    right = scored(case.shown, case.post, Hashed())
    assert right.around["meaning"] >= -0.1
    assert right.around["meaning"] <= ALONE + 0.001
    assert settle(case.shown, *case.decoys, model=Hashed()).outcome is not Outcome.RESOLVED


def test_the_same_words_and_named_posts_need_no_model() -> None:
    model = Hashed()
    assert "meaning" not in scored(SHOWN, SHOWN, model).around
    assert "meaning" not in scored("Thanks!", "Thank you all", model).around
    assert "meaning" not in scored(SHOWN, POST, model, source="permalink").around
    assert model.asked == []


def test_the_heading_or_the_text_whichever_is_compared() -> None:
    post = candidate("A film of the harbour and of the people in it, in four parts, with music by my neighbours.")
    titled = replace(post, post=replace(post.post, title=POST))
    assert score(mention(SHOWN), titled, PLATFORM, meaning=Meaning(Hashed())).around["meaning"] > 0


def test_the_weight_is_set_by_hand_and_outlives_a_refit() -> None:
    tree = ast.parse((ROOT / "benchmarks/fit_likeness.py").read_text(encoding="utf-8"))
    by_hand = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "AROUND_BY_HAND"
    )
    assert by_hand["meaning"] == weights().around["meaning"] == 2.2


def test_the_fitted_weights_leave_the_meaning_its_place() -> None:
    """What the weight by hand rests on; a refit that moves the others has to choose it anew."""
    model = weights()
    words, around = model.kinds["foreign"], model.around
    sure = model.temperature * math.log(0.99 / 0.01)
    usual = words["bias"] + around["same_day"] + around["name"]
    kindred = usual + words["no_numbers"] + 0.5 * words["roots"]
    assert kindred + ALONE * around["meaning"] < sure
    one_name = usual + words["no_numbers"] + 0.4 * words["shared_names"] + 0.2 * words["length"]
    assert one_name < sure <= one_name + around["meaning"]
    one_number = usual + words["shared_numbers"] + 0.2 * words["length"]
    assert sure <= one_number + around["meaning"]


# -- models are measured before they are believed


def test_a_model_of_one_language_is_used_within_it_only(caplog: pytest.LogCaptureFixture) -> None:
    meaning = Meaning(Hashed({}), "english")
    assert meaning.told(SHOWN, POST, foreign=True) is None
    assert meaning.told(SHOWN, SHOWN_WITH_NAME, foreign=False) is not None
    (warning,) = caplog.records
    assert warning.getMessage() == (
        "the embedding model english: it does not tell translations from other texts, so it is used within one "
        "language only"
    )


def test_a_model_whose_cosines_are_all_high_is_read_on_its_own_scale() -> None:
    """As of models that were trained so: a translation has 0.93 and another post 0.75."""

    class High(Hashed):
        def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
            vectors = super().embed(texts)
            return [[*vector, 0.8 * math.hypot(*vector)] for vector in vectors]

    meaning = Meaning(High())
    scale = meaning.scale(foreign=True)
    assert scale is not None
    assert scale.other > 0.4
    told = meaning.told(SHOWN, SAME_TOPIC, foreign=True)
    assert told is not None
    assert (told.cosine > 0.4, told.value < 0) == (True, True)


@pytest.mark.parametrize(
    "make",
    [
        lambda texts: [[1.0, 2.0]] * len(texts),  # the same for all
        lambda texts: [[0.0, 0.0]] * len(texts),
        lambda texts: [],
        lambda texts: [[1.0]] * (len(texts) + 1),
        lambda texts: [[1.0] * (1 + n % 2) for n, _ in enumerate(texts)],
        lambda texts: [[] for _ in texts],
        lambda texts: [[math.nan, 1.0]] * len(texts),
        lambda texts: [[math.inf, 1.0]] * len(texts),
        lambda texts: [[1e200, 1e200]] * len(texts),
        lambda texts: [[10**400, 1]] * len(texts),
        lambda texts: [["a", "b"]] * len(texts),
        lambda texts: ["ab"] * len(texts),
        lambda texts: [None] * len(texts),
        lambda texts: None,
        lambda texts: (row for row in [[1.0]]),
        lambda texts: [range(10**9)] * len(texts),
        lambda texts: 1 / 0,
        lambda texts: exec("raise RecursionError"),
        lambda texts: exec("raise MemoryError"),
    ],
)
@pytest.mark.parametrize("gauge", [False, True], ids=["from the start", "later"])
def test_a_model_that_fails_or_gives_nonsense_is_a_feature_less(
    make: Callable[[Sequence[str]], Any], gauge: bool, caplog: pytest.LogCaptureFixture
) -> None:
    model = Answering(make, gauge)
    meaning = Meaning(model)
    for n, (shown, post) in enumerate([(SHOWN, POST), (SHOWN_WITH_NAME, POST_WITH_NAME), (SHOWN, SHOWN_WITH_NAME)]):
        with_model = score(mention(shown), candidate(post), PLATFORM, meaning=meaning)
        assert gauge or "meaning" not in with_model.around
        if "meaning" not in with_model.around:
            assert with_model == scored(shown, post, None)
        assert model.asked <= (n + 2 if gauge else 1), "a model that fails when it is measured is not asked again"
    assert len(caplog.records) <= 1
    if not gauge:
        assert len(caplog.records) == 1
        assert meaning.trouble == caplog.records[0].getMessage()


def test_a_text_of_which_the_model_says_nothing_is_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    meaning = Meaning(Answering(lambda texts: [[0.0] * 256] * len(texts), gauge=True))
    assert meaning.told(SHOWN, POST, foreign=True) is None
    assert (meaning.trouble, caplog.records) == (None, [])


numbers = st.floats() | st.integers() | st.none() | st.text(max_size=2)
rows = st.lists(st.lists(numbers, max_size=4) | numbers, max_size=4) | numbers


@given(st.lists(rows, min_size=1, max_size=4))
def test_whatever_a_model_answers_there_is_a_decision(answers: list[Any]) -> None:
    given_ = iter(answers * 3)
    logging.disable(logging.WARNING)
    try:
        decision = settle(SHOWN_WITH_NAME, POST_WITH_NAME, POST, model=Answering(lambda _: next(given_), gauge=True))
    finally:
        logging.disable(logging.NOTSET)
    assert all(0 <= one.score <= 1 for one in decision.candidates)


# -- what the model is asked


def test_each_text_is_asked_once_without_links_and_bounded() -> None:
    model = Hashed()
    meaning = Meaning(model)
    long = f"{SHOWN} https://selva.example/bridge/{'x' * 50} " + "and on " * 5000
    for _ in range(3):
        meaning.told(SHOWN, long, foreign=False)
        meaning.told(SHOWN, POST, foreign=True)
    asked = [text for texts in model.asked for text in texts]
    assert len(asked) == len(set(asked))
    assert max(map(len, asked)) <= MAX_CHARACTERS
    assert not any("selva.example" in text for text in asked)


def test_the_cache_is_bounded_and_keeps_what_is_in_use() -> None:
    model = Hashed()
    meaning = Meaning(model, cached=4)
    for n in range(20):
        meaning.told(SHOWN, f"{n} other things were said on that day of the bridge", foreign=False)
    assert len(meaning._vectors) == 4
    assert sum(texts.count(SHOWN) for texts in model.asked) == 1


def test_one_thread_at_a_time_asks_the_model() -> None:
    inside, most = 0, 0

    class Watched(Hashed):
        def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            time.sleep(0.002)
            vectors = super().embed(texts)
            inside -= 1
            return vectors

    model = Watched()
    meaning = Meaning(model)
    told: list[Any] = []
    ask = [
        threading.Thread(target=lambda n=n: told.append(meaning.told(SHOWN, f"{SHOWN} {n % 4}", foreign=False)))
        for n in range(12)
    ]
    for thread in ask:
        thread.start()
    for thread in ask:
        thread.join()
    assert (most, len(told), None in told) == (1, 12, False)
    assert sum(len(texts) for texts in model.asked) == len({text for texts in model.asked for text in texts})


# -- which model


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Makes a module of its own that can be imported, and gives its name."""
    monkeypatch.syspath_prepend(tmp_path)
    made: list[str] = []

    def make(code: str) -> str:
        made.append(f"model_of_test_{len(made)}")
        (tmp_path / f"{made[-1]}.py").write_text(code, encoding="utf-8")
        return made[-1]

    def forget() -> None:
        for name in made:
            sys.modules.pop(name, None)
        module._loaded.cache_clear()
        module._meaning.cache_clear()

    forget()
    monkeypatch.setattr(module, "entry_points", lambda group: [])
    yield make  # type: ignore[misc]
    forget()


COUNTED = """
made = 0
class Model:
    def __init__(self):
        global made
        made += 1
    def embed(self, texts):
        return [[1.0]] * len(texts)
MODEL = Model()
class Holder:
    inner = MODEL
"""


def test_no_name_is_no_model() -> None:
    assert (embedder(""), meaning_by("")) == (None, None)


@pytest.mark.parametrize("attribute", ["MODEL", "Model", "Holder.inner"])
def test_a_model_is_named_by_module_and_attribute_and_loaded_once(models: Callable[[str], str], attribute: str) -> None:
    name = models(COUNTED)
    found = embedder(f"{name}:{attribute}")
    assert type(found).__name__ == "Model"
    assert embedder(f"{name}:{attribute}") is found
    assert meaning_by(f"{name}:{attribute}") is meaning_by(f"{name}:{attribute}")
    assert sys.modules[name].made == (2 if attribute == "Model" else 1)


def test_a_package_brings_one_by_an_entry_point(models: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint(name="quay", value=f"{models(COUNTED)}:MODEL", group="archiver.embeddings")
    asked: list[str] = []
    monkeypatch.setattr(module, "entry_points", lambda group: asked.append(group) or [point])
    assert type(embedder("quay")).__name__ == "Model"
    assert asked == ["archiver.embeddings"]
    with pytest.raises(ConfigError, match="known: sentence-transformers:MODEL, quay, or MODULE:ATTRIBUTE"):
        embedder("key")


@pytest.mark.parametrize(
    ("code", "attribute", "says"),
    [
        ("", "MODEL", "has no attribute 'MODEL'"),
        ("import no_such_package_at_all", "MODEL", "No module named 'no_such_package_at_all'"),
        ("1 / 0", "MODEL", "ZeroDivisionError"),
        ("MODEL = 3", "MODEL", "int without a method `embed`"),
        ("class MODEL:\n    embed = 3", "MODEL", "MODEL without a method `embed`"),
        ("class MODEL:\n    def __init__(self, needed): ...", "MODEL", "missing 1 required positional argument"),
        ("def MODEL(texts): ...", "MODEL", "function without a method `embed`"),
    ],
)
def test_a_model_that_cannot_be_loaded_is_an_error_of_the_configuration(
    models: Callable[[str], str], code: str, attribute: str, says: str
) -> None:
    name = f"{models(code)}:{attribute}"
    with pytest.raises(ConfigError) as caught:
        embedder(name)
    assert caught.value.subject == f"[resolve] embedding = {name!r}"
    assert says in caught.value.problem
    assert caught.value.hint


@pytest.mark.parametrize("name", ["nonsense", ":", "a:", ":b", "no_such_module_at_all:MODEL", "..:x"])
def test_a_name_that_is_none(models: Callable[[str], str], name: str) -> None:
    with pytest.raises(ConfigError, match="known: sentence-transformers:MODEL, or MODULE:ATTRIBUTE"):
        embedder(name)


# -- sentence-transformers


def test_the_extra_is_named_where_it_is_missing(models: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ConfigError, match=r"pip install 'archiver\[embeddings\]'"):
        embedder("sentence-transformers:some/model")


def test_a_model_has_to_be_named(models: Callable[[str], str]) -> None:
    for name in ("sentence-transformers", "sentence-transformers:"):
        with pytest.raises(ConfigError, match="sentence-transformers:MODEL"):
            embedder(name)


def test_the_adapter_loads_without_the_network(models: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []

    class Library:
        def __init__(self, model: str, **options: Any) -> None:
            if model == "missing":
                raise OSError("there is none\nand much more")
            made.append((model, options))

        def encode(self, texts: list[str], *, show_progress_bar: bool) -> list[list[float]]:
            assert not show_progress_bar
            return [[float(len(text))] for text in texts]

    monkeypatch.setenv("HF_HUB_OFFLINE", "")  # so that it is put back
    monkeypatch.delenv("HF_HUB_OFFLINE")
    quiet = SimpleNamespace(disable_progress_bar=lambda: None)
    monkeypatch.setitem(sys.modules, "sentence_transformers", SimpleNamespace(SentenceTransformer=Library))
    monkeypatch.setitem(sys.modules, "transformers.utils.logging", quiet)
    found = embedder("sentence-transformers:~/models/small")
    assert isinstance(found, SentenceTransformers)
    assert made == [(str(Path("~/models/small").expanduser()), {"local_files_only": True})]
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert found.embed(("a", "bb")) == [[1.0], [2.0]]
    with pytest.raises(ConfigError, match=r"OSError: there is none \(nothing is downloaded here"):
        embedder("sentence-transformers:missing")


# -- through resolution and the setting

ASKED = (
    TwinPost(account=KEEPER, created=at(5, 12), text=POST_WITH_NAME, archived=("json2",)),
    TwinPost(account=KEEPER, created=at(9, 2), text=SAME_TOPIC, archived=("json2",)),
)
LEFT = f"""The bridge

The keeper had this to say.

{SHOWN_WITH_NAME} — {KEEPER.name} (@{KEEPER.handle}) March 9, 2022

More will be known in spring.
"""


@pytest.fixture
def divers(make_twin: Callable[..., Twin], tmp_path: Path) -> Town:
    folder = tmp_path / "town"
    folder.mkdir()
    return Town(make_twin(Population([CONTROL, *ASKED])), folder)


def test_the_setting_makes_a_post_sure(divers: Town, models: Callable[[str], str]) -> None:
    page = divers.write("left.txt", LEFT)
    assert [post.outcome for post in divers.run(page)] == [Outcome.AMBIGUOUS]
    name = f"{models('from tests.resolution.test_meaning import Hashed as Model')}:Model"
    chosen = read_settings({"resolve": {"embedding": name}}).resolve
    settings = Settings(web=divers.settings().web, resolve=chosen)
    with divers.job(settings=settings) as job:
        resolution = next(
            job.resolution(one) for document in documents([page], settings, job=job) for one in find(document.article)
        )
    assert resolution.outcome is Outcome.RESOLVED
    assert resolution.post_key == f"x:{ASKED[0].id}"
    assert f"meanings are compared by {name}" in resolution.steps


def test_a_model_that_fails_leaves_the_resolution_as_it_is(
    divers: Town, models: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    page = divers.write("left.txt", LEFT)
    (without,) = divers.run(page, conclude=False)
    name = models("class Model:\n    def embed(self, texts): raise RuntimeError(len(texts))") + ":Model"
    settings = Settings(web=divers.settings().web, resolve=ResolveSettings(embedding=name))
    (found,) = divers.run(page, settings=settings, conclude=False)
    assert (found.outcome, found.score, found.reason) == (without.outcome, without.score, without.reason)
    assert [record.getMessage() for record in caplog.records] == [f"the embedding model {name}: RuntimeError: 24"]


@pytest.mark.parametrize("command", ["archive", "resolve"])
def test_a_model_that_is_not_there_ends_the_command_with_one_line(divers: Town, command: str) -> None:
    config = divers.config(extra='[resolve]\nembedding = "no_such_module_at_all:MODEL"')
    page = divers.write("left.txt", LEFT)
    done = divers.program(command, page, "--archive", divers.archive, "--config", config)
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"[resolve] embedding = 'no_such_module_at_all:MODEL'" in done.stderr
    assert b"Traceback" not in done.stderr


def test_without_the_setting_nothing_of_it_is_imported() -> None:
    code = """
import sys
from importlib import metadata
asked = []
real = metadata.entry_points
metadata.entry_points = lambda **group: asked.append(group) or real(**group)
from archiver.errors import NotStoredError
from archiver.model import Mention
from archiver.resolution import resolve
class Nobody:
    def fetch(self, url, **more): raise NotStoredError("nothing", subject=url)
    follow = fetch
mention = Mention(source="t", platform="x", handle="a", date="2022-11-09", text="a b c d", rule="t", confidence=1.0)
print(resolve(mention, fetcher=Nobody()).outcome.value)
heavy = {"archiver.embeddings", "sentence_transformers", "torch", "transformers", "numpy"}
print(sorted(heavy & set(sys.modules)), asked)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines() == ["unresolved", "[] [{'group': 'archiver.platforms'}]"]
