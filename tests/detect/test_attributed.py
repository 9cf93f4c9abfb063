"""Posts that prose quotes and attributes to a platform. Invariants: offsets cut the quotation's words out of the text
without its marks, nothing is reported unless it was asked for, and the work grows with the text, not faster."""

from __future__ import annotations

import sys
from types import FrameType, SimpleNamespace
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
        (
            "President Jon Example said in a post on his Truth Social platform: “The bridge is open again tonight.”",
            "truthsocial",
            "Jon Example",
            None,
        ),
        ("“The bridge is open again tonight,” Example said in a tweet.", "x", "Example", None),
        ("“The bridge is open again tonight,” Example said on Twitter late on Tuesday.", "x", "Example", "2022-11-08"),
        ("“The bridge is open again tonight,” Ana Example posted to X.", "x", "Ana Example", None),
        ("In an Instagram post, the singer wrote, “The bridge is open again tonight.”", "instagram", None, None),
        (
            "In a video posted to TikTok, Ana Example said: “The bridge is open again tonight.”",
            "tiktok",
            "Ana Example",
            None,
        ),
        ("Writing on X, Ana Example said: “The bridge is open again tonight.”", "x", "Ana Example", None),
        (
            "“The bridge is open again tonight,” said Ana Example in a Facebook post on Wednesday.",
            "facebook",
            "Ana Example",
            "2022-11-09",
        ),
        (
            "“The bridge is open again tonight,” Governor Ana Example of Exampleton wrote Wednesday on X.",
            "x",
            "Ana Example",
            "2022-11-09",
        ),
        (
            "Kyiv Mayor Ivan Prykladenko wrote on the Telegram messaging app: “The bridge is open again tonight.”",
            "telegram",
            "Ivan Prykladenko",
            None,
        ),
        (
            "“The bridge is open again tonight,” Ukraine's Defence Ministry said on the Telegram app.",
            "telegram",
            "Defence Ministry",
            None,
        ),
        ("The senator tweeted on Nov. 8: “The bridge is open again tonight.”", "x", None, "2022-11-08"),
        ("“The bridge is open again tonight,” the team announced on Twitter.", "x", None, None),
        (
            "Ana Example wrote on her Facebook page: 'The bridge is open again tonight.'",
            "facebook",
            "Ana Example",
            None,
        ),
        ("Ana Example wrote on X: ‘The bridge is open again tonight.’", "x", "Ana Example", None),
        ("Auf der Plattform X schrieb Ana Beispiel: „Die Brücke ist heute wieder offen.“", "x", "Ana Beispiel", None),
        (
            "„Die Brücke ist heute wieder offen“, schrieb Ministerin Ana Beispiel Dienstag auf X (früher Twitter).",
            "x",
            "Ana Beispiel",
            "2022-11-08",
        ),
        ("„Die Brücke ist heute wieder offen“, teilte die Polizei auf Twitter mit.", "x", None, None),
        (
            "„Die Brücke ist heute wieder offen“, heißt es in einem Facebook-Post von Ana Beispiel.",
            "facebook",
            "Ana Beispiel",
            None,
        ),
        ("„Die Brücke ist heute wieder offen“, schrieb er bei Instagram.", "instagram", None, None),
        (
            "Ana Beispiel kommentierte auf Instagram: „Die Brücke ist heute wieder offen.“",
            "instagram",
            "Ana Beispiel",
            None,
        ),
        (
            "Der Ex-Präsident Jon Beispiel schrieb auf Truth Social: „Die Brücke ist heute wieder offen.“",
            "truthsocial",
            "Jon Beispiel",
            None,
        ),
        ("„Die Brücke ist heute wieder offen“, so Beispiel auf X.", "x", "Beispiel", None),
        (
            'El exministro Luis Ejemplo ha escrito en su cuenta de X: "El puente está abierto otra vez".',
            "x",
            "Luis Ejemplo",
            None,
        ),
        (
            '"El puente está abierto otra vez", ha señalado Luis Ejemplo en un mensaje en la red social X.',
            "x",
            "Luis Ejemplo",
            None,
        ),
        ('"El puente está abierto otra vez", ha tuiteado este martes la alcaldesa.', "x", None, "2022-11-08"),
        ("“El puente está abierto otra vez”, se lee en el tuit de Luis Ejemplo.", "x", "Luis Ejemplo", None),
        (
            "Mediante su cuenta de Facebook, Ejemplo compartió: “El puente está abierto otra vez”.",
            "facebook",
            "Ejemplo",
            None,
        ),
        (
            "« Le pont est de nouveau ouvert ce soir », a déclaré le ministre Paul Exemple sur le réseau social X.",
            "x",
            "Paul Exemple",
            None,
        ),
        ("« Le pont est de nouveau ouvert ce soir », a-t-il écrit sur X.", "x", None, None),
        ("« Le pont est de nouveau ouvert ce soir », écrit-elle sur son compte Instagram.", "instagram", None, None),
        (
            "« Le pont est de nouveau ouvert ce soir », a-t-elle publié mardi sur Facebook.",
            "facebook",
            None,
            "2022-11-08",
        ),
        (
            "Dans un tweet, Paul Exemple a estimé : « Le pont est de nouveau ouvert ce soir. »",
            "x",
            "Paul Exemple",
            None,
        ),
        ("«Il ponte è di nuovo aperto stasera», scrive su X il ministro Anna Esempio.", "x", "Anna Esempio", None),
        (
            "In un post su Instagram la cantante ha scritto: «Il ponte è di nuovo aperto stasera».",
            "instagram",
            None,
            None,
        ),
        ("«Il ponte è di nuovo aperto stasera», twitta Esempio.", "x", "Esempio", None),
        (
            "“A ponte está aberta de novo hoje”, disse o presidente João Exemplo em sua conta no X (antigo Twitter).",
            "x",
            "João Exemplo",
            None,
        ),
        ("No Twitter, João Exemplo escreveu: “A ponte está aberta de novo hoje”.", "x", "João Exemplo", None),
        ("„Most jest dziś znowu otwarty” – napisał na platformie X premier Jan Przykład.", "x", "Jan Przykład", None),
        (
            "Jan Przykład w mediach społecznościowych na Facebooku napisał: „Most jest dziś znowu otwarty”.",
            "facebook",
            "Jan Przykład",
            None,
        ),
        ("„Most jest dziś znowu otwarty” – czytamy we wpisie na Twitterze.", "x", None, None),
        ("„Most je dnes opět otevřený,“ uvedl na síti X ministr Jan Příklad.", "x", "Jan Příklad", None),
        ("„Most je dnes znovu otvorený,“ napísal Ján Príklad na Facebooku.", "facebook", "Ján Príklad", None),
        (
            "«Мост сегодня снова открыт», — сообщил губернатор Иван Примеров в своём телеграм-канале.",
            "telegram",
            "Иван Примеров",
            None,
        ),
        (
            "В своем телеграм-канале Иван Примеров написал: «Мост сегодня снова открыт».",
            "telegram",
            "Иван Примеров",
            None,
        ),
        ("Как написал Иван Примеров в соцсети Х, «мост сегодня снова открыт для всех».", "x", "Иван Примеров", None),
        ("«Мост сегодня снова открыт», — говорится в сообщении, опубликованном в Telegram.", "telegram", None, None),
        ("Про це він написав у Telegram: «Міст сьогодні знову відкритий».", "telegram", None, None),
        (
            "Про це Іван Прикладенко повідомив у телеграмі: «Міст сьогодні знову відкритий».",
            "telegram",
            "Іван Прикладенко",
            None,
        ),
        (
            "«Міст сьогодні знову відкритий», – йдеться у дописі міністра Івана Прикладенка в соцмережі X.",
            "x",
            None,
            None,
        ),
        (
            'Örnek, sosyal medya hesabı X\'ten yaptığı açıklamada, "Köprü bu akşam yeniden açıldı" dedi.',
            "x",
            "Örnek",
            None,
        ),
        (
            'Twitter hesabından paylaşım yapan Ayşe Örnek, "Köprü bu akşam yeniden açıldı" ifadelerini kullandı.',
            "x",
            "Ayşe Örnek",
            None,
        ),
        (
            "– Bron är öppen igen. ”Bron är öppen igen i kväll”, skrev statsminister Eva Exempel på X.",
            "x",
            "Eva Exempel",
            None,
        ),
        ("«Broen er åpen igjen i kveld», skriver Eva Eksempel på X.", "x", "Eva Eksempel", None),
        ("”Silta on taas auki tänään”, Esimerkki tviittasi.", "x", "Esimerkki", None),
        (
            "„A híd ma este újra nyitva van” – írta közösségi oldalán, a Facebookon Példa Anna.",
            "facebook",
            "Példa Anna",
            None,
        ),
        ('"De brug is vanavond weer open", schrijft minister Jan Voorbeeld op X.', "x", "Jan Voorbeeld", None),
        (
            '"Podul este din nou deschis", a transmis premierul Ion Exemplu, pe Facebook.',
            "facebook",
            "Ion Exemplu",
            None,
        ),
        ("«Мостът отново е отворен тази вечер», написа във Фейсбук Иван Примеров.", "facebook", "Иван Примеров", None),
        ("„Мост је вечерас поново отворен“, написао је Јован Примерић на Твитеру.", "x", "Јован Примерић", None),
        (
            "Με ανάρτησή του στο X, ο Νίκος Παράδειγμα έγραψε: «Η γέφυρα είναι πάλι ανοιχτή».",
            "x",
            "Νίκος Παράδειγμα",
            None,
        ),
        ("例田首相は10日、X（旧ツイッター）で「橋は今夜、再び開通した」と述べた。", "x", "例田", "2022-11-10"),
        ("同日、例田氏はフェイスブックに「橋は今夜、再び開通した」と書き込んだ。", "facebook", "例田", None),
        ("馬例子於臉書發文表示：「大橋今晚重新開放通行。」", "facebook", "馬例子", None),
        ('김예시 의원은 페이스북을 통해 "다리가 오늘 밤 다시 열렸다"고 밝혔다.', "facebook", "김예시", None),
        ("김예시는 자신의 인스타그램에 “다리가 오늘 밤 다시 열렸다”는 글을 올렸다.", "instagram", "김예시", None),
        ('وأضاف عبر حسابه على منصة "إكس": "الجسر مفتوح من جديد هذا المساء".', "x", None, None),
        ('غرد أحمد مثال قائلا: "الجسر مفتوح من جديد هذا المساء".', "x", "أحمد مثال", None),
        ('דוגמה צייץ: "הגשר פתוח שוב הערב לכולם".', "x", None, None),
        ('उन्होंने ट्विटर पर लिखा, "पुल आज रात फिर से खुल गया है।"', "x", None, None),
        ("“Jembatan sudah dibuka kembali malam ini,” tulisnya di Twitter, Rabu.", "x", None, "2022-11-09"),
        ("นายกฯ โพสต์เฟซบุ๊กว่า “สะพานเปิดให้ใช้อีกครั้งในคืนนี้แล้ว”", "facebook", None, None),
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
        "“The bridge is open again tonight,” Example told Reuters, adding that a post on X was wrong.",
        "“The bridge is open again tonight,” Example said, according to X-ray technicians.",
        "Facebook said on Tuesday: “The bridge is open again tonight.”",
        "A Telegram spokesperson wrote: “The bridge is open again tonight.”",
        "Twitter users reacted quickly. “The bridge is open again tonight,” the mayor said at city hall.",
        "The company, which owns Instagram, said: “The bridge is open again tonight.”",
        "Rich Ana bought Twitter and said: “The bridge is open again tonight.”",
        "He worked at Twitter before. “The bridge is open again tonight,” he said.",
        "The film on YouTube is called “The bridge is open again tonight”.",
        "The song “The bridge is open again tonight” is trending on TikTok.",
        "Share this on Facebook\n“The bridge is open again tonight,” the mayor said.",
        "Der Konzern hinter Facebook teilte mit: „Die Brücke ist heute wieder offen.“",
        "Der Chef von Twitter sagte: „Die Brücke ist heute wieder offen.“",
        "Folgen Sie uns auf Facebook: „Die Brücke ist heute wieder offen“ und mehr.",
        "El dueño de Twitter, Luis Ejemplo, dijo: “El puente está abierto otra vez”.",
        "Глава Telegram Иван Примеров заявил: «Мост сегодня снова открыт».",
        "Суд оштрафовал Facebook. «Мост сегодня снова открыт», — заявил судья.",
        'Twitter\'ın sahibi Örnek, "Köprü bu akşam yeniden açıldı" dedi.',
        "フェイスブックの例田社長は「橋は今夜、再び開通した」と述べた。",
        "推特公司表示：“大桥今晚重新开放通行。”",
        "She quoted Malcolm X: “The bridge is open again tonight.”",
        "In Terminator X he says: “The bridge is open again tonight.”",
        "A WhatsApp message said: “The bridge is open again tonight.”",
        "Mr Example posted bail and said: “The bridge is open again tonight.”",
        "The lawsuit says Facebook wrote in an internal email: “The bridge is open again tonight.”",
        "According to the LinkedIn profile of the firm, it has “more than 40 bridges in Europe”.",
        "Reddit's chief wrote in a memo: “The bridge is open again tonight.”",
        "The paper wrote about TikTok: “The bridge is open again tonight.”",
        "Otto Muster was banned from Twitter after he said: “The bridge is open again tonight.”",
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


@pytest.mark.parametrize(
    "block",
    [
        "<blockquote><p>The bridge is open <em>again</em> tonight.</p></blockquote>",
        "<blockquote>“The bridge is open again tonight.”</blockquote>",
    ],
)
def test_in_html_a_block_may_be_the_quotation(block: str) -> None:
    html = (
        f"<html><body><p>It rained. Ana Beispiel wrote on X:</p>{block}<p>Then it stopped for a day.</p></body></html>"
    )
    page = Article(source="a", uri="ni:///x", digest="sha256:0", html=html)
    (mention,) = find(page, prose=True)
    assert (mention.display_name, mention.text) == ("Ana Beispiel", "The bridge is open again tonight.")
    assert mention.selector is not None
    assert "blockquote" in mention.selector


def test_a_block_after_a_finished_sentence_is_another_matter() -> None:
    assert read("Ana Beispiel wrote on X that it rained.\n\n> The bridge is open again tonight.\n\nIt rained.") == []


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


def test_what_lies_in_a_known_post_is_not_found_again() -> None:
    known = Mention(source="a", platform="x", rule="x.signature", confidence=0.9, start=50, end=len(SAID))
    assert attributed.find(SAID, EVERY, found=[known]) == []


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
def test_the_work_grows_with_the_text(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts calls, and the code points that are searched for names, for a text and one four times as long."""
    searched = calls = 0
    namings = attributed.namings

    def counting(text: str, start: int, stop: int, words: Any) -> Any:
        nonlocal searched
        searched += stop - start
        return namings(text, start, stop, words)

    def called(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal calls
        calls += 1

    monkeypatch.setattr(attributed, "namings", counting)
    attributed.find(unit, EVERY, published=PUBLISHED)  # tables that are made once
    counts = []
    for size in (50, 200):
        searched = calls = 0
        sys.setprofile(called)
        try:
            attributed.find(unit * size, EVERY, published=PUBLISHED)
        finally:
            sys.setprofile(None)
        counts.append((calls, searched))
    assert counts[1][0] <= 4.2 * counts[0][0] + 2000
    assert counts[1][1] <= 4 * counts[0][1] + 5000
