"""What the invented accounts say: own sentences about an invented harbour town, in eight languages.

A post is an opening and a continuation, so a handful of each makes many distinct posts. `&` and `<` occur on purpose:
they are escaped on the way, and must come back as they were.
"""

from __future__ import annotations

from typing import NamedTuple


class Voice(NamedTuple):
    """What posts of one language are made of."""

    openings: tuple[str, ...]
    continuations: tuple[str, ...]
    hashtags: tuple[str, ...]
    emoji: tuple[str, ...]


VOICES: dict[str, Voice] = {
    "en": Voice(
        (
            "The lower swing bridge stays shut until the tide gauge is repaired.",
            "Council minutes & budget tables are finally on the town's own site.",
            "Nobody at the ferry office could say who ordered the second timetable.",
            "We counted the street lamps again: 41 of 60 work.",
            "Three boats left before dawn and all three are back.",
            "The old customs house has a new roof, and no doors yet.",
        ),
        (
            "The harbour master promised an answer before Friday.",
            "If x < y in the report, somebody swapped the columns.",
            "Ask the people who live on the quay, not the people who sell it.",
            "Photographs follow once the fog lifts.",
            "I have read the contract twice and found no date in it.",
            "That is not what the mayor told the fishing crews last week.",
        ),
        ("SwingBridge", "HarbourTown", "ferry"),
        ("⚓", "🌫️", "👩🏽‍🔧", "🚢"),
    ),
    "uk": Voice(
        (
            "Розвідний міст знову зачинено, бо ніхто не замовив нову шестерню.",
            "На набережній світять сорок один ліхтар із шістдесяти.",
            "Поромна контора тиждень мовчить про другий розклад.",
            "Три човни вийшли до світанку, і всі три повернулися.",
            "Стара митниця отримала дах, але двері ще десь у дорозі.",
            "Мер каже одне, а начальник порту — зовсім інше.",
        ),
        (
            "Питайте тих, хто живе біля причалу, а не тих, хто його продає.",
            "Договір я прочитала двічі, дати в ньому немає.",
            "Відповідь обіцяли до п'ятниці.",
            "Фото будуть, щойно розійдеться туман.",
            "Рахували вдвох, щоб ніхто не сумнівався.",
            "Хтось переплутав стовпчики у звіті.",
        ),
        ("РозвіднийМіст", "порт", "пором"),
        ("🌻", "⚓", "🚧"),
    ),
    "de": Voice(
        (
            "Die untere Drehbrücke bleibt zu, weil das Zahnrad nie bestellt wurde.",
            "Am Kai brennen einundvierzig von sechzig Laternen.",
            "Im Fährbüro weiß niemand, woher der zweite Fahrplan kommt.",
            "Drei Boote sind vor Sonnenaufgang ausgelaufen, drei sind zurück.",
            "Das alte Zollhaus hat ein Dach bekommen, Türen fehlen weiterhin.",
            "Protokolle & Haushaltstabellen stehen jetzt auf der Seite der Stadt.",
        ),
        (
            "Fragt die Leute, die am Hafen wohnen, nicht die, die ihn verkaufen.",
            "Ich habe den Vertrag zweimal gelesen und kein Datum gefunden.",
            "Die Antwort soll vor Freitag kommen.",
            "Bilder gibt es, sobald sich der Nebel hebt.",
            "Gezählt haben wir zu zweit, damit keiner zweifelt.",
            "So hat es der Bürgermeister den Fischern nicht gesagt.",
        ),
        ("Drehbrücke", "Hafen", "Fähre"),
        ("🚧", "⚓", "🌫️"),
    ),
    "ar": Voice(
        (
            "الجسر المتحرك مغلق مرة أخرى لأن أحدا لم يطلب الترس الجديد.",
            "على الرصيف واحد وأربعون مصباحا مضاء من أصل ستين.",
            "مكتب العبارات صامت منذ أسبوع بشأن الجدول الثاني.",
            "خرجت ثلاثة قوارب قبل الفجر وعادت كلها.",
            "صار لمبنى الجمارك القديم سقف ولم تصل الأبواب بعد.",
        ),
        (
            "اسألوا من يسكن قرب الميناء لا من يبيعه.",
            "قرأت العقد مرتين ولم أجد فيه تاريخا.",
            "وعدوا بالجواب قبل يوم الجمعة.",
            "الصور بعد أن ينقشع الضباب.",
        ),
        ("الجسر", "الميناء"),
        ("⚓", "🌫️"),
    ),
    "iw": Voice(
        (
            "הגשר המסתובב סגור שוב כי איש לא הזמין גלגל שיניים חדש.",
            "על הרציף דולקים ארבעים ואחד פנסים מתוך שישים.",
            "משרד המעבורות שותק כבר שבוע על לוח הזמנים השני.",
            "שלוש סירות יצאו לפני עלות השחר ושלושתן חזרו.",
        ),
        (
            "תשאלו את מי שגר ליד הנמל ולא את מי שמוכר אותו.",
            "קראתי את החוזה פעמיים ולא מצאתי בו תאריך.",
            "הבטיחו תשובה לפני יום שישי.",
        ),
        ("הגשר", "נמל"),
        ("⚓",),
    ),
    "ja": Voice(
        (
            "下の旋回橋は歯車が届かず、今日も閉まったままです。",
            "岸壁の街灯は六十本のうち四十一本だけ点いています。",
            "渡船事務所は二つ目の時刻表について何も答えません。",
            "夜明け前に出た三隻の船は、三隻とも戻りました。",
            "古い税関の建物に屋根がつきました。扉はまだです。",
        ),
        (
            "港を売る人ではなく、港に住む人に聞いてください。",
            "契約書を二度読みましたが、日付がどこにもありません。",
            "金曜日までに返事をもらう約束です。",
            "霧が晴れたら写真を載せます。",
        ),
        ("旋回橋", "港町"),
        ("🚢", "🌁"),
    ),
    "es": Voice(
        (
            "El puente giratorio sigue cerrado: nadie encargó el engranaje nuevo.",
            "En el muelle lucen cuarenta y una farolas de sesenta.",
            "La oficina del transbordador no explica el segundo horario.",
            "Salieron tres barcas antes del alba y las tres han vuelto.",
            "La vieja aduana ya tiene techo; las puertas, todavía no.",
        ),
        (
            "Preguntad a quien vive en el puerto, no a quien lo vende.",
            "He leído el contrato dos veces y no trae fecha.",
            "Prometieron responder antes del viernes.",
            "¿Quién cambió las columnas del informe?",
        ),
        ("PuenteGiratorio", "muelle"),
        ("⚓", "🚧"),
    ),
    "hi": Voice(
        (
            "घूमने वाला पुल फिर बंद है क्योंकि नया गियर किसी ने मँगाया ही नहीं।",
            "घाट पर साठ में से इकतालीस बत्तियाँ ही जलती हैं।",
            "नौका दफ़्तर दूसरी समय-सारणी पर एक हफ़्ते से चुप है।",
            "तीन नावें भोर से पहले निकलीं और तीनों लौट आईं।",
        ),
        (
            "बंदरगाह बेचने वालों से नहीं, वहाँ रहने वालों से पूछिए।",
            "मैंने अनुबंध दो बार पढ़ा, उसमें तारीख़ नहीं है।",
            "शुक्रवार से पहले जवाब का वादा है।",
        ),
        ("पुल", "बंदरगाह"),
        ("🌊",),
    ),
}
