"""People behind display names. Invariants: the name of a person stands in the prose at its offsets, never within a
post, and the display name itself is never changed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find, people
from archiver.model import Article, Mention, Person

SEED = Path(__file__).parents[2] / "../shared/seed/article.txt"


def named(display_name: str, prose: str) -> Person | None:
    mention = Mention(source="a", platform="x", display_name=display_name, rule="x.signature", confidence=0.9)
    (again,) = people.named([mention], [people.Passage(text=prose)], offsets=True)
    assert again.display_name == display_name
    if again.person is not None:
        assert prose[again.person.start : again.person.end] == again.person.name
        assert 0 < again.person.likeness <= 1
    return again.person


SAME = [
    (
        "ихайло Прикладняк",
        "Mikhailo Prykladnak, an adviser to President Oleh Zrazok, warned on Wednesday that it is late.",
        "Mikhailo Prykladnak",
        "Михайло Прикладняк",
    ),
    ("Михайло Прикладняк", "Officials said so. Mykhailo Prykladniak said it was late.", "Mykhailo Prykladniak", None),
    ("Олена Зразкова", "Die Abgeordnete Olena Sraskowa sagte es.", "Olena Sraskowa", None),
    ("Сергей Примеров", "The mayor, Serhii Prymerov, said so.", "Serhii Prymerov", None),
    ("Ivan Prymerenko", "Об этом сообщил Иван Примеренко в среду.", "Иван Примеренко", None),
    ("Κώστας Παραδειγματίδης", "Kostas Paradeigmatidis of the party said so.", "Kostas Paradeigmatidis", None),
    ("Kostas Paradeigmatidis", "Ο Κώστας Παραδειγματίδης είπε ότι είναι αργά.", "Κώστας Παραδειγματίδης", None),
    ("김예시", "Kim Ye-si, the mayor, said it was late.", "Kim Ye-si", None),
    ("박보기", "Mayor Park Bo-gi said it was late.", "Park Bo-gi", None),
    ("王例子", "Chinese envoy Wang Lizi said it was late.", "Wang Lizi", None),
    ("Wang Lizi", "外交部发言人王例子表示，时间已晚。", "王例子", None),
    ("דנה דוגמני", "Dana Dogmani, a minister, said so.", "Dana Dogmani", None),
    ("Dana Dogmani", "השרה דנה דוגמני אמרה שמאוחר.", "דנה דוגמני", None),
    ("أحمد الطرابلسي", "Ahmed al-Tarabulsi, a banker, said so.", "Ahmed al-Tarabulsi", None),
    ("Karim Mansour", "قال كريم منصور إن الوقت متأخر.", "كريم منصور", None),
    ("Dmitri Samplenko", "ドミトリー・サンプレンコ氏は述べた。", "ドミトリー・サンプレンコ", None),
    ("अनिल उदाहरणकर", "Anil Udaharankar said it was late.", "Anil Udaharankar", None),
    ("Łukasz Przykładowski", "Lukasz Przykladowski said it was late.", "Lukasz Przykladowski", None),
    ("Jiří Příklad", "The Czech minister Jiri Priklad said so.", "Jiri Priklad", None),
    ("Mehmet Örnekoğlu", "Мехмет Орнекоглу сообщил об этом.", "Мехмет Орнекоглу", None),
    ("Dr. Ana Example MP", "Later Ana Example said it was late.", "Ana Example", None),
    ("Ana Example 🇺🇦 | Journalist", "Later, Ana Example said it was late.", "Ana Example", None),
    ("A. Examplova", "Anna Examplova told us.", "Anna Examplova", None),
    ("Example Ana", "Ana Example told us.", "Ana Example", None),
    ("Ana Maria Example", "Ana Example told us.", "Ana Example", None),
    ("Ana Exampleton", "President Exampleton said it was late. More about Exampleton.", "Exampleton", None),
    ("Ministry of Samples", "The Ministry of Samples said so.", "Ministry of Samples", None),
    ("Sample Times", "The Sample Times reported it.", "Sample Times", None),
    ("Ana Exmaple", "Ana Example told us.", "Ana Example", None),
    ("рина Прикладенко", "Iryna Prykladenko, the mayor, told us.", "Iryna Prykladenko", "Ирина Прикладенко"),
    ("José Ejemplo", "Jose Ejemplo told us.", "Jose Ejemplo", None),
    ("Олександр Зразок", "Oleksandr Zrazok told us.", "Oleksandr Zrazok", None),
    ("Oleksandr Zrazok", "Зустріч провів Олександр Зразок у середу.", "Олександр Зразок", None),
    ("Νίκος Δείγμας", "Nikos Deigmas told us.", "Nikos Deigmas", None),
    ("გიორგი ნიმუშაძე", "Giorgi Nimushadze told us.", "Giorgi Nimushadze", None),
    ("Արամ Օրինակյան", "Aram Orinakyan told us.", "Aram Orinakyan", None),
    ("Volodymyr Zrazkovskyi", "Vladimir Zrazkovsky told us.", "Vladimir Zrazkovsky", None),
    (
        "Богдан Взірець / Bohdan Vzirets",
        "President Bohdan Vzirets told us.",
        "Bohdan Vzirets",
        None,
    ),
    ("Prof. Dr. Karl Beispielmann", "Der Virologe Karl Beispielmann sagte.", "Karl Beispielmann", None),
    ("KARL BEISPIELMANN", "Der Virologe Karl Beispielmann sagte.", "Karl Beispielmann", None),
    ("karl beispielmann", "Der Virologe Karl Beispielmann sagte.", "Karl Beispielmann", None),
    ("Karl Beispielmann MdB", "Der Abgeordnete Karl Beispielmann sagte.", "Karl Beispielmann", None),
    ("Karl J. Beispielmann", "Der Abgeordnete Karl Beispielmann sagte.", "Karl Beispielmann", None),
    ("María José Muestra", "María José Muestra dijo.", "María José Muestra", None),
    ("Otto von Muster", "Otto von Muster sagte es.", "Otto von Muster", None),
    ("Beispiel, Karl", "Karl Beispiel sagte es.", "Karl Beispiel", None),
    ("Nguyễn Văn Mẫu", "Nguyen Van Mau told us.", "Nguyen Van Mau", None),
    ("Sheikh Ahmed bin Mithal", "Ahmed bin Mithal told us.", "Ahmed bin Mithal", None),
    ("Наталья Примерова", "Natalia Primerova told us.", "Natalia Primerova", None),
    ("Дмитро Зразок", "Dmytro Zrazok told us.", "Dmytro Zrazok", None),
    ("Aleksandr Primerov", "Об этом заявил Александр Примеров.", "Александр Примеров", None),
    ("Zhang Wei", "外交部发言人张伟表示，时间已晚。", "张伟", None),
    ("Ferenc Példányi", "Példányi Ferenc azt mondta.", "Példányi Ferenc", None),
    ("Ministry of Samples 🇺🇦", "The Ministry of Samples said.", "Ministry of Samples", None),
    ("Αννα Δείγμα", "Anna Deigma told us.", "Anna Deigma", None),
    ("Григорий Примеров", "Hryhorii Prymerov told us.", "Hryhorii Prymerov", None),
    ("Jean-Paul Exemple", "Jean-Paul Exemple a dit.", "Jean-Paul Exemple", None),
    ("Jean Paul Exemple", "Jean-Paul Exemple a dit.", "Jean-Paul Exemple", None),
    ("Mohammed Mithali", "قال محمد مثالي إن الوقت متأخر.", "محمد مثالي", None),
    ("ジョン・サンプルトン", "John Sampleton told us.", "John Sampleton", None),
    ("Kyiv Sample Post", "The Kyiv Sample Post reported.", "Kyiv Sample Post", None),
]
"""(display name, prose, the name there, the repair): invented people in many scripts and states."""

OTHERS = [
    ("Ivan Prymerenko", "Petro Prymerenko said so."),
    ("Ана Примерова", "Ivan Primerov and Boris Primerov said so."),
    ("Alexandra Example", "Alexander Example said so."),
    ("Ana Example", "Bob Example, her brother, said. Example said later."),
    ("Marina Example", "Maria Example told us."),
    ("Bridge Watch 🌉", "The bridge was closed, said John Example. The Bridge was old."),
    ("Fox Samples", "CNN Samples and BBC Samples reported."),
    ("New York", "The New York Example reported."),
    ("Nature", "Nature is strong. The bridge."),
    ("Stop the war ✊", "President Example said stop. The War began."),
    ("🇺🇦🇺🇦", "Ana Example told us."),
    ("Anna Sample", "By Hannah Simple, staff writer"),
    ("Jan Novak", "Jana Novakova told us."),
    ("Михайло Прикладняк", "Mykola Prykladniak told us."),
    ("Ana Ruiz", "Luis Ruiz and Ana Paz told us."),
    ("The Daily Sample", "The Daily Mirror reported."),
    ("Paul Sample", "St. Paul and Sample Street were closed."),
    ("M. Example", "Mark Example and Maria Example told us."),
    ("Kim Ye-si", "Kim Bo-gi told us."),
    ("王例子", "Wang Ming told us."),
    ("דנה דוגמני", "Dan Degem told us."),
    ("Karim Mansour", "قال كريم سعيد إن الوقت متأخر."),
    ("News", "News from the bridge. The News was bad."),
    ("Ivan Ivanov", "Ivana Ivanova told us."),
    ("Wednesday Addams", "On Wednesday Addams Street was closed."),
    ("Berlin Police", "In Berlin, the Police said."),
    ("Daniel Example", "Danielle Example told us."),
    ("Robert Sample", "Roberta Sample told us."),
    ("Washington", "Washington Example told us. In Washington it rained."),
    ("John Smith", "Joan Smith told us. Johan Smits said."),
    ("Breaking News", "Breaking News Example said."),
    ("Peter Müller", "Paula Müller and Petra Müller spoke."),
    ("Li Wei", "Wei Ling told us."),
    ("Park Bo-gi", "박 씨는 말했다. 보기 좋은 다리."),
    ("Dan Lee", "דן לי אמר"),
    ("Chris Bridge", "The Bridge was closed. Christ Bridge Church."),
    ("Lee Example", "Leo Example told us."),
    ("Maria Garcia", "Mario Garcia told us."),
    ("Иван Петров", "Ивана Петрова told us."),
    ("Tim Sample", "Tom Sample told us."),
    ("Jan Sample", "Jon Sample and Jane Sample told us."),
    ("Ali Sample", "Alia Sample told us."),
    ("Jean Exemple", "Jeanne Exemple a dit."),
    ("Julian Sample", "Juliana Sample told us"),
    ("Erik Sample", "Erika Sample told us"),
    ("Michael Sample", "Michelle Sample told us."),
    ("Gabriel Sample", "Gabriela Sample told us."),
    ("Nikolai Primerov", "Nikita Primerov told us."),
    ("Андрей Примеров", "Andrea Primerov told us."),
    ("Viktor Primerov", "Viktoria Primerova told us."),
    ("Xiaoming Yangben", "样本晓明表示"),
    ("Ann Example", "Anne Example told us."),
    ("Sam Example", "Samantha Example told us."),
]
"""Relatives, namesakes, journalists, places, bodies, slogans."""


@pytest.mark.parametrize(("display_name", "prose", "name", "repair"), SAME)
def test_the_same_person_in_another_spelling(display_name: str, prose: str, name: str, repair: str | None) -> None:
    person = named(display_name, prose)
    assert person is not None
    assert (person.name, person.repair) == (name, repair)


@pytest.mark.parametrize(("display_name", "prose"), OTHERS)
def test_nobody_rather_than_somebody_else(display_name: str, prose: str) -> None:
    assert named(display_name, prose) is None


def test_each_account_finds_its_own_person_among_all(capsys: pytest.CaptureFixture[str]) -> None:
    prose = "\n".join(prose for _, prose, _, _ in SAME)
    mentions = [
        Mention(source="a", platform="x", display_name=name, rule="x.signature", confidence=0.9) for name, *_ in SAME
    ]
    found = people.named(mentions, [people.Passage(text=prose)], offsets=True)
    right = sum(fits(m, case) for m, case in zip(found, SAME, strict=True))
    wrong = sum(m.person is not None for m in found) - right
    with capsys.disabled():
        sys.stdout.write(f" invented people: precision {right / (right + wrong):.2f}, recall {right / len(SAME):.2f} ")
    assert wrong == 0
    assert right >= 0.95 * len(SAME)


def fits(mention: Mention, case: tuple[str, str, str, str | None]) -> bool:
    """Some of these people are named twice, in two scripts."""
    names = {case[2]} | {other[2] for other in SAME if case[0] in (other[2], other[3])}
    names |= {case[0]} if any(other[0] == case[2] for other in SAME) else set()
    return mention.person is not None and mention.person.name in names


def article(text: str) -> Article:
    return Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text)


PROSE = "Mikhailo Prykladnak, an adviser to President Oleh Zrazok, warned on Wednesday that the bridge was closed."
POST = "The bridge is open again, thanks to everyone who worked on it."


def test_a_mention_carries_the_person_and_what_the_name_lost() -> None:
    text = f"{PROSE}\n\n{POST} – ихайло Прикладняк (Prykladniak_M) November 9, 2022\n\nIt rained."
    (mention,) = find(article(text))
    assert mention.display_name == "ихайло Прикладняк"
    assert mention.person is not None
    assert mention.person.name == "Mikhailo Prykladnak"
    assert (mention.person.start, mention.person.end) == (0, 19)
    assert mention.person.repair == "Михайло Прикладняк"


def test_a_signature_is_no_evidence_for_itself() -> None:
    text = (
        f"{POST}\n— Ana Beispiel (@ana_beispiel) November 9, 2022\n\nIt rained all day.\n\n"
        f"And Otto Muster said so.\n— Ana Beispiel (@ana_beispiel) November 8, 2022"
    )
    assert [mention.person for mention in find(article(text))] == [None, None]


def test_in_html_the_person_has_no_offsets() -> None:
    html = (
        f"<p>{PROSE}</p><blockquote class='twitter-tweet'><p>{POST}</p>— Михайло Прикладняк (@prykladniak_m) "
        "<a href='https://twitter.com/prykladniak_m/status/1590173336165216257'>November 9, 2022</a></blockquote>"
    )
    (mention,) = find(Article(source="a", uri="ni:///x", digest="sha256:0", html=html))
    assert mention.person is not None
    assert (mention.person.name, mention.person.start, mention.person.repair) == ("Mikhailo Prykladnak", None, None)


def test_without_display_names_nothing_is_looked_for() -> None:
    class Unread(people.Passage, frozen=True):
        def __getattribute__(self, name: str) -> Any:
            raise AssertionError("read")

    mention = Mention(source="a", platform="x", rule="x.picture", confidence=0.6)
    assert people.named([mention], [Unread(text="Ana Beispiel")], offsets=True) == [mention]


@pytest.mark.skipif(not SEED.exists(), reason="the article that started this is not part of the repository")
def test_the_article_that_started_this() -> None:
    text = SEED.read_text(encoding="utf-8")
    (mention,) = find(article(text))
    assert mention.person is not None
    assert mention.person.repair is not None
    assert mention.display_name is not None
    assert mention.person.repair.endswith(mention.display_name)
    assert len(mention.person.repair) == len(mention.display_name) + 1
    assert text[mention.person.start : mention.person.end].isascii()


def test_only_so_many_names_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    person = people._Prose.person

    def counting(prose: Any, display_name: str, *, offsets: bool) -> Person | None:
        asked.append(display_name)
        return person(prose, display_name, offsets=offsets)

    monkeypatch.setattr(people._Prose, "person", counting)
    mentions = [
        Mention(source="a", platform="x", display_name=f"Ana Beispiel {n % 400}", rule="r", confidence=0.9)
        for n in range(800)
    ]
    people.named(mentions, [people.Passage(text=PROSE)], offsets=True)
    assert len(asked) == len(set(asked)) == people.MAX_NAMES


@given(
    st.text(st.sampled_from("AaBb Éжж中ア’-. "), max_size=60),
    st.text(st.sampled_from("Ana Example Ж中아 .\n-’"), max_size=200),
)
def test_whatever_is_found_stands_in_the_prose(display_name: str, prose: str) -> None:
    named(display_name, prose)
