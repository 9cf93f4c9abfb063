"""Posts that prose quotes and attributes to a platform. Invariants: offsets cut the quotation's words out of the text
without its marks, nothing is reported unless it was asked for, and the work grows with the text, not faster."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import attributed, find
from archiver.model import Article, Mention
from archiver.platforms.called import CALLED

PUBLISHED = "2022-11-11"
"""A Friday."""

EVERY: Any = [SimpleNamespace(name=name) for name in CALLED]
"""Of a platform only its name is asked here."""


def read(text: str, published: str | None = PUBLISHED) -> list[Mention]:
    return [m for m in attributed.find(text, EVERY, published=published) if m.confidence >= 0.5]


def one(text: str, published: str | None = PUBLISHED) -> Mention:
    mentions = read(text, published)
    assert len(mentions) == 1, mentions
    assert mentions[0].text is not None
    assert mentions[0].start is not None
    assert text[mentions[0].start : mentions[0].end].replace("\n> ", "\n") == mentions[0].text
    return mentions[0]


@pytest.mark.parametrize(
    ("text", "platform", "name", "date"),
    [
        ("Ana Example wrote on X on Wednesday: “The bridge is open again tonight.”", "x", "Ana Example", "2022-11-09"),
        ("“The bridge is open again tonight,” Ana Example wrote on X.", "x", "Ana Example", None),
        (
            "“The bridge is open again tonight,” the mayor, Ana Example, wrote on Facebook yesterday.",
            "facebook",
            "Ana Example",
            "2022-11-10",
        ),
        ("“The bridge is open again tonight,” she wrote in a post on X.", "x", None, None),
        ("In a tweet on Tuesday, Example said: “The bridge is open again tonight.”", "x", "Example", "2022-11-08"),
        (
            "Ana Example, the mayor of Exampleton, tweeted: “The bridge is open again tonight.”",
            "x",
            "Ana Example",
            None,
        ),
        ("Example took to Twitter to say: “The bridge is open again tonight.”", "x", "Example", None),
        (
            "US President Jon Example posted on Truth Social: “The bridge is open again tonight.”",
            "truthsocial",
            "Jon Example",
            None,
        ),
        ("Ana Example said “the bridge is open again tonight” in a post on X.", "x", "Ana Example", None),
        ("The ministry said on its Telegram channel: “The bridge is open again tonight.”", "telegram", None, None),
        (
            "Mayor Ana Example wrote on X, formerly Twitter: “The bridge is open again tonight.”",
            "x",
            "Ana Example",
            None,
        ),
        (
            "In a post on X (formerly known as Twitter), Ana Example said: “The bridge is open again tonight.”",
            "x",
            "Ana Example",
            None,
        ),
        ("Ana Example's tweet read: “The bridge is open again tonight.”", "x", "Ana Example", None),
        ("“The bridge is open again tonight,” read a tweet by Ana Example.", "x", "Ana Example", None),
        (
            "Ana Example (@ana_example) wrote on Bluesky: “The bridge is open again tonight.”",
            "bluesky",
            "Ana Example",
            None,
        ),
        ("Ana Example posted on Threads: “The bridge is open again tonight.”", "threads", "Ana Example", None),
        ("Ana Example wrote on X:\n\n“The bridge is open again tonight.”", "x", "Ana Example", None),
        ("Ana Example wrote on X:\n\n> The bridge is open again tonight.\n\nMore text.", "x", "Ana Example", None),
        (
            "Die Ministerin Ana Beispiel schrieb auf X am Mittwoch: „Die Brücke ist heute wieder offen.“",
            "x",
            "Ana Beispiel",
            "2022-11-09",
        ),
        (
            "Auf Twitter schrieb Beispiel am Mittwoch: „Die Brücke ist heute wieder offen.“",
            "x",
            "Beispiel",
            "2022-11-09",
        ),
        ('Minister Beispiel schrieb auf Facebook: "Die Brücke ist heute wieder offen."', "facebook", "Beispiel", None),
        (
            "»Die Brücke ist heute wieder offen«, schrieb der SPD-Politiker Karl Beispiel auf seiner Facebook-Seite.",
            "facebook",
            "Karl Beispiel",
            None,
        ),
        ("„Die Brücke ist heute wieder offen“, twitterte Beispiel.", "x", "Beispiel", None),
        ("Beispiel auf Twitter: „Die Brücke ist heute wieder offen.“", "x", "Beispiel", None),
        (
            "In einem Tweet erklärte Beispiel gestern: „Die Brücke ist heute wieder offen.“",
            "x",
            "Beispiel",
            "2022-11-10",
        ),
        (
            '"El puente está abierto otra vez esta noche", escribió Ricardo Ejemplo en su cuenta de Twitter. Las otras',
            "x",
            "Ricardo Ejemplo",
            None,
        ),
        (
            "El presidente Ricardo Ejemplo publicó el miércoles en X: «El puente está abierto otra vez».",
            "x",
            "Ricardo Ejemplo",
            "2022-11-09",
        ),
        ("“El puente está abierto otra vez”, tuiteó Ejemplo.", "x", "Ejemplo", None),
        (
            "En su cuenta oficial de Instagram, la alcaldesa Ana Ejemplo expresó: “El puente está abierto otra vez”.",
            "instagram",
            "Ana Ejemplo",
            None,
        ),
        (
            "« Le pont est de nouveau ouvert ce soir », a écrit mercredi Anne Exemple sur X.",
            "x",
            "Anne Exemple",
            "2022-11-09",
        ),
        ("« Le pont est de nouveau ouvert ce soir », a tweeté la ministre Anne Exemple.", "x", "Anne Exemple", None),
        (
            "Sur son compte Twitter, Anne Exemple a réagi : « Le pont est de nouveau ouvert ce soir. »",
            "x",
            "Anne Exemple",
            None,
        ),
        ('Anna Esempio su Facebook: "Il ponte è di nuovo aperto stasera".', "facebook", "Anna Esempio", None),
        (
            '"Il ponte è di nuovo aperto stasera", ha scritto il ministro Anna Esempio su Twitter.',
            "x",
            "Anna Esempio",
            None,
        ),
        (
            "Il sindaco Anna Esempio ha scritto in un post su Facebook: «Il ponte è di nuovo aperto stasera».",
            "facebook",
            "Anna Esempio",
            None,
        ),
        ("“A ponte está aberta de novo hoje”, escreveu Ana Exemplo no Twitter.", "x", "Ana Exemplo", None),
        (
            "Em uma publicação no Instagram, a prefeita Ana Exemplo afirmou: “A ponte está aberta de novo hoje”.",
            "instagram",
            "Ana Exemplo",
            None,
        ),
        (
            "„Most jest dziś znowu otwarty” – napisała Anna Przykład w serwisie X w środę.",
            "x",
            "Anna Przykład",
            "2022-11-09",
        ),
        ("Anna Przykład napisała na Twitterze: „Most jest dziś znowu otwarty”.", "x", "Anna Przykład", None),
        ("„Most je dnes opět otevřený,“ napsala Anna Příkladová na Twitteru.", "x", "Anna Příkladová", None),
        (
            "«Мост сегодня снова открыт», — написал Иван Примеров в Telegram в среду.",
            "telegram",
            "Иван Примеров",
            "2022-11-09",
        ),
        (
            "«Мост сегодня снова открыт», — написал в своем Telegram-канале мэр города Иван Примеров.",
            "telegram",
            "Иван Примеров",
            None,
        ),
        ("Об этом Иван Примеров написал в Твиттере: «Мост сегодня снова открыт».", "x", "Иван Примеров", None),
        ("«Міст сьогодні знову відкритий», – написав Іван Прикладенко у Твіттері.", "x", "Іван Прикладенко", None),
        (
            "Як повідомив Іван Прикладенко на своїй сторінці у Facebook, «міст сьогодні знову відкритий для всіх».",
            "facebook",
            "Іван Прикладенко",
            None,
        ),
        (
            'Ayşe Örnek, çarşamba günü Twitter\'dan "Köprü bu akşam yeniden açıldı" diye yazdı.',
            "x",
            "Ayşe Örnek",
            "2022-11-09",
        ),
        (
            'Ayşe Örnek, X hesabından yaptığı paylaşımda, "Köprü bu akşam yeniden açıldı" ifadelerini kullandı.',
            "x",
            "Ayşe Örnek",
            None,
        ),
        ("”Bron är öppen igen i kväll”, skriver Anna Exempel på Twitter.", "x", "Anna Exempel", None),
        ("»Broen er åben igen i aften«, skriver Anna Eksempel på Facebook.", "facebook", "Anna Eksempel", None),
        (
            "”Silta on taas auki tänään”, Anna Esimerkki kirjoitti Twitterissä keskiviikkona.",
            "x",
            "Anna Esimerkki",
            "2022-11-09",
        ),
        ("„A híd ma este újra nyitva van” – írta Példa Anna a Facebook-oldalán.", "facebook", "Példa Anna", None),
        ("“De brug is vanavond weer open”, schreef Anna Voorbeeld op Twitter.", "x", "Anna Voorbeeld", None),
        ("„Podul este din nou deschis”, a scris Ana Exemplu pe Facebook.", "facebook", "Ana Exemplu", None),
        ("«Η γέφυρα είναι πάλι ανοιχτή», έγραψε η Άννα Παράδειγμα στο Twitter.", "x", "Άννα Παράδειγμα", None),
        ("“Jembatan sudah dibuka kembali malam ini,” tulis Ani Contoh di akun Twitter-nya.", "x", "Ani Contoh", None),
        ('"Most je večeras ponovno otvoren", napisala je Ana Primjer na Twitteru.', "x", "Ana Primjer", None),
        (
            "エクザンプル氏は9日、自身のX（旧ツイッター）に「橋は今夜、再び開通した」と投稿した。",
            "x",
            "エクザンプル",
            "2022-11-09",
        ),
        ("「橋は今夜、再び開通した」と例田太郎氏はツイッターに投稿した。", "x", "例田太郎", None),
        ("市长李例子周三在推特上写道：“大桥今晚重新开放通行。”", "x", "李例子", "2022-11-09"),
        ('김예시 시장은 X에 "다리가 오늘 밤 다시 열렸다"라고 적었다.', "x", "김예시", None),
        ("وكتب أحمد مثال على تويتر يوم الأربعاء: «الجسر مفتوح من جديد هذا المساء».", "x", "أحمد مثال", "2022-11-09"),
        ('وقال مثال في تغريدة على تويتر: "الجسر مفتوح من جديد هذا المساء".', "x", "مثال", None),
        ('ראש העיר דנה דוגמה כתבה בטוויטר: "הגשר פתוח שוב הערב לכולם".', "x", "דנה דוגמה", None),
        ('"הגשר פתוח שוב הערב לכולם", כתב דוגמה בפייסבוק.', "facebook", "דוגמה", None),
        ('अनिल उदाहरण ने ट्वीट किया, "पुल आज रात फिर से खुल गया है।"', "x", "अनिल उदाहरण", None),
        ("علی مثالی در توییتر نوشت: «پل امشب دوباره باز شده است».", "x", "علی مثالی", None),
        ("“Cây cầu đã mở lại tối nay”, bà Anna Vídụ viết trên Facebook.", "facebook", "Anna Vídụ", None),
        ("Ana Example wrote on X on November 8: “The bridge is open again tonight.”", "x", "Ana Example", "2022-11-08"),
        (
            "Ana Example wrote on X on 3 March 2021: “The bridge is open again tonight.”",
            "x",
            "Ana Example",
            "2021-03-03",
        ),
    ],
)
def test_who_wrote_what_where_and_when(text: str, platform: str, name: str | None, date: str | None) -> None:
    mention = one(text)
    assert (mention.platform, mention.display_name, mention.date) == (platform, name, date)
    assert mention.rule == f"{platform}.attributed"
    assert mention.why
    assert mention.confidence < 0.9


@pytest.mark.parametrize(
    "text",
    [
        "X said its service “will be back up in a few hours” after the outage.",
        "Twitter said in a statement: “We are working on the bridge between services.”",
        "A spokesperson for Facebook said: “We are working on the bridge.”",
        "Ana Example told reporters on Wednesday: “The bridge is open again tonight.” The video was shared on X.",
        "Ana Example wrote on X that the bridge was open again.",
        "Asked about her post on X, Example said: “The bridge is open again tonight.”",
        "Follow us on Twitter: “The bridge is open again” and more stories.",
        "In an interview on YouTube, Ana Example said: “The bridge is open again tonight.”",
        "“The bridge is open again tonight,” Ana Example told The Example. She later left Twitter.",
        "In a telegram to the king, the pope wrote: “The bridge is open again tonight.”",
        "The owner of Twitter said: “The bridge is open again tonight.”",
        "Twitter's chief executive wrote to staff: “The bridge is open again tonight.”",
        "She drove to work in her Model X and said: “The bridge is open again tonight.”",
        "„Die Brücke ist heute wieder offen“, sagte Beispiel im Interview mit dem Sender. Auf Twitter gab es Kritik.",
        "The X account “news from the bridge tonight” was suspended.",
        "She has two million followers on Instagram. “The bridge is open again tonight,” she said in an email.",
        "He said the threads of the story were lost: “The bridge is open again tonight.”",
        "Responding to a tweet by Ana Example, he said: “The bridge is open again tonight.”",
        "The novel, printed in chapter X, says: “The bridge is open again tonight.”",
        "Bei der Pressekonferenz auf YouTube sagte Beispiel: „Die Brücke ist heute wieder offen.“",
        "The show “Live from the bridge tonight” was streamed on Facebook and TikTok.",
        "“The bridge is open again tonight,” said the mayor. A photo on Instagram showed her there.",
        "She was accused of “playing the victim here” after she wrote on X that it rained.",
        "The studio posted on X that it was “saddened and angered by it”.",
    ],
)
def test_what_is_said_elsewhere_or_about_a_platform_is_no_post(text: str) -> None:
    assert read(text) == []


def article(text: str, **more: Any) -> Article:
    return Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text, **more)


SAID = "Ana Beispiel wrote on X on Wednesday: “The bridge is open again tonight.”"


def test_it_is_asked_for() -> None:
    assert find(article(SAID, published=PUBLISHED)) == []
    (mention,) = find(article(SAID, published=PUBLISHED), prose=True)
    assert (mention.display_name, mention.date) == ("Ana Beispiel", "2022-11-09")


def test_in_html_the_element_is_told() -> None:
    html = f"<html><body><p>It rained.</p><p>{SAID}</p></body></html>"
    page = Article(source="a", uri="ni:///x", digest="sha256:0", html=html, published=PUBLISHED)
    (mention,) = find(page, prose=True)
    assert (mention.text, mention.start) == ("The bridge is open again tonight.", None)
    assert mention.selector == "html > body > p:nth-child(2)"


def test_a_day_of_the_week_needs_the_articles_own_day() -> None:
    assert one(SAID, None).date is None
    assert one(SAID, "2022-11-09").date == "2022-11-09"
    assert one(SAID, "2022-11-08").date == "2022-11-02"
    assert one("Ana Beispiel wrote on X last week: “The bridge is open again tonight.”").date is None


def test_the_handle_is_taken_where_it_is_printed() -> None:
    assert one("Ana Beispiel (@ana_beispiel) wrote on X: “The bridge is open again.”").handle == "ana_beispiel"


def test_a_quotation_that_goes_on_behind_its_author_is_one_post() -> None:
    text = "“The bridge is open again,” Ana Beispiel wrote on X. “Thanks to all who worked on it.” It rained."
    mention = one(text)
    assert mention.text == "The bridge is open again,"
    assert mention.continuation == "Thanks to all who worked on it."


def test_what_a_signature_shows_is_not_found_again() -> None:
    words = "The bridge is open again, thanks to everyone who worked on it."
    signed = f"{words}\n— Ana Beispiel (@ana_beispiel) November 9, 2022"
    text = f"It rained. Ana Beispiel wrote on X: “{words}”\n\n{signed}\n\nThen it stopped."
    assert [m.rule for m in find(article(text), prose=True)] == ["x.signature"]


def test_only_the_platforms_that_are_looked_for() -> None:
    assert attributed.find(SAID, [p for p in EVERY if p.name == "facebook"]) == []


def test_two_posts_of_two_people_stay_apart() -> None:
    text = (
        "“The bridge is open again,” Ana Beispiel wrote on X. The mayor, Otto Muster, answered on Facebook: "
        "“It was never closed to anyone.”"
    )
    found = [(m.platform, m.display_name, m.text) for m in read(text)]
    assert found == [
        ("x", "Ana Beispiel", "The bridge is open again,"),
        ("facebook", "Otto Muster", "It was never closed to anyone."),
    ]


PIECES = st.sampled_from(
    [
        "“",
        "”",
        "„",
        "«",
        "»",
        '"',
        " wrote on X",
        ": ",
        "Ana Beispiel ",
        "tweeted ",
        "\n",
        "\n> ",
        " the bridge is open ",
        ".",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_offsets_cut_the_words_out_and_no_two_overlap(text: str) -> None:
    last = 0
    for mention in attributed.find(text, EVERY):
        assert mention.start is not None
        assert mention.end is not None
        assert last <= mention.start < mention.end
        last = mention.end
        words = text[mention.start : mention.end]
        assert words.strip() == words
        assert words.split() == (mention.text or "").split() or "\n>" in words


@pytest.mark.parametrize(
    "unit", ["“", '"', "«»", "on X: “a b c d e” ", "Ana wrote on X: ", "> ", "\n> a b c d", "tweeted “a b c d”. "]
)
def test_the_work_grows_with_the_text(unit: str) -> None:
    def cost(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size]
        times = []
        for _ in range(3):
            started = time.process_time()
            attributed.find(text, EVERY)
            times.append(time.process_time() - started)
        return min(times)

    cost(1_000)
    assert cost(16_000) < 12 * max(cost(4_000), 0.002)
