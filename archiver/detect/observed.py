"""How often was each rule right on labelled cases? Written by `benchmarks/calibrate.py`; not to be edited by hand.

(rule, shape) → (right, wrong).
"""

from __future__ import annotations

from collections.abc import Mapping

OBSERVED: Mapping[tuple[str, str], tuple[int, int]] = {}
