"""What is in the source of every page in which detection finds a post beyond the platforms' own rules?

Marks (`archiver.platforms.marks`) of what `containers` and `repaired` read. What `pagejson`, `payloads` and
`permalinks` find has the address of a post, or is read by a platform's rule: their marks are the platforms'.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archiver.detect import containers, repaired
from archiver.platforms.base import Platform
from archiver.platforms.marks import Mark, one_of


def marks(platforms: Sequence[Platform]) -> Iterator[Mark]:
    """One of these, or of the platforms' own marks, is in the source of every page that holds a post as HTML."""
    yield Mark(repaired.CLASS)
    yield Mark(repaired.MARK)
    names = {platform.name for platform in platforms}
    called = one_of(names | {alias for alias, name in containers.ALIASES.items() if name in names})
    # `…?source=youtube&vid=…`
    yield Mark(
        rf"{one_of(containers.PROVIDERS)}{{=}}{called}{{|}}",
        before="(?:{?}|{&}|;)",
        tag=rf"(?:{{?}}|{{&}}|;){one_of(containers.IDS)}{{=}}[^&]",
    )
    # `data-media-site-id="twitter" data-media-key="…"`
    yield Mark(
        rf'{one_of(containers.NAMED_IDS)}{{ }}*{{=}}{{ }}*{{"}}*{{ }}*'
        rf"(?:{{.}}{{{MIN_ID}}}|{{.}}{{0,{MIN_ID}}}[0-9_/-])",
        before=rf'{{^}}(?![\w-]+{{ }}*{{=}}{{ }}*{{"}}*{{ }}*{called}{{ }}*(?:{{"}}|{{>}}|[\s/]))',
        tag=rf"""{{=}}{{ }}*{{"}}*{{ }}*{called}{{ }}*(?:{{"}}|{{>}}|[\s/])""",
    )
    # shortcodes that name a platform and an id; those with an address have the address's mark
    opening = r"(?:\[|%5b|%255b|u005b|#91;|#x5b;|lsqb;|lbrack;)"
    brace = r"(?:\{|%7b|u007b|#123;|#x7b;|lcub;|lbrace;)"
    yield Mark(rf"{opening}{called}(?:{{ }}|{{=}}|{{:}})[^\[\]\n]{{4}}")
    yield Mark(rf"{opening}{{/}}{called}{{]}}")
    yield Mark(rf"{brace}(?:{{%}}|&?{brace}(?:{{%}}|{{<}})){{ }}*{called}{{ }}")


MIN_ID = containers.MIN_DIGITS
"""Characters of an id in an attribute; shorter ones need a figure or a sign."""
