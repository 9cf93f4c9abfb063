"""The token that X's embed frame sends to the syndication endpoint.

`((Number(id) / 1e15) * Math.PI).toString(36)` without zeros and the point. JavaScript writes a double in another radix
with as many digits as tell it from its neighbours (ECMA-262, Number::toString; V8's DoubleToRadixCString).
"""

from __future__ import annotations

import math

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def radix36(value: float) -> str:
    """`value.toString(36)` for positive numbers below 2^53."""
    whole = math.floor(value)
    fraction = value - whole
    delta = max(0.5 * (math.nextafter(value, math.inf) - value), math.nextafter(0.0, 1.0))
    digits: list[int] = []
    while fraction >= delta:
        fraction *= 36
        delta *= 36
        digit = int(fraction)
        digits.append(digit)
        fraction -= digit
        if (fraction > 0.5 or (fraction == 0.5 and digit & 1)) and fraction + delta > 1:
            while digits and digits[-1] == 35:
                digits.pop()
            if digits:
                digits[-1] += 1
            else:
                whole += 1
            break
    head = ""
    while whole:
        whole, rest = divmod(whole, 36)
        head = DIGITS[rest] + head
    tail = "".join(DIGITS[digit] for digit in digits)
    return (head or "0") + (f".{tail}" if tail else "")


def syndication_token(post_id: str) -> str:
    """The token for a post's id."""
    return radix36(float(int(post_id)) / 1e15 * math.pi).replace("0", "").replace(".", "")
