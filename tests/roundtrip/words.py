"""What do invented people say, and what are they called? Own sentences and names in many languages and scripts.

Every sentence was written for this file; surnames and handles are made of invented syllables. A language is given as
its CLDR code.
"""

from __future__ import annotations

from collections.abc import Mapping

POSTS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "The footbridge is open again.",
        "We counted 312 bicycles before noon!",
        "Who left the lanterns on all night?",
        "Thank you to everyone who carried sandbags yesterday.",
        "The library stays open until nine this week.",
        "No ferry today, the wind is too strong.",
        "Our choir sings on the harbour wall tonight",
    ),
    "de": (
        "Die Fußgängerbrücke ist wieder offen.",
        "Wir haben bis zum Mittag 312 Fahrräder gezählt!",
        "Wer hat die Laternen die ganze Nacht brennen lassen?",
        "Danke an alle, die gestern Sandsäcke getragen haben.",
        "Die Bücherei bleibt diese Woche bis neun geöffnet.",
        "Heute fährt keine Fähre, der Wind ist zu stark.",
    ),
    "fr": (
        "La passerelle est de nouveau ouverte.",
        "Nous avons compté 312 vélos avant midi !",
        "Qui a laissé les lanternes allumées toute la nuit ?",
        "Merci à tous ceux qui ont porté des sacs de sable hier.",
        "La bibliothèque reste ouverte jusqu’à neuf heures cette semaine.",
        "Pas de bac aujourd’hui, le vent est trop fort.",
    ),
    "es": (
        "La pasarela está abierta otra vez.",
        "¡Contamos 312 bicicletas antes del mediodía!",
        "¿Quién dejó los faroles encendidos toda la noche?",
        "Gracias a todos los que ayer cargaron sacos de arena.",
        "La biblioteca abre hasta las nueve esta semana.",
        "Hoy no hay transbordador, el viento es demasiado fuerte.",
    ),
    "it": (
        "La passerella è di nuovo aperta.",
        "Abbiamo contato 312 biciclette prima di mezzogiorno!",
        "Chi ha lasciato le lanterne accese tutta la notte?",
        "Grazie a chi ieri ha portato i sacchi di sabbia.",
        "La biblioteca resta aperta fino alle nove questa settimana.",
        "Oggi niente traghetto, il vento è troppo forte.",
    ),
    "pt": (
        "A ponte pedonal está aberta outra vez.",
        "Contámos 312 bicicletas antes do meio-dia!",
        "Quem deixou as lanternas acesas a noite toda?",
        "Obrigado a todos os que ontem carregaram sacos de areia.",
        "A biblioteca fica aberta até às nove esta semana.",
        "Hoje não há barco, o vento está muito forte.",
    ),
    "nl": (
        "De voetbrug is weer open.",
        "We telden 312 fietsen voor de middag!",
        "Wie heeft de lantaarns de hele nacht laten branden?",
        "Dank aan iedereen die gisteren zandzakken droeg.",
        "De bibliotheek blijft deze week tot negen uur open.",
        "Vandaag geen veerboot, de wind is te sterk.",
    ),
    "sv": (
        "Gångbron är öppen igen.",
        "Vi räknade 312 cyklar före lunch!",
        "Vem lät lyktorna lysa hela natten?",
        "Tack till alla som bar sandsäckar i går.",
        "Biblioteket har öppet till nio den här veckan.",
    ),
    "da": (
        "Gangbroen er åben igen.",
        "Vi talte 312 cykler før middag!",
        "Hvem lod lygterne brænde hele natten?",
        "Tak til alle, som bar sandsække i går.",
        "Biblioteket holder åbent til klokken ni i denne uge.",
    ),
    "nb": (
        "Gangbrua er åpen igjen.",
        "Vi telte 312 sykler før lunsj!",
        "Hvem lot lyktene stå på hele natten?",
        "Takk til alle som bar sandsekker i går.",
        "Biblioteket er åpent til ni denne uka.",
    ),
    "fi": (
        "Kävelysilta on taas auki.",
        "Laskimme 312 pyörää ennen puoltapäivää!",
        "Kuka jätti lyhdyt palamaan koko yöksi?",
        "Kiitos kaikille, jotka kantoivat eilen hiekkasäkkejä.",
        "Kirjasto on tällä viikolla auki yhdeksään.",
    ),
    "pl": (
        "Kładka jest znowu otwarta.",
        "Do południa naliczyliśmy 312 rowerów!",
        "Kto zostawił latarnie zapalone na całą noc?",
        "Dziękuję wszystkim, którzy wczoraj nosili worki z piaskiem.",
        "Biblioteka jest w tym tygodniu czynna do dziewiątej.",
    ),
    "cs": (
        "Lávka je zase otevřená.",
        "Do poledne jsme napočítali 312 kol!",
        "Kdo nechal lucerny svítit celou noc?",
        "Děkuji všem, kteří včera nosili pytle s pískem.",
        "Knihovna má tento týden otevřeno do devíti.",
    ),
    "hu": (
        "A gyaloghíd újra nyitva van.",
        "Délig 312 kerékpárt számoltunk össze!",
        "Ki hagyta égve a lámpásokat egész éjjel?",
        "Köszönet mindenkinek, aki tegnap homokzsákot hordott.",
        "A könyvtár ezen a héten kilencig tart nyitva.",
    ),
    "ro": (
        "Pasarela este din nou deschisă.",
        "Am numărat 312 biciclete până la prânz!",
        "Cine a lăsat felinarele aprinse toată noaptea?",
        "Mulțumim tuturor celor care au cărat ieri saci cu nisip.",
        "Biblioteca este deschisă până la nouă săptămâna aceasta.",
    ),
    "el": (
        "Η πεζογέφυρα άνοιξε ξανά.",
        "Μετρήσαμε 312 ποδήλατα πριν το μεσημέρι!",
        "Ποιος άφησε τα φανάρια αναμμένα όλη νύχτα;",
        "Ευχαριστούμε όσους κουβάλησαν χθες σακιά με άμμο.",
        "Η βιβλιοθήκη μένει ανοιχτή ως τις εννέα αυτή την εβδομάδα.",
    ),
    "tr": (
        "Yaya köprüsü yeniden açıldı.",
        "Öğleye kadar 312 bisiklet saydık!",
        "Fenerleri bütün gece kim açık bıraktı?",
        "Dün kum torbası taşıyan herkese teşekkürler.",
        "Kütüphane bu hafta dokuza kadar açık.",
    ),
    "ru": (
        "Пешеходный мост снова открыт.",
        "До полудня мы насчитали 312 велосипедов!",
        "Кто оставил фонари гореть на всю ночь?",
        "Спасибо всем, кто вчера носил мешки с песком.",
        "Библиотека на этой неделе открыта до девяти.",
        "Сегодня парома нет, ветер слишком сильный.",
    ),
    "uk": (
        "Пішохідний міст знову відкритий.",
        "До полудня ми нарахували 312 велосипедів!",
        "Хто залишив ліхтарі горіти на всю ніч?",
        "Дякуємо всім, хто вчора носив мішки з піском.",
        "Бібліотека цього тижня працює до дев’ятої.",
    ),
    "bg": (
        "Пешеходният мост отново е отворен.",
        "До обяд преброихме 312 велосипеда!",
        "Кой остави фенерите да светят цяла нощ?",
        "Благодарим на всички, които вчера носиха чували с пясък.",
    ),
    "ar": (
        "جسر المشاة مفتوح من جديد.",
        "عددنا ٣١٢ دراجة قبل الظهر!",
        "من ترك الفوانيس مضاءة طوال الليل؟",
        "شكرا لكل من حمل أكياس الرمل أمس.",
        "تبقى المكتبة مفتوحة حتى التاسعة هذا الأسبوع.",
    ),
    "fa": (
        "پل پیاده‌رو دوباره باز شد.",
        "تا ظهر ۳۱۲ دوچرخه شمردیم!",
        "چه کسی فانوس‌ها را تمام شب روشن گذاشت؟",
        "سپاس از همه کسانی که دیروز کیسه شن آوردند.",
    ),
    "he": (
        "גשר הולכי הרגל פתוח שוב.",
        "ספרנו 312 זוגות אופניים לפני הצהריים!",
        "מי השאיר את הפנסים דולקים כל הלילה?",
        "תודה לכל מי שסחב אתמול שקי חול.",
    ),
    "ur": (
        "پیدل چلنے والوں کا پل دوبارہ کھل گیا ہے۔",
        "ہم نے دوپہر سے پہلے 312 سائیکلیں گنیں!",
        "کس نے ساری رات لالٹینیں جلتی چھوڑ دیں؟",
        "کل ریت کی بوریاں اٹھانے والوں کا شکریہ۔",
    ),
    "hi": (
        "पैदल पुल फिर से खुल गया है।",
        "हमने दोपहर से पहले 312 साइकिलें गिनीं!",
        "रात भर लालटेन किसने जलती छोड़ी?",
        "कल रेत की बोरियाँ उठाने वालों का धन्यवाद।",
    ),
    "bn": (
        "পায়ে চলার সেতুটি আবার খুলেছে।",
        "দুপুরের আগে আমরা ৩১২টি সাইকেল গুনেছি!",
        "কে সারা রাত লণ্ঠন জ্বালিয়ে রেখেছে?",
        "গতকাল যারা বালির বস্তা বয়েছেন তাদের ধন্যবাদ।",
    ),
    "ta": (
        "நடைபாலம் மீண்டும் திறந்துள்ளது.",
        "மதியத்திற்கு முன் 312 மிதிவண்டிகளை எண்ணினோம்!",
        "இரவு முழுவதும் விளக்குகளை யார் எரியவிட்டது?",
    ),
    "th": (
        "สะพานคนเดินเปิดอีกครั้งแล้ว",
        "เรานับจักรยานได้ 312 คันก่อนเที่ยง!",
        "ใครเปิดโคมไฟทิ้งไว้ทั้งคืน?",
    ),
    "vi": (
        "Cây cầu đi bộ đã mở lại.",
        "Chúng tôi đếm được 312 chiếc xe đạp trước buổi trưa!",
        "Ai để đèn lồng sáng suốt đêm vậy?",
        "Cảm ơn mọi người đã khiêng bao cát hôm qua.",
    ),
    "id": (
        "Jembatan pejalan kaki sudah dibuka lagi.",
        "Kami menghitung 312 sepeda sebelum tengah hari!",
        "Siapa yang membiarkan lentera menyala semalaman?",
        "Terima kasih untuk semua yang kemarin mengangkat karung pasir.",
    ),
    "fil": (
        "Bukas na ulit ang tulay para sa mga naglalakad.",
        "Nakabilang kami ng 312 bisikleta bago magtanghali!",
        "Sino ang nag-iwan ng mga parol na nakasindi buong gabi?",
    ),
    "ja": (
        "歩道橋がまた通れるようになりました。",
        "昼までに自転車を312台数えました！",
        "誰が一晩中ちょうちんをつけたままにしたの？",
        "昨日、土のうを運んでくれた皆さんに感謝します。",
    ),
    "ko": (
        "보행교가 다시 열렸습니다.",
        "정오 전에 자전거 312대를 세었습니다!",
        "누가 밤새 등불을 켜 두었나요?",
        "어제 모래주머니를 날라 주신 모든 분께 감사드립니다.",
    ),
    "zh": (
        "人行桥又开放了。",
        "中午之前我们数到312辆自行车！",
        "谁让灯笼亮了一整夜？",
        "感谢昨天搬沙袋的每一个人。",
    ),
    "zh_Hant": (
        "人行橋又開放了。",
        "中午之前我們數到312輛自行車！",
        "誰讓燈籠亮了一整夜？",
        "感謝昨天搬沙包的每一個人。",
    ),
    "et": (
        "Jalakäijate sild on jälle avatud.",
        "Lugesime enne lõunat 312 jalgratast!",
        "Aitäh kõigile, kes eile liivakotte kandsid.",
    ),
    "ca": (
        "La passarel·la torna a estar oberta.",
        "Hem comptat 312 bicicletes abans del migdia!",
        "Gràcies a tots els que ahir van portar sacs de sorra.",
    ),
    "ka": (
        "საფეხმავლო ხიდი ისევ გაიხსნა.",
        "შუადღემდე 312 ველოსიპედი დავთვალეთ!",
    ),
    "sw": (
        "Daraja la waenda kwa miguu limefunguliwa tena.",
        "Tulihesabu baiskeli 312 kabla ya adhuhuri!",
    ),
    "eo": (
        "La piedira ponto estas denove malfermita.",
        "Ni kalkulis 312 biciklojn antaŭ tagmezo!",
    ),
}
"""What posts say: short sentences, most with a mark at their end."""

ARTICLES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "The council met on Tuesday evening to discuss the repairs, and the debate went on until long after dark.",
        "According to the engineers, the old wooden piles will have to be replaced before the winter begins.",
        "Residents of the lower town had complained for months about the noise of the building site.",
        "A decision on the budget is expected at the end of the month, the mayor said at a press conference.",
        "Traffic on the ring road was diverted, and several schools sent their pupils home early.",
        "The museum will show the drawings in its east wing, where they had been stored for decades.",
        "In the end nobody was hurt, but the damage to the market hall is considerable.",
    ),
    "de": (
        "Der Gemeinderat beriet am Dienstagabend über die Reparatur, und die Debatte dauerte bis tief in die Nacht.",
        "Nach Angaben der Ingenieure müssen die alten Holzpfähle ersetzt werden, bevor der Winter beginnt.",
        "Die Anwohner der Unterstadt hatten sich seit Monaten über den Lärm der Baustelle beschwert.",
        "Über den Haushalt soll am Ende des Monats entschieden werden, wie die Bürgermeisterin mitteilte.",
    ),
    "fr": (
        "Le conseil s’est réuni mardi soir pour discuter des réparations, et le débat a duré jusque tard dans la nuit.",
        "Selon les ingénieurs, les vieux pieux de bois devront être remplacés avant le début de l’hiver.",
        "Les habitants de la ville basse se plaignaient depuis des mois du bruit du chantier.",
        "Une décision sur le budget est attendue à la fin du mois, a déclaré la maire lors d’une conférence de presse.",
    ),
    "es": (
        "El consejo se reunió el martes por la noche para hablar de las obras, y el debate duró hasta muy tarde.",
        "Según los ingenieros, los viejos pilotes de madera tendrán que ser sustituidos antes del invierno.",
        "Los vecinos de la ciudad baja llevaban meses quejándose del ruido de la obra.",
        "Se espera una decisión sobre el presupuesto a finales de mes, dijo la alcaldesa en rueda de prensa.",
    ),
    "it": (
        "Il consiglio si è riunito martedì sera per discutere dei lavori, e il dibattito è durato fino a tarda notte.",
        "Secondo gli ingegneri, i vecchi pali di legno dovranno essere sostituiti prima dell’inverno.",
        "Gli abitanti della città bassa si lamentavano da mesi del rumore del cantiere.",
    ),
    "pt": (
        "O conselho reuniu-se na terça-feira à noite para discutir as obras, e o debate durou até muito tarde.",
        "Segundo os engenheiros, as velhas estacas de madeira terão de ser substituídas antes do inverno.",
        "Os moradores da cidade baixa queixavam-se há meses do ruído da obra.",
    ),
    "nl": (
        "De raad vergaderde dinsdagavond over de herstelling, en het debat duurde tot diep in de nacht.",
        "Volgens de ingenieurs moeten de oude houten palen worden vervangen voordat de winter begint.",
        "De bewoners van de benedenstad klaagden al maanden over het lawaai van de bouwplaats.",
    ),
    "sv": (
        "Kommunfullmäktige samlades på tisdagskvällen för att diskutera reparationen, och debatten varade länge.",
        "Enligt ingenjörerna måste de gamla träpålarna bytas ut innan vintern börjar.",
    ),
    "pl": (
        "Rada zebrała się we wtorek wieczorem, aby omówić naprawę, a debata trwała do późnej nocy.",
        "Zdaniem inżynierów stare drewniane pale trzeba będzie wymienić, zanim zacznie się zima.",
        "Mieszkańcy dolnego miasta od miesięcy skarżyli się na hałas z placu budowy.",
    ),
    "tr": (
        "Meclis salı akşamı onarımı görüşmek için toplandı ve tartışma gece geç saatlere kadar sürdü.",
        "Mühendislere göre eski ahşap kazıkların kış başlamadan önce değiştirilmesi gerekecek.",
    ),
    "ru": (
        "Совет собрался во вторник вечером, чтобы обсудить ремонт, и споры продолжались до поздней ночи.",
        "По словам инженеров, старые деревянные сваи придётся заменить до начала зимы.",
        "Жители нижнего города несколько месяцев жаловались на шум стройки.",
    ),
    "uk": (
        "Рада зібралася у вівторок увечері, щоб обговорити ремонт, і суперечки тривали до пізньої ночі.",
        "За словами інженерів, старі дерев’яні палі доведеться замінити до початку зими.",
    ),
    "el": (
        "Το συμβούλιο συνεδρίασε το βράδυ της Τρίτης για τις επισκευές, και η συζήτηση κράτησε ως αργά τη νύχτα.",
        "Σύμφωνα με τους μηχανικούς, οι παλιοί ξύλινοι πάσσαλοι πρέπει να αντικατασταθούν πριν τον χειμώνα.",
    ),
    "ar": (
        "اجتمع المجلس مساء الثلاثاء لمناقشة أعمال الإصلاح، واستمر النقاش حتى ساعة متأخرة من الليل.",
        "ووفقا للمهندسين يجب استبدال الأعمدة الخشبية القديمة قبل بداية الشتاء.",
    ),
    "fa": (
        "شورا سه‌شنبه شب برای بررسی تعمیرات تشکیل جلسه داد و بحث تا دیروقت ادامه یافت.",
        "به گفته مهندسان، شمع‌های چوبی قدیمی باید پیش از آغاز زمستان تعویض شوند.",
    ),
    "he": (
        "המועצה התכנסה ביום שלישי בערב כדי לדון בתיקונים, והוויכוח נמשך עד שעה מאוחרת בלילה.",
        "לדברי המהנדסים יש להחליף את עמודי העץ הישנים לפני תחילת החורף.",
    ),
    "ur": (
        "کونسل نے منگل کی شام مرمت پر بات کرنے کے لیے اجلاس کیا اور بحث رات گئے تک جاری رہی۔",
        "انجینئروں کے مطابق پرانے لکڑی کے ستون سردیوں سے پہلے بدلنے ہوں گے۔",
    ),
    "hi": (
        "परिषद ने मंगलवार की शाम मरम्मत पर चर्चा के लिए बैठक की और बहस देर रात तक चलती रही।",
        "अभियंताओं के अनुसार लकड़ी के पुराने खंभों को सर्दियों से पहले बदलना होगा।",
    ),
    "th": ("สภาประชุมเมื่อเย็นวันอังคารเพื่อหารือเรื่องการซ่อมแซม และการอภิปรายดำเนินไปจนดึก",),
    "vi": (
        "Hội đồng họp vào tối thứ Ba để bàn về việc sửa chữa, và cuộc tranh luận kéo dài đến tận khuya.",
        "Theo các kỹ sư, những cọc gỗ cũ sẽ phải được thay trước khi mùa đông bắt đầu.",
    ),
    "id": (
        "Dewan bertemu pada Selasa malam untuk membahas perbaikan, dan perdebatan berlangsung hingga larut malam.",
        "Menurut para insinyur, tiang kayu lama harus diganti sebelum musim hujan dimulai.",
    ),
    "ja": (
        "議会は火曜日の夜に集まって修理について話し合い、議論は深夜まで続いた。",
        "技術者によると、古い木の杭は冬が始まる前に取り替えなければならない。",
    ),
    "ko": (
        "의회는 화요일 저녁에 모여 보수 공사를 논의했고 토론은 밤늦게까지 이어졌다.",
        "기술자들에 따르면 낡은 나무 말뚝은 겨울이 오기 전에 교체해야 한다.",
    ),
    "zh": (
        "市议会星期二晚上开会讨论维修工程，辩论一直持续到深夜。",
        "据工程师说，旧木桩必须在冬天开始之前更换。",
    ),
    "zh_Hant": (
        "市議會星期二晚上開會討論維修工程，辯論一直持續到深夜。",
        "據工程師說，舊木樁必須在冬天開始之前更換。",
    ),
}
"""What articles say: longer sentences, each ended by a mark (but in Thai, which has none)."""

HASHTAGS: Mapping[str, tuple[str, ...]] = {
    "en": ("#OpenBridge", "#HarbourDays", "#flood2031", "#lanterns"),
    "de": ("#Brückenfest", "#Hochwasser", "#Laternen"),
    "fr": ("#passerelle", "#fêteduport"),
    "es": ("#PasarelaAbierta", "#inundación"),
    "tr": ("#köprü", "#fener"),
    "ru": ("#мост", "#фонари"),
    "uk": ("#міст", "#ліхтарі"),
    "ar": ("#جسر_المشاة", "#الميناء"),
    "fa": ("#پل",),
    "he": ("#גשר",),
    "hi": ("#पुल",),
    "ja": ("#歩道橋", "#ちょうちん祭り"),
    "ko": ("#보행교",),
    "zh": ("#人行桥",),
    "el": ("#γέφυρα",),
    "th": ("#สะพาน",),
}

EMOJI = ("🌉", "🙏", "😂", "🚲", "🔥", "👏🏽", "🇵🇹", "🏳️\u200d🌈", "👩\u200d🚒", "❤️", "⚡", "🌻")

GIVEN: Mapping[str, tuple[str, ...]] = {
    "latin": ("Ana", "Mirelo", "Tobin", "Jorun", "Élodie", "Søren", "Łucja", "Zoë", "Ivo", "Maëlle", "Çağla", "Nils"),
    "cyrillic": ("Мирена", "Тарас", "Вельма", "Оксана", "Йордан", "Ефим"),
    "greek": ("Νεφέλη", "Μίλτος", "Ζωή"),
    "arabic": ("ليان", "وسيم", "رهف", "تيم"),
    "hebrew": ("נועם", "טליה", "איתן"),
    "devanagari": ("मीरा", "वरुण", "ईशा"),
    "bengali": ("মৌ", "অয়ন"),
    "thai": ("นารา", "ภูมิ"),
    "japanese": ("みずほ", "アナ", "健二郎"),
    "hangul": ("나래", "도윤"),
    "han": ("林晓", "陳雨"),
    "georgian": ("ნინო", "ლევანი"),
    "armenian": ("Նարե", "Տիգրան"),
    "tamil": ("மாலா", "கவின்"),
}

FAMILY: Mapping[str, tuple[str, ...]] = {
    "latin": ("Velmora", "Trandelin", "Oskarrin", "Quillbeck", "Marsovel", "Ødegrim", "Żelvicka", "O’Brannel", "Tavi"),
    "cyrillic": ("Вельморенко", "Трандилин", "Осколец"),
    "greek": ("Βελμόρης", "Τρανδέλη"),
    "arabic": ("الفلموري", "تراندل"),
    "hebrew": ("ולמור", "טרנדל"),
    "devanagari": ("वेल्मोर", "त्रांडेल"),
    "bengali": ("ভেলমোর",),
    "thai": ("เวลมอร์",),
    "japanese": ("ヴェルモラ", "川久保田"),
    "hangul": ("벨모라",),
    "han": ("维莫", "川橋"),
    "georgian": ("ველმორა",),
    "armenian": ("Վելմորյան",),
    "tamil": ("வெல்மோர்",),
}

ORGANISATIONS = (
    "Harbour Gazette",
    "Velmora City Library",
    "Footbridge Watch",
    "Radio Trandel 24",
    "THE LANTERN SOCIETY",
    "Quillbeck Rowing Club",
    "Institut für Laternen",
    "Asociación del Puente",
)

HANDLE_PIECES = (
    "ana",
    "velmo",
    "trandel",
    "tobin",
    "quill",
    "lantern",
    "bridge",
    "harbr",
    "oskar",
    "marso",
    "radio",
    "gazet",
    "jorun",
    "mirel",
)
