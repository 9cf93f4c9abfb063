"""How often was each rule right on labelled cases? Written by `benchmarks/calibrate.py`; not to be edited by hand.

(rule, shape) → (right, wrong).
"""

from __future__ import annotations

from collections.abc import Mapping

OBSERVED: Mapping[tuple[str, str], tuple[int, int]] = {
    ("bluesky.blockquote", ""): (8, 0),
    ("facebook.embed", "permalink and line"): (6, 0),
    ("facebook.iframe", "frame"): (7, 0),
    ("facebook.posted_by", "own line"): (1, 1),
    ("instagram.attribute", "permalink"): (2, 0),
    ("instagram.banner", "permalink"): (2, 0),
    ("instagram.embed", "permalink"): (4, 0),
    ("instagram.embed", "permalink and attribution"): (14, 0),
    ("instagram.link", "address alone in its block"): (2, 0),
    ("instagram.shared", "attribution, @, time"): (4, 0),
    ("instagram.shared", "header, attribution, @"): (8, 0),
    ("instagram.shared", "header, attribution, @, time"): (1, 0),
    ("linkedin.iframe", "frame"): (1, 0),
    ("mastodon.embed", ""): (5, 0),
    ("pinterest.block", "block"): (2, 0),
    ("reddit.embed", "declared embed"): (3, 0),
    ("reddit.json", "embed in the page's data"): (2, 0),
    ("telegram.permalink", "in a sentence"): (0, 1),
    ("telegram.widget", ""): (3, 0),
    ("threads.embed", "permalink"): (3, 0),
    ("tiktok.blockquote", ""): (8, 0),
    ("vk.widget", "widget"): (1, 0),
    ("x.attribute", "id or permalink in an attribute"): (2, 0),
    ("x.blockquote", "permalink"): (10, 0),
    ("x.blockquote", "permalink and signature"): (83, 0),
    ("x.card", "drawn card"): (1, 0),
    ("x.card", "drawn card with permalink"): (3, 0),
    ("x.container", "element of an embed with address"): (4, 0),
    ("x.iframe", "frame that loads later"): (2, 0),
    ("x.iframe", "saved frame"): (1, 0),
    ("x.newsletter", "record"): (3, 0),
    ("x.picture", "words and picture link"): (4, 0),
    ("x.prefix", "handle after a colon"): (1, 0),
    ("x.prefix", "handle at the line's beginning"): (2, 0),
    ("x.record", "record"): (2, 0),
    ("x.rendered", "saved frame"): (2, 0),
    ("x.signature", "bullet or dash, no @, no date"): (0, 1),
    ("x.signature", "dash, @, cut date"): (5, 0),
    ("x.signature", "dash, @, whole date"): (92, 0),
    ("youtube.element", "player element"): (1, 0),
    ("youtube.iframe", "frame"): (16, 0),
    ("youtube.iframe", "frame that loads later"): (1, 0),
    ("youtube.json", "frame in the page's data"): (0, 1),
    ("youtube.lazy", "frame address"): (1, 0),
    ("youtube.object", "object"): (3, 0),
    ("youtube.stand-in", "stand-in"): (3, 0),
    ("youtube.stand-in", "still in a stand-in"): (1, 0),
    ("youtube.video", "video attribute"): (2, 0),
}
