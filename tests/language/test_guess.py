"""Which language a text is in; silence where it cannot be told."""

from __future__ import annotations

import pytest

from archiver.language.guess import contradicts, language_of

SENTENCES = {
    "en": "The bridge that was closed for months is open again, and the first cars have been over it by now.",
    "de": "Die Brücke, die seit Monaten gesperrt war, ist wieder offen, und der Fährmann wartet auf der anderen Seite.",
    "fr": "Le pont qui était fermé depuis des mois est de nouveau ouvert, et le passeur attend sur l’autre rive.",
    "es": "El puente que estaba cerrado desde hace meses se ha abierto de nuevo, y el barquero espera.",
    "it": "Il ponte che era chiuso da mesi è di nuovo aperto, e il traghettatore aspetta sulla riva che non si vede.",
    "pl": "Most, który był zamknięty od miesięcy, jest znowu otwarty, a przewoźnik czeka i nie wie, co dalej.",
    "tr": "Aylardır kapalı olan köprü yeniden açıldı ve kayıkçı için bu çok iyi bir haber değil, ama o bekliyor.",
    "ru": "Мост, который был закрыт несколько месяцев, снова открыт, и паромщик ждёт на том берегу, где мы его видели.",
    "uk": "Міст, який був закритий кілька місяців, знову відкрито, і поромник чекає на тому березі, де ми його бачили.",
    "bg": "Мостът, който беше затворен от месеци, отново е отворен, а салджията чака на другия бряг.",
    "el": "Η γέφυρα που ήταν κλειστή για μήνες άνοιξε ξανά.",
    "he": "הגשר שהיה סגור במשך חודשים נפתח שוב.",
    "ar": "أعيد فتح الجسر الذي كان مغلقا منذ أشهر، وينتظر صاحب العبارة على الضفة الأخرى.",
    "fa": "پلی که ماه‌ها بسته بود دوباره باز شد و قایقران در آن سوی رود چشم به راه است.",
    "ur": "مہینوں سے بند پل دوبارہ کھل گیا ہے اور ملاح دوسرے کنارے پر انتظار کر رہا ہے۔",
    "hi": "महीनों से बंद पुल फिर खुल गया है और नाविक दूसरे किनारे पर इंतज़ार कर रहा है।",
    "th": "สะพานที่ปิดมาหลายเดือนเปิดอีกครั้ง",
    "ja": "何か月も閉鎖されていた橋が再び開通した。",
    "zh": "关闭了几个月的大桥重新开放，摆渡人在对岸等待。",
    "ko": "몇 달 동안 닫혀 있던 다리가 다시 열렸다.",
    "ka": "თვეობით დახურული ხიდი ისევ გაიხსნა.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_each_language(language: str) -> None:
    assert language_of(SENTENCES[language]) == language


@pytest.mark.parametrize("text", ["", "Rain.", "Ana Example 2022", "12:30 — 14:00", "Vesna (Весна)", "!" * 10_000])
def test_silence(text: str) -> None:
    assert language_of(text) is None


def test_a_name_in_another_script_does_not_tell_the_language() -> None:
    assert language_of(f"{SENTENCES['en']} (Μαρία Παράδειγμα) {SENTENCES['en']}") == "en"


@pytest.mark.parametrize(
    ("declared", "language", "found"),
    [
        ("en", "el", "el"),
        ("en", "de", "de"),
        ("el", "en", "en"),
        ("de", "de", None),
        ("no", "en", "en"),
        ("en-GB", "en", None),
    ],
)
def test_contradiction(declared: str, language: str, found: str | None) -> None:
    assert contradicts(SENTENCES[language] * 5, declared) == found


@pytest.mark.parametrize(("declared", "language"), [("uk", "ru"), ("gl", "es"), ("sr", "bg"), ("en", "fr")])
def test_likeness_or_a_sentence_is_no_contradiction(declared: str, language: str) -> None:
    assert contradicts(SENTENCES[language], declared) is None
