"""How does TikTok name the sound of a video that nobody else made?

The embed's last line is the sound: `♬ original sound - Ana Example`. TikTok writes the first part in the language of
whoever posted the video; other sounds have a title of their own.
"""

from __future__ import annotations

import re

NOTE = "♬"

ORIGINAL = (
    # seen in embeds
    *("original sound", "sonido original", "som original", "son original", "Originalton", "suono originale"),
    *(
        "оригинальный звук",
        "оригінальний звук",
        "オリジナル楽曲",
        "原聲",
        "오리지널 사운드",
        "orijinal ses",
        "suara asli",
    ),
    *("nhạc nền", "الصوت الأصلي", "dźwięk oryginalny", "původní zvuk", "originalljud", "origineel geluid"),
    *("sunet original", "เสียงต้นฉบับ"),
    # as TikTok's own programs say it elsewhere, and what translators make of it
    *(
        "original audio",
        "audio original",
        "audio originale",
        "原声",
        "原创音乐",
        "원본 소리",
        "bunyi asal",
        "âm thanh gốc",
    ),
    *("صدای اصلی", "צליל מקורי", "oryginalny dźwięk", "pôvodný zvuk", "eredeti hang", "original lyd", "originallyd"),
    *("alkuperäinen ääni", "oorspronkelijk geluid", "αρχικός ήχος", "πρωτότυπος ήχος", "मूल ध्वनि", "оригинален звук"),
    *("originalni zvuk", "izvorni zvuk", "оригинални звук", "so original", "Originalgeräusch", "ursprünglicher Ton"),
)

IS_ORIGINAL = re.compile("|".join(re.escape(words) for words in ORIGINAL), re.IGNORECASE)

SOUND = re.compile(rf"{NOTE}[ \t\u00a0]{{0,3}}(?P<title>[^\n♬]{{1,150}}?)[ \u00a0]{{1,3}}[-–—][ \u00a0]{{1,3}}(?=\S)")
"""`♬ title - `; the author follows."""
