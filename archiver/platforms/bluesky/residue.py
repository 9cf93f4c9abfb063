"""What does a post of Bluesky look like that was copied from the app?"""

from __future__ import annotations

from archiver.platforms import copied
from archiver.platforms.base import TextExample, TextRule
from archiver.platforms.bluesky.urls import HANDLE

MAX_POST = 300
"""Graphemes of a post."""

RULES: tuple[TextRule, ...] = (
    TextRule(
        name="bluesky.copied",
        triggers=("@", "＠"),
        read=copied.reader(HANDLE, MAX_POST),
        examples=(
            TextExample(
                text="Ana Example\n@ana.example.org\n\nThe bridge is open.\nDrive slowly.\n\nOct 30, 2024 at 3:02 PM",
                handle="ana.example.org",
                display_name="Ana Example",
                date="2024-10-30",
                words="The bridge is open.\nDrive slowly.",
            ),
            TextExample(
                text="Ana Example @ana.bsky.social · 30 Oct 2024 at 15:02\nThe bridge is open.",
                handle="ana.bsky.social",
                display_name="Ana Example",
                date="2024-10-30",
                words="The bridge is open.",
            ),
        ),
        negatives=(
            "Rain at Last\nBy Ana Example @ana.bsky.social October 30, 2024 at 3:02 PM\nThe bridge is open.",
            "Our people:\nAna Example\n@ana.bsky.social\nBen Sample\n@ben.bsky.social\n\nOctober 30, 2024 at 3:02 PM",
            "Ana Example\n@ana.bsky.social\nThe bridge is open.",
        ),
    ),
)
"""What is read in bare text."""
