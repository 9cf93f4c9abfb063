"""What each feature of a candidate weighs, and how sure that makes the best of them.

A candidate's features are added up, each times its weight, to its log-odds; the candidates of one mention, and the
possibility that the post is none of them, share one probability (a conditional logit with an outside option). The
weights are fitted on invented posts with known rewordings and look-alikes by `benchmarks/fit_likeness.py`, which writes
`weights.json`; those of features that the fitting data cannot show (few words, pictures, names of accounts) are set by
hand there and marked so.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from importlib.resources import files

import msgspec

from archiver.resolution.sums import added


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """The fitted model."""

    kinds: Mapping[str, Mapping[str, float]]
    """For each kind of comparison (`same`, `alike`, `foreign`, `short`, `wordless`, `unread`): feature → weight; `bias`
    is added once."""
    around: Mapping[str, float]
    """Features of what is around the words: name, minute, picture, handle."""
    none_of_them: float
    """Log-odds of the outside option."""
    gap: float
    """Added to it where not all sources could be asked."""
    temperature: float = 1.0
    """All log-odds are divided by it: what calibration on topics that were not fitted on asks for."""
    fitted: str = ""
    """On what, in words."""


@functools.cache
def weights() -> Weights:
    """The weights that ship with the program."""
    return msgspec.json.decode(files(__package__).joinpath("weights.json").read_bytes(), type=Weights)


def contributions(kind: str, features: Mapping[str, float], around: Mapping[str, float]) -> dict[str, float]:
    """What each feature adds to a candidate's log-odds; `bias` among them."""
    model = weights()
    of_kind = model.kinds.get(kind, {})
    out = {"bias": of_kind.get("bias", 0.0)}
    out |= {name: of_kind.get(name, 0.0) * value for name, value in features.items()}
    out |= {name: model.around.get(name, 0.0) * value for name, value in around.items()}
    return out


def probabilities(log_odds: Sequence[float], *, gaps: bool) -> list[float]:
    """For each candidate the probability that it is the post; what is left is that none of them is."""
    model = weights()
    outside = model.none_of_them + (model.gap if gaps else 0.0)
    scaled = [value / model.temperature for value in (outside, *log_odds)]
    top = max(scaled)
    raised = [math.exp(value - top) for value in scaled]
    total = added(raised)
    return [value / total for value in raised[1:]]
