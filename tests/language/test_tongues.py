"""Are two sentences plainly in different languages? Silence where it cannot be told."""

from __future__ import annotations

from itertools import combinations

import pytest

from archiver.language.tongues import differ

SENTENCES = {
    "en": "The council met on Tuesday to discuss the bridge, and it was not the first time.",
    "de": "Der Rat hat am Dienstag über die Brücke beraten, und es war nicht das erste Mal.",
    "fr": "Le conseil s’est réuni mardi pour parler du pont, et ce n’était pas la première fois.",
    "es": "El consejo se reunió el martes para hablar del puente, y no fue la primera vez.",
    "it": "Il consiglio si è riunito martedì per parlare del ponte, e non era la prima volta.",
    "pt": "O conselho se reuniu na terça para falar da ponte, e não foi a primeira vez.",
    "nl": "De raad kwam dinsdag bijeen om over de brug te praten, en het was niet de eerste keer.",
    "pl": "Rada zebrała się we wtorek, aby mówić o moście, i nie był to pierwszy raz.",
    "tr": "Meclis salı günü köprü için toplandı ve bu ilk kez değil ama çok uzun bir gün oldu.",
    "ru": "Совет собрался во вторник, чтобы говорить о мосте, и это был не первый раз.",
    "ja": "市議会は火曜日に橋について話し合った。初めてではない。",
    "ar": "اجتمع المجلس يوم الثلاثاء في المدينة من أجل الجسر، ولم تكن هذه أول مرة.",
}


@pytest.mark.parametrize(("one", "other"), list(combinations(SENTENCES, 2)))
def test_different_languages_differ(one: str, other: str) -> None:
    assert differ(SENTENCES[one], SENTENCES[other])


@pytest.mark.parametrize("language", list(SENTENCES))
def test_a_language_does_not_differ_from_itself(language: str) -> None:
    sentence = SENTENCES[language]
    middle = len(sentence) // 2
    assert not differ(sentence[:middle], sentence[middle:])


@pytest.mark.parametrize("short", ["", "Wow!", "2022", "Ana Example", "#bridge", "https://t.co/AbCdEfGhIj"])
def test_too_little_to_tell(short: str) -> None:
    assert not differ(short, SENTENCES["en"])
