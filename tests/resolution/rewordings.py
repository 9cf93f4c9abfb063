# ruff: noqa: E501 - sentences are kept whole
"""Invented posts, what two machine translations make of them, and other posts of the same author and day.

Each case: the post; what an article shows of it (reworded, sentence order kept); decoys. In `TEMPLATES` the decoys are
made after the same pattern as the post, and only a name or a number tells them apart.
"""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    post: str
    shown: str
    decoys: tuple[str, ...]


CASES = (
    Case(
        "The bridge over the Marn stays closed tonight. Divers found a crack in the third pillar, and nobody will sign a "
        "permit before the steel is checked. 🚧 Buses leave from Tanner Street instead.",
        "The bridge on the Marn will remain closed tonight. The divers discovered a crack in the third column and no one "
        "will sign a permit before checking the steel. 🚧 The buses start from Tanner Street instead.",
        (
            "Buses on line 4 are late again tonight. Tanner Street is jammed, and the drivers have been on shift since five.",
            "Divers are a rare sight on the Marn in winter. Thank you to the crew that went into the cold water tonight!",
            "Nobody asked the shopkeepers of Tanner Street what they think of a closed bridge. I did. Thread below.",
            "The council votes on the new steel contract tomorrow. I will report from the chamber.",
        ),
    ),
    Case(
        "Our army does not negotiate with those who shell hospitals. We liberate village after village, and every "
        "commander knows his task. Believe the maps, not the television.",
        "Our army does not bargain with those who bomb hospitals. We are releasing village after village and each "
        "commander knows his mission. Trust the maps, not TV.",
        (
            "Every shelled hospital will be rebuilt. The government has set aside money for twelve of them this year.",
            "Television shows what it is told to show. Ask the villages what they see from their windows.",
            "Our commanders report calm nights along the river. The enemy is digging in on the far bank.",
            "We do not trade prisoners for land. We trade prisoners for prisoners, all for all.",
        ),
    ),
    Case(
        "Just spoke with Ilona Varga about grain exports. Three ships have left the port of Selva, two more are loading. "
        "Hunger must never be a weapon.",
        "I just talked to Ilona Varga about the export of grain. Three ships left the port of Selva and two more are being "
        "loaded. Famine should never be a weapon.",
        (
            "Just spoke with Tomas Reuter about the winter aid package. Grateful for the generators that arrive in Selva.",
            "The port of Selva was attacked at dawn. No one is hurt, two warehouses burnt down.",
            "Grain prices fell by a tenth since the corridor opened. That is bread for millions.",
            "Met the crews of the ships in Selva today. Brave people, every one of them.",
        ),
    ),
    Case(
        "I have decided not to run for a second term. Eight years of night trains and cold coffee are enough, and my "
        "children have learned to sleep without me. Thank you, Westerhaven.",
        "I decided not to stand for a second mandate. Eight years of night trains and cold coffee is sufficient and my "
        "kids learned to sleep without me. Thanks, Westerhaven.",
        (
            "My children drew a train on the wall of my office. It stays.",
            "The night train to Westerhaven will run again from May. Eight years we fought for it!",
            "Thank you for two thousand messages since this morning. I am reading every one, with coffee.",
            "No, I will not comment on who should run next. Ask the members.",
        ),
    ),
    Case(
        "BREAKING: The appeals court has thrown out the emergency decree. Judges say that the minister had no power to "
        "close the archive, and order it to open its doors on Monday.",
        "URGENT: The Court of Appeal has cancelled the emergency order. The judges say the minister did not have the "
        "authority to shut the archive and order to open its doors on Monday.",
        (
            "BREAKING: The minister will resign if the court rules against the emergency decree, two sources say.",
            "The archive holds four kilometres of files. Here is what historians found before the doors were shut.",
            "Judges entered the courtroom ten minutes late. A ruling on the decree is expected within the hour.",
            "On Monday the parliament debates the budget of the justice ministry. The opposition wants answers.",
        ),
    ),
    Case(
        "We measured 14 street corners in Lindental this week: at 11 of them the air is worse than the law allows. The "
        "city has the same numbers since March and keeps them in a drawer.",
        "We have measured 14 corners in Lindental this week: in 11 of them the air is worse than allowed by law. The city "
        "has had the same figures since March and keeps them in the drawer.",
        (
            "We will measure again in June, this time at 30 corners and with better sensors. Volunteers wanted!",
            "The mayor of Lindental says that our sensors are toys. The laboratory says they are right within 4 percent.",
            "Since March the city spent 90,000 on a campaign for clean air. Not one filter was bought.",
            "Cars are not the only source. The harbour burns heavy oil next to a school.",
        ),
    ),
    Case(
        "People ask why I left the band. There was no fight. I wanted to write slow songs, they wanted to fill stadiums, "
        "and both of us were right.",
        "People are wondering why I quit the group. There was no quarrel. I wanted to compose slow songs, they wanted to "
        "fill stadiums and we were both right.",
        (
            "People ask for my favourite song of the band. It is the one that we never recorded.",
            "Slow songs are hard. You cannot hide behind the drums.",
            "Both of my guitars were stolen in Graz last night. Red one, black one. Please share!",
            "Stadium shows are a strange thing: 50,000 people and you see eleven faces.",
        ),
    ),
    Case(
        "Das Zollhaus am Alten Hafen wird nicht abgerissen. Der Denkmalschutz hat heute unterschrieben, nach sieben Jahren "
        "Streit und zwei Gutachten. Danke an alle, die nicht aufgegeben haben!",
        "Das Zollgebäude am Alten Hafen wird nicht abgerissen. Die Denkmalbehörde hat heute unterzeichnet, nach sieben "
        "Jahren Streit und zwei Gutachten. Vielen Dank an alle, die nicht aufgegeben haben!",
        (
            "Am Alten Hafen wird ab Montag gebaut. Die Fähre legt solange am Nordkai an.",
            "Zwei Gutachten, zwei Meinungen: Das Zollhaus sei marode, sagt der eine. Es stehe noch hundert Jahre, der andere.",
            "Wer heute unterschrieben hat, darf sich morgen nicht wundern. Meine Rede im Rat steht jetzt online.",
            "Sieben Jahre lang hat niemand gefragt, was die Anwohner wollen.",
        ),
    ),
    Case(
        "Nadie nos avisó de que cerrarían el hospital de Valdemora. Nos enteramos por la radio, con los pacientes ya en "
        "las ambulancias. Mañana a las doce estaremos en la plaza.",
        "Nadie nos advirtió que iban a cerrar el hospital de Valdemora. Lo supimos por la radio, con los enfermos ya en "
        "las ambulancias. Mañana a las doce vamos a estar en la plaza.",
        (
            "El hospital de Valdemora atendió a cuarenta mil pacientes el año pasado. Cuarenta mil.",
            "La radio no miente: el consejero dimite esta tarde.",
            "Gracias a los conductores de las ambulancias, que han trabajado toda la noche sin descanso.",
            "Mañana llueve en la sierra y las carreteras estarán cortadas hasta las doce.",
        ),
    ),
    Case(
        "Сьогодні вночі наші пожежники загасили склад у Вербовому за три години. Постраждалих немає, двох котів винесли "
        "на руках. Пишаюся кожним із вас!",
        "Цієї ночі наші рятувальники загасили склад у Вербовому за три години. Постраждалих немає, двох котів винесли на "
        "руках. Горджуся кожним із вас!",
        (
            "У Вербовому відкрили нову школу. Три роки будівництва, двісті учнів, один дуже щасливий директор.",
            "Пожежники просять не палити суху траву. Вночі вітер посилиться.",
            "Склад боєприпасів ворога на тому березі більше не існує. Дякую нашим артилеристам.",
            "Пишаюся нашими вчителями. Сьогодні вони провели уроки в укритті.",
        ),
    ),
    Case(
        "Le maire ment. Les analyses de l'eau datent de janvier, elles dormaient dans son bureau pendant que les enfants "
        "de Saint-Aubry buvaient au robinet. Nous portons plainte.",
        "Le maire ment. Les analyses d'eau datent du mois de janvier, elles dormaient dans son bureau pendant que les "
        "enfants de Saint-Aubry buvaient au robinet. Nous déposons une plainte.",
        (
            "Le maire de Saint-Aubry a refusé de répondre à nos questions ce matin. Voici les questions.",
            "L'eau est coupée dans trois quartiers depuis l'aube. Des bouteilles sont distribuées à la mairie.",
            "Nous demandons la publication de toutes les analyses, sans exception et sans attendre janvier.",
            "Les enfants de l'école ont planté quarante arbres aujourd'hui. Un peu de joie.",
        ),
    ),
    Case(
        "The vaccine reached our valley this morning, on the back of Anton's tractor, because the road was under a metre of "
        "snow. First dose: Mrs. Halder, 97, who asked whether she may now go dancing.",
        "This morning the vaccine arrived in our valley on the back of Anton's tractor because the road was under one meter "
        "of snow. The first dose: Ms. Halder, 97 years old, who asked if she can go dancing now.",
        (
            "The road to our valley is open again. Anton and his tractor get a medal, or at least a cake.",
            "We have 97 doses left and will call everybody above 80 by phone. Please keep the line free.",
            "A metre of snow and still everybody came to vote. I love this valley.",
            "Mrs. Halder taught half of the council to read. She has opinions on our minutes.",
        ),
    ),
)
"""Rewordings of free text."""

TEMPLATES = (
    Case(
        "Air raid alert in the Marlow district. Go to the nearest shelter and stay there until the all-clear.",
        "Air raid alert in the Marlow district. Go to the nearest shelter and stay there until the all-clear.",
        (
            "Air raid alert in the Tessin district. Go to the nearest shelter and stay there until the all-clear.",
            "Air raid alert in the Orlova district. Go to the nearest shelter and stay there until the all-clear.",
        ),
    ),
    Case(
        "Daily count, lower quay: 41 of 60 lamps lit, 19 dark, 3 repaired since yesterday.",
        "Daily count, lower quay: 41 of 60 lamps lit, 19 dark, 3 repaired since yesterday.",
        (
            "Daily count, lower quay: 44 of 60 lamps lit, 16 dark, 2 repaired since yesterday.",
            "Daily count, upper quay: 52 of 58 lamps lit, 6 dark, 0 repaired since yesterday.",
        ),
    ),
    Case(
        "Full time: Harbour Rovers 2, Tidewell United 1. Goals by Okoro and Lindqvist in the second half.",
        "Full time: Harbour Rovers 2, Tidewell United 1. Goals by Okoro and Lindqvist in the second half.",
        (
            "Full time: Kirkby Wanderers 2, Marlow Town 1. Goals by Petersen and Adeyemi in the second half.",
            "Half time: Harbour Rovers 0, Tidewell United 1. Goal by Brandt in the first half.",
        ),
    ),
)
"""Posts made after one pattern."""
