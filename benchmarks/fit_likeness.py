"""Fit what the features of a candidate weigh, and calibrate how sure they make a resolution.

    python benchmarks/fit_likeness.py --write

On posts of the invented crowd (`tests/web_twin/crowd.py`) whose topics are not those of the benchmark: each is degraded
as copies degrade posts, and has to be found among all that its author said around that day; for one mention in four the
right post is taken away, so that "none of them" is learnt too. Three fifths of the topics: four parts of them for the
weights, one for the temperature. Needs numpy and scipy (`pip install -e '.[bench]'`).

Weights of what this data cannot show (few words, pictures, other names of accounts) are set by hand below.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from pathlib import Path

import msgspec
import numpy as np
from msgspec.structs import replace
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).parents[1]))

import archiver.resolution.weights as module
from archiver.config import ResolveSettings
from archiver.model import Candidate, Post
from archiver.platforms import platform as platform_named
from archiver.resolution.ranking import decide, features_of, score
from archiver.resolution.weights import Weights
from archiver.resolution.window import window_of
from tests.web_twin.crowd import Crowd, Note
from tests.web_twin.degrade import Degraded, degrade
from tests.web_twin.speech import UNSPACED, Speech

FIT, CALIBRATE = (0.0, 0.48), (0.48, 0.6)
PLATFORMS = ("x", "bluesky", "mastodon", "telegram", "tiktok", "youtube", "reddit")
OUT = Path(__file__).parents[1] / "archiver/resolution/weights.json"
ABSENT = 0.25
SPLICED = (0, 0, 1, 2)
"""So many posts that take up words of the right one stand among its rivals."""
UNDATED_DAYS = 7

BY_HAND = {
    # the crowd repeats itself more than people do
    "same": {
        "bias": 7.0,
        "words": 4.5,
        "distinct": 1.0,
        "added_tags": -5.0,
        "other_tags": -5.0,
        "added_emoji": -3.0,
        "other_emoji": -3.0,
    },
    "short": {"bias": -4.0, "ratio": 3.0},
    "wordless": {"bias": -3.0, "same_emoji": 4.0},
    "unread": {"bias": -6.0},
}
AROUND_BY_HAND = {
    "other_picture": -6.0,
    "shared_code": 1.0,
    "other_handle": -0.5,
    "renamed": 0.5,
    "repost": -8.0,
    "other_minute": -4.0,
    "version": 6.0,
    "other_version": -0.5,
    "after_article": -2.0,
    # of a model that the user brings: see archiver/resolution/meaning.py
    "meaning": 2.2,
}
GAP = 1.5
"""Log-odds that "none of them" gains where not all could be asked: a prior, one more unseen post as likely as not."""

NOT_BELOW = (
    "shared",
    "both",
    "shown_found",
    "post_shown",
    "order",
    "contained",
    "words",
    "distinct",
    "roots",
    "name",
    "minute",
    "same_day",
)
AT_MOST = {"shared_tags": 1.0, "shared_emoji": 1.5, "shared_numbers": 2.5, "no_numbers": 0.8, "foreign.bias": 0.0}
"""The crowd draws its hashtags, emoji and numbers anew for each post; people use the same ones all day. It also writes
each account in one language, so that all of an account's posts are in another language than the article if one is; and
most people's posts have no number, so that two have none in common says little."""
NOT_ABOVE = ("other", "added", "lost", "pattern", "edited", "length")


def post_of(note: Note, platform: str) -> Post:
    """The record that a platform shows of a note."""
    titled = platform in ("reddit", "youtube")
    handle = note.person.handle(platform)
    return Post(
        platform=platform,
        id=note.id_on(platform),
        url=note.url_on(platform),
        handle=handle,
        display_name=note.person.name,
        created_at=note.created,
        title=(note.short_title if platform == "youtube" else note.title) if titled else None,
        text=note.rest if titled else note.text,
    )


def groups(share: tuple[float, float], count: int, seed: str):
    """Mentions, each with all its candidates and the place of the right one (or -1)."""
    crowd = Crowd(11, size=400, notes_each=60, speech=Speech(share))
    roll = random.Random(f"groups {seed}")
    made = 0
    while made < count:
        name = roll.choice(PLATFORMS)
        notes = crowd.on(name, roll.randrange(crowd.size))
        if not notes:
            continue
        shown = degrade(roll.choice(notes), name, seed)
        ranked, right = candidates(shown, notes, roll.random() < ABSENT, roll)
        if ranked:
            made += 1
            yield shown, ranked, right


def candidates(shown: Degraded, notes: tuple[Note, ...], absent: bool, roll: random.Random):
    platform = platform_named(shown.platform)
    window = window_of(shown.mention, UNDATED_DAYS)
    near = [
        n
        for n in notes
        if n.created in window
        and not (absent and n.number == shown.note.number)
        # who says the same twice cannot be told apart, and teaches nothing
        and not shown.shows_too(n)
    ]
    ranked = [
        score(shown.mention, Candidate(post=post_of(n, shown.platform), score=0.0, source="listing"), platform)
        for n in near
    ]
    ranked += [
        score(shown.mention, Candidate(post=spliced(shown, roll), score=0.0, source="listing"), platform)
        for _ in range(roll.choice(SPLICED))
    ]
    near += [None] * (len(ranked) - len(near))
    kept = [(n, r) for n, r in zip(near, ranked, strict=True) if not r.forbidden and not r.named]
    right = next((i for i, (n, _) in enumerate(kept) if n and n.number == shown.note.number), -1)
    return [r for _, r in kept], right


def spliced(shown: Degraded, roll: random.Random) -> Post:
    """A post that takes up some of the right one's words and goes on otherwise: people answer each other, quote, and
    come back to what they said, far more than the crowd's sentences do."""
    note = shown.note
    gap = "" if note.lang in UNSPACED else " "
    own = list(note.text) if not gap else note.text.split()
    rest = Speech.render(Speech(FIT).say(roll, roll.choice(Speech(FIT).topics), 2), note.lang)
    other = list(rest) if not gap else rest.split()
    kept = max(1, round(len(own) * roll.uniform(0.15, 0.45)))
    begin = roll.randrange(max(1, len(own) - kept))
    words = own[begin : begin + kept] + other[: max(3, len(own) - kept)]
    if roll.random() < 0.5:
        words = other[: max(3, len(own) - kept)] + own[begin : begin + kept]
    made = replace_time(note, roll)
    text = gap.join(words)
    whole = post_of(note, shown.platform)
    return msgspec.structs.replace(
        whole, id="0" + whole.id, created_at=made, text=text, title=text if whole.title else None
    )


def replace_time(note: Note, roll: random.Random):
    """Another time of the same day."""
    return note.created.replace(hour=roll.randrange(24), minute=roll.randrange(60))


class Table:
    """All features as one matrix: a row a candidate, grouped by mention."""

    def __init__(self, data) -> None:
        named = [(self.named(ranked), right) for _, ranked, right in data]
        self.names = sorted({name for group, _ in named for row in group for name in row})
        place = {name: i for i, name in enumerate(self.names)}
        self.rows = []
        for group, right in named:
            matrix = np.zeros((len(group), len(self.names)))
            for i, row in enumerate(group):
                for name, value in row.items():
                    matrix[i, place[name]] = value
            self.rows.append((matrix, right))

    @staticmethod
    def named(ranked) -> list[dict[str, float]]:
        return [
            {f"{one.alike.kind}.bias": 1.0}
            | {f"{one.alike.kind}.{name}": value for name, value in features.items()}
            | {f"around.{name}": value for name, value in one.around.items()}
            for one, features in zip(ranked, features_of(ranked), strict=True)
        ]


def loss(weights, rows, penalty):
    """Negative log-likelihood of the right ones, the outside option has log-odds 0; and its gradient."""
    total, gradient = 0.0, np.zeros_like(weights)
    for matrix, right in rows:
        values = matrix @ weights
        top = max(0.0, values.max())
        raised = np.exp(values - top)
        outside = np.exp(-top)
        norm = raised.sum() + outside
        shares = raised / norm
        total -= (values[right] if right >= 0 else 0.0) - top - np.log(norm)
        gradient += matrix.T @ shares
        if right >= 0:
            gradient -= matrix[right]
    return total + penalty * (weights**2).sum(), gradient + 2 * penalty * weights


def decided(data, model: Weights):
    """(stated probability of the best candidate, whether it is the right one) for each mention, under these weights."""
    module.weights = lambda: model
    out = []
    for shown, ranked, right in data:
        best = decide(shown.mention, ranked, ResolveSettings()).candidates[0]
        out.append((best.score, right >= 0 and best.post.id == ranked[right].candidate.post.id))
    return out


def calibrated(data, model: Weights) -> Weights:
    """The model with the temperature under which the held-out topics are likeliest."""

    def cost(warm: Weights) -> float:
        floor = 1e-4
        return -sum(math.log(max(floor, chance if right else 1 - chance)) for chance, right in decided(data, warm))

    return min((replace(model, temperature=t / 20) for t in range(14, 41)), key=cost)


def report(name: str, found) -> None:
    """How often what is said to be so sure is so."""
    print(f"{name}: {len(found)} mentions")
    for low, high in ((0.0, 0.5), (0.5, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 0.99), (0.99, 0.999), (0.999, 1.01)):
        inside = [right for chance, right in found if low <= chance < high]
        if inside:
            print(f"  said {low:.3f} to {min(high, 1):.3f}: right {sum(inside) / len(inside):.4f} of {len(inside)}")
    sure = [right for chance, right in found if chance >= 0.99]
    print(f"  at 0.99 and more: {len(sure) - sum(sure)} wrong of {len(sure)}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--mentions", type=int, default=12_000)
    arguments.add_argument("--penalty", type=float, default=1.0)
    arguments.add_argument("--write", action="store_true", help="write archiver/resolution/weights.json")
    asked = arguments.parse_args()

    fit = list(groups(FIT, asked.mentions, "fit"))
    held = list(groups(CALIBRATE, asked.mentions // 4, "calibrate"))
    table = Table(fit)
    bounds = []
    for name in table.names:
        feature = name.partition(".")[2]
        rising, falling = feature.startswith(NOT_BELOW), feature.startswith(NOT_ABOVE)
        bounds.append((0.0 if rising else None, 0.0 if falling else AT_MOST.get(name, AT_MOST.get(feature))))
    solved = minimize(
        loss,
        np.zeros(len(table.names)),
        args=(table.rows, asked.penalty),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 500},
    )
    kinds: dict[str, dict[str, float]] = {}
    for name, weight in zip(table.names, solved.x, strict=True):
        kind, _, feature = name.partition(".")
        kinds.setdefault(kind, {})[feature] = round(float(weight), 3)
    around = kinds.pop("around", {}) | AROUND_BY_HAND
    model = calibrated(
        held,
        Weights(
            kinds=dict(sorted((kinds | BY_HAND).items())),
            around=dict(sorted(around.items())),
            none_of_them=0.0,
            gap=GAP,
            fitted=f"{len(fit)} mentions of the invented crowd; temperature on {len(held)} of other topics",
        ),
    )
    report("fitted on", decided(fit, model))
    report("held out", decided(held, model))
    data = {name: getattr(model, name) for name in model.__struct_fields__}
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    if asked.write:
        OUT.write_text(text, encoding="utf-8")
        print(f"written: {OUT.name}")
    else:
        print(text)


if __name__ == "__main__":
    main()
