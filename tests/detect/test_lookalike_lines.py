"""Lines of pages that hold no post, each after a form that stands in the wild, with invented people and words."""

from __future__ import annotations

import pytest

from archiver.detect import find
from archiver.model import Article

LINES = {
    "schedule": (
        "Programme\n\nTime Talk Speaker\n9 Welcome Ana Example (aexample)\n"
        "News of the port Ben Sample (bsample) 9:31\n"
        "Boats Cora Test (ctest) Y\n9:30-10:15 Sails Dora Probe (dprobe) will record"
    ),
    "stylist": (
        "The ferry is back\n- Posted by\n- Cora Test\n- Published\nIt went again on 12 September (14 September)."
    ),
    "biolist": (
        "Ben Sample / @ben_sample\nTwitter bio: boats, mostly. "
        "Seen with @cora_test on 5/17/2015, on the pier.\nWhy: maps"
    ),
    "discourse": ("Which boat is best\n\n(ana) #1\n\nI like the old one.\n\n(Ben) #2\n\nthe new one (Cora Test) #3"),
    "byline": ("Boats to look out for\nby A.D. Example | July 15, 2015\nFor months (@harbour_news) nobody saw one"),
    "byline2": ("By Ana Example (@ana_example) November 9, 2022\n\nThe council met."),
    "byline-de": ("Von Jens Beispiel (@jbeispiel), 9. November 2022\n\nDer Rat tagte."),
    "byline-es": ("Por María Ejemplo (@mejemplo) 9 de noviembre de 2022\n\nEl consejo se reunió."),
    "byline-fr": ("Par Luc Exemple (@lexemple) - 9 novembre 2022 à 12h30\n\nLe conseil."),
    "byline-pt": ("Escrito por João Exemplo (@jexemplo) em 9 de novembro de 2022\n\nO conselho."),
    "byline-it": ("di Luca Esempio (@lesempio) | 9 novembre 2022\n\nIl consiglio."),
    "byline-tr": ("Yazar: Ali Örnek (@aliornek) 9 Kasım 2022\n\nMeclis toplandı."),
    "byline-ru": ("Автор: Анна Пример (@annaprimer) 9 ноября 2022 г.\n\nСовет собрался."),
    "updated": ("Ana Example (@ana_example)\nUpdated: November 9, 2022, 3:02 PM\n\nThe council met."),
    "bio": (
        "Ana Example is a reporter for the Daily. Follow her on Twitter (@ana_example). This article was"
        " first published on November 9, 2022."
    ),
    "bio2": ("About the author: Ana Example (@ana_example) covers transport. November 9, 2022"),
    "credit": ("Photo: Ana Example (@ana_example) / Instagram, November 9, 2022"),
    "credit-pt": ("(Foto: Reprodução/Instagram/@cantora_ex) 9 de novembro de 2022"),
    "credit-de": ("Bild: Screenshot Twitter / @ana_beispiel, 9. November 2022"),
    "credit-it": ("(Foto Instagram @ana_esempio)\n9 novembre 2022"),
    "changelog2": (
        "- Thanks to Ana Example (@ana_example) for the report.\n- Ben Sample (@bensample)\n- Cora Test (@coratest)"
    ),
    "changelog3": ("v1.2.3 – November 9, 2022\n- Fixed crash (@ana_example)\n- Improved speed (@ben)"),
    "git": (
        "commit abc123\nAuthor: Ana Example <ana@example.org>\nDate:   Wed Nov 9 15:02:00 2022 +0100\n\n    "
        "Fix (@ana_example)"
    ),
    "irc": (
        "[15:02] <ana_example> hello @ben: are you there today for the meeting?\n[15:03] <ben> @ana_examp"
        "le: yes I am here and will be for an hour\n15:04 -!- cora [cora@host] has joined #chan"
    ),
    "slack": (
        "Ana Example  3:02 PM\n@ben: can you look at the parser for me today please?\nBen Sample  3:05 PM\n"
        "@ana: sure, will do it after lunch today"
    ),
    "whatsapp": ("[09.11.22, 15:02:11] Ana Beispiel: @491701234567 kommst du?\n[09.11.22, 15:03:11] Ben: Ja"),
    "phpbb": (
        "Re: Ferry\nPost by ana_example » Wed Nov 09, 2022 3:02 pm\nben wrote: The ferry is late again tod"
        "ay.\n@ben yes it is"
    ),
    "email": (
        "On Wed, Nov 9, 2022 at 3:02 PM Ana Example <ana@example.org> wrote:\n> No boats today.\n> \n> -- \n"
        "> Ana Example (ana@example.org) November 9, 2022"
    ),
    "sig": ("-- \nAna Example (ana_example)\nHarbour Ltd, November 2022"),
    "cite": ("— Ana Example (Harbour Times), November 9, 2022"),
    "cite2": ("“No boats today,” – Maria (Berlin) 3. Mai 2021\n“Great!” – Tom (34), November 9, 2022"),
    "cite3": ("Smith (2020) found that @ sign. Jones (ibid.) May 3, 2021. (Example et al.) November 9, 2022"),
    "javadoc": (" * @author Ana Example (ana_example) 9 November 2022\n * @since 1.0\n"),
    "handles": (
        "X (Japan): @ferry_jp X (Global): @ferry_global Instagram: @ferry TikTok: @ferry.tok YouTube: @ferryvideo"
    ),
    "giveaway": ("1. Follow @ferry on Instagram\n2. Tag 1 friend\n3. Winner announced November 9, 2022 (@ferry)"),
    "event": (
        "Concert: The Lanterns (@thelanterns) November 9, 2022, 8pm, Harbour Hall. Tickets: $20\nThe Mill"
        "s (@themills) November 10, 2022, 8pm"
    ),
    "team": (
        "Team\nAna Example (@ana_example) – CEO\nBen Sample (@ben_sample) – CTO\nCora Test (@cora_test) – s"
        "ince May 3, 2021"
    ),
    "ghsponsor": ("Thanks to our sponsors:\n@ana-example, @ben-sample (since 2021), @cora (November 9, 2022)"),
    "youtubechannels": (
        "Subscribe to Harbour TV (@harbourtv) on YouTube. New video every week. Uploaded on November 9, 2022."
    ),
    "reddit-prose": (
        "A thread by u/ana_example in r/ferries has drawn 3,000 comments; posted by u/ben on November 9, 2022."
    ),
    "reddit-side": ("Submitted 3 hours ago by ana_example to r/ferries\n12 comments share save hide report"),
    "nowplaying": ("♬ 항구의 밤 - 아나\n♪ Lanterns - The Mills\nNow playing: ♫ Harbour Night – Ana"),
    "tgprose": (
        "Подписывайтесь на наш канал в Telegram (https://t.me/primer_kanal). Читайте нас: @primer_kanal."
        " 9 ноября 2022 г."
    ),
    "hi-age": ("Nick @34: the singer celebrated. The Mills beat the Lanterns @ Harbour's (Nov 9, 2022)."),
    "ja-san": ("1枚の画像をXに投稿したのは、こーき(@hoshi_4711)さん。2022年11月9日のことでした。"),
    "ko-acct": ("트위터 계정(@harbour_kr)은 2022년 11월 9일 개설되었다. 아나(@ana_kr)는 말했다."),
    "zh-acct": ("微博用户@港口新闻：欢迎关注。\n摄影：安娜（@ana_cn）2022年11月9日"),
    "vi": ("Ảnh: @casi_ex Người hâm mộ thích thú. (Ảnh: Instagram @bannhac.ex) 9 tháng 11, 2022"),
    "id": ('tulis @_melati_ex. "Keren banget! Ntar deh kalo pas lagi" balas @budi_ex, Rabu (9/11/2022).'),
    "th": ("ภาพจาก: @ana_th (9 พฤศจิกายน 2565)"),
    "el": ("Φωτογραφία: Άννα (@anna_gr) 9 Νοεμβρίου 2022"),
    "pl": ("Autor: Jan Przykład (@jprzyklad) 9 listopada 2022\nfot. Instagram / @anna_pl"),
    "hu": ("Szerző: Példa Anna (@panna) 2022. november 9."),
    "sv": ("Foto: Anna Exempel (@anna_ex) 9 november 2022\nAv Anna Exempel (@anna_ex)"),
    "fi": ("Kuva: Anna Esimerkki (@anna_fi) 9. marraskuuta 2022"),
    "he": ("צילום: דנה לוין (@dana_l) 9 בנובמבר 2022"),
    "prose-x": (
        "The mayor (@mayor_ex) said on November 9, 2022 that no boats would go. Her deputy (@deputy_ex) "
        "disagreed November 10, 2022."
    ),
}


@pytest.mark.parametrize("line", list(LINES.values()), ids=list(LINES))
def test_no_post_is_there(line: str) -> None:
    assert find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=line)) == []


@pytest.mark.parametrize("line", list(LINES.values()), ids=list(LINES))
def test_nor_within_an_article(line: str) -> None:
    around = "The council met on Tuesday to discuss the bridge, and the debate went on until late in the evening."
    text = f"{around}\n\n{line}\n\n{around}"
    assert find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text)) == []
