"""Which words report what somebody wrote?

`She wrote on her page`, `escribió en su cuenta`, `у своєму дописі`: the verbs, nouns and small words of sentences that
quote. A word with `*` stands for all that begin with it. The languages are kept together in one table for each kind of
word, because articles mix them and no kind is decisive alone.
"""

from __future__ import annotations

import msgspec
import regex

from archiver.language.relative import listed


class Words(msgspec.Struct, frozen=True):
    """Whole words and beginnings of words, all in small letters."""

    whole: frozenset[str]
    stems: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Words:
        entries = text.split()
        return cls(
            frozenset(e for e in entries if not e.endswith("*")), tuple(e[:-1] for e in entries if e.endswith("*"))
        )

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and (word in self.whole or word.startswith(self.stems))


WROTE = Words.of(
    # English, German, Dutch, Scandinavian
    "wrote writes write writing written posted posts posting published publishes shared shares penned "
    "retweeted quipped "
    "schrieb schreibt schrieben schreiben geschrieben postete posten postet gepostet veröffentlicht* "
    "twitterte* twittert "
    "getwittert tweetete getweetet teilte verbreitete schreef schrijft geschreven plaatste plaatst deelde geplaatst "
    "twitterde tweette skrev skriver skrivit skrevet delade delte delar deler postade postar poster publicerade "
    "publiserte publicerede tvittrade twittrade lade tweetade tvitret "
    # Romance
    "écrit écrivait écrivit écrivent écrire publié publiait publie posté poste partagé partage twitté tweete tweetait "
    "escribió escribía escribe escrito escribieron publicó publica publicado publicaron posteó posteado compartió "
    "compartido tuiteó tuitea tuiteado colgó subió redactó escreveu escreve escrevia escrito publicou postou postado "
    "compartilhou compartilhado partilhou tuitou tuitado scritto scritta scrive scriveva scrivono "
    "pubblicato pubblicata "
    "pubblica postato condiviso twittato twitta cinguettato scris scrie scrise postat postează publicat distribuit "
    "escriure escrit escriu piulat publicat "
    # Slavic
    "napisał* pisze piszą opublikował* zamieścił* udostępnił* ćwierknął* zatweetował* tweetował* napsal* píše píší "
    "zveřejnil* napísal* zverejnil* tweetnul* написал* пишет пишут опубликовал* разместил* поделил* запостил* выложил* "
    "написав написала написали написало пише пишуть опублікув* розмістив розмістила поширив* запостив* "
    "твітнув* твитнул* "
    "написа публикува сподели туитна napisao napisala napisali piše objavio objavila objavili tvitnu* tvitao tvitala "
    "podijelio podijelila podelio podelila написао написала објавио објавила твитнуо zapisal zapisala objavil objavila "
    # Turkish and its kin, Finnish, Hungarian, Baltic, Greek, Albanian
    "yazdı yazdi yazmış yazan yazıp paylaştı paylaşan paylaşarak tweetledi yazıb paylaşıb жазды kirjoitti kirjoittaa "
    "kirjoittanut julkaisi jakoi twiittasi tviittasi postasi kirjutas kirjutab postitas írta írja írt posztolt* "
    "közzétett* kiírta megosztott* tweetelt* rakstīja raksta ierakstīja rašė rašo parašė paskelbė έγραψε γράφει έγραφε "
    "ανάρτησε δημοσίευσε ποστάρισε τουίταρε κοινοποίησε shkroi shkruan postoi "
    # Indonesian, Malay, Filipino, Vietnamese
    "tulis* menulis ditulis unggah mengunggah diunggah cuit* mencuit* viết đăng isinulat sumulat "
    # Arabic, Hebrew, Persian, Urdu, Hindi, Bengali
    "كتب كتبت وكتب وكتبت يكتب نشر نشرت ونشر ونشرت غرد غردت وغرد غرّد غرّدت مغردا مغرداً غردّ دون دونت ودون "
    "כתב כתבה כתבו וכתב וכתבה צייץ צייצה צייצו פרסם פרסמה פירסם פירסמה שיתף העלה נוشت نوشت نوشته‌اند نوشته منتشر "
    "لکھا لکھتے लिखा लिखते लिखकर ट्वीट पोस्ट লিখেছেন লেখেন লিখেন টুইট"
)
"""Verbs of writing and posting."""

SAID = Words.of(
    "heißt heisst lautet zitierte señalado indicado asegurado afirmado comentado expresado manifestado "
    "declarado agregado "
    "añadido dicho lee reza lamentado anunciado sostenido celebrado respondido lire lê legge disse czytamy głosi brzmi "
    "stojí говорится сказано гласит йдеться гласить пишеться "
    "answered asked asks joked argued lamented hailed slammed blasted tells vented observed recalled "
    "admitted apologized "
    "apologised promised denied boasted railed "
    "fragte witzelte kritisierte kritisiert forderte fordert lobte bedankte betont dankte gab reagierten "
    "preguntó criticó sentenció zanjó ironizó pidió denunció reveló subrayó recordó agradeció "
    "répondu demandé regretté salué fustigé ironisé expliqué confié réagit répond écrivant "
    "risposto risponde chiesto ironizza ironizzato sottolinea sottolineato ribadito "
    "respondeu criticou lamentou comemorou escrevendo pediu destacou ironizou "
    "napomkl zapytał* odpowiedział* skrytykował* odpověděl* napomněl* "
    "ответил* спросил* призвал* поблагодарил* уточнил* пояснил* "
    "відповів відповіла запитав запитала закликав* пояснив пояснила подякував* уточнив уточнила "
    "odgovorio odgovorila komentirao komentirala komentarisao svarade svarer svarte vastasi válaszolta "
    "răspuns απάντησε "
    "antwoordde reageerden "
    "said says saying added adds announced announces declared declares stated states commented comments reacted reacts "
    "responded responds replied replies warned warns claimed claims explained explains insisted vowed confirmed "
    "reported read reads quoted quoting remarked complained condemned praised urged noted thanked "
    "sagte sagt erklärte erklärt kommentierte kommentiert reagierte reagiert verkündete hieß betonte warnte meldete "
    "mitgeteilt zitiert antwortete kündigte zei zegt meldde meldt laat liet reageerde reageert säger sade sa meddelade "
    "siger sagde sier sa oplyser opplyser kommenterer "
    "déclaré dit affirmé affirme réagi commenté annoncé annonce ajouté lancé indiqué dénoncé assuré "
    "estimé précisé lâché "
    "dijo dice afirmó señaló indicó aseguró comentó reaccionó anunció expresó manifestó declaró agregó añadió sostuvo "
    "respondió advirtió lamentó celebró expuso apuntó disse diz afirmou declarou anunciou comentou reagiu ressaltou "
    "detto dice dichiarato commentato commenta annunciato annuncia afferma aggiunto spiega replica attacca "
    "spus declarat transmis anunțat afirmat comentat precizat reacționat "
    "powiedział* stwierdził* oświadczył* podkreślił* poinformował* przekazał* skomentował* dodał* "
    "zapowiedział* ocenił* "
    "uvedl* řekl* oznámil* sdělil* prohlásil* uviedol uviedla oznámil* povedal* vyhlásil* "
    "сообщил* заявил* сказал* отметил* подчеркнул* прокомментировал* добавил* рассказал* объявил* сообщает заявляет "
    "повідомив* заявив* заявила сказав сказала зазначив* зазначила наголосив* наголосила прокоментував* додав додала "
    "повідомила розповів розповіла підкреслив* заяви съобщи каза коментира "
    "rekao rekla poručio poručila naveo navela izjavio izjavila rekel rekla sporočil* рекао рекла поручио "
    "поручила навео "
    "navela изјавио изјавила dedi diyen belirtti duyurdu açıkladı ifadelerini ifadesini kullandı vurguladı "
    "sanoi sanoo kertoi kertoo totesi toteaa kommentoi mondta közölte jelentette fogalmazott reagált üzente "
    "είπε δήλωσε ανέφερε σχολίασε υπογράμμισε αναφέρει δηλώνει ütles teatas sacīja paziņoja sakė teigė pranešė "
    "kata ujar ungkap menyatakan mengatakan jelas nói "
    "قال قالت وقال وقالت أعلن أعلنت وأضاف وأضافت أكد أكدت أوضح جاء "
    "אמר אמרה אמרו הודיע הודיעה הגיב הגיבה הוסיף گفت گفته اعلام افزود کہا कहा बताया বলেছেন বলেন"
)
"""Verbs of saying: they say that somebody is quoted, and not where."""

WROTE_INSIDE = (
    *("投稿", "書き込", "書いた", "書いて", "つぶやい", "綴っ", "つづっ", "ツイート", "ポスト", "発信"),
    *(
        "写道",
        "寫道",
        "发文",
        "發文",
        "发帖",
        "發帖",
        "发推",
        "發推",
        "撰文",
        "写到",
        "发布",
        "發布",
        "貼文",
        "帖文",
        "贴文",
        "留言",
    ),
    *("적었다", "썼다", "올렸다", "게시", "남겼다", "적으며", "글을", "트윗", "쓰며"),
    *("โพสต์", "ทวีต", "เขียน", "ระบุ"),
)
SAID_INSIDE = (
    *(
        "述べ",
        "表明",
        "発表",
        "明らかに",
        "主張",
        "コメント",
        "称赞",
        "表示",
        "说",
        "說",
        "称",
        "稱",
        "强调",
        "回应",
        "回應",
    ),
    *("밝혔다", "말했다", "주장했다", "강조했다", "전했다", "กล่าว", "บอก"),
)
"""Words of the same kinds in scripts without spaces."""

POST = Words.of(
    "post posts posting post's message messages thread threads statement story stories caption update clip video reel "
    "postings postu postem poście wpis* posta poste postagem postare postarea postit poszt* posztban beitrag beiträge "
    "eintrag nachricht statement tweet* posting publicación publicaciones mensaje hilo historia publicação mensagem "
    "publication message messaggio messaggi bericht berichtje příspěv* príspev* пост посте посту постом "
    "поста пості дописі "
    "допис* сообщени* запис* публикаци* публікаці* повідомлен* објави objavi objava објава paylaşım* mesaj* gönderi* "
    "inlägg* opslag* innlegg* julkaisu* päivity* viesti* bejegyz* üzenet* ανάρτησ* ανάρτηση μήνυμα "
    "δημοσίευσ* unggahan* "
    "postingan* bài dòng منشور* منشوره تدوين* بيان تغريدة פוסט* הודעה ציוץ پست* پیام* पोस्ट* संदेश পোস্ট* پوسٹ* "
    "statement postitus* ieraksts ierakst* įraš* żartobliwy"
)
"""Nouns for a post."""

PLACE = Words.of(
    "account accounts page channel profile wall feed platform network app site website service handle konto account* "
    "kanal* seite* profil* plattform* netzwerk* dienst* kurznachrichten* kurznachrichtendienst onlinedienst cuenta* "
    "página* canal* perfil* red redes plataforma* muro compte* page* chaîne* réseau* plateforme* conta "
    "contas rede* pagina* "
    "profilo canale piattaforma* social stron* konta koncie kanał* kanale serwis* platform* portal* "
    "stránk* účt* účet* sít* "
    "siet* страниц* страничк* канал* аккаунт* акаунт* соцсет* социальн* сет* сторін* соцмереж* мереж* "
    "мікробло* микробло* "
    "профил* профіл* платформ* мессенджер* месенджер* hesab* sayfa* sosyal medya* konto* sida sidan tili* "
    "sivu* kanava* "
    "oldal* csatorn* fiók* profilj* cont contul pagin* rețea* canalul λογαριασμ* σελίδα* κανάλι* προφίλ "
    "πλατφόρμα* μέσο "
    "akun* laman* halaman* kanal* trang tài mạng حساب* صفح* قنا* منص* موقع* شبكة تطبيق חשבון* עמוד* ערוץ* "
    "רשת* הרשת דף* "
    "فیس کانال* شبکه حساب* اکاؤنٹ* अकाउंट* हैंडल* पेज* नेटवर्क* medier mediet stranici profilu nalogu налогу профилу "
    "мрежи мрежата konts kontā paskyr* lehel seinal"
)
"""Nouns for where one posts."""

PLACE_AFTER = Words.of(
    "hesab* sayfa* kanal* oldal* csatorn* tili* sivu* kanava* fiók* profilj* प* हैंडल* अकाउंट* اکاؤنٹ* konts* kontā* "
    "paskyr* üzerinden aracılığıyla"
)
"""Of these, the ones of languages that put no `on` before them."""

AT = Words.of(
    "on in via at through over across auf bei im in über mittels op via på i med sur dans en via à por no "
    "na nos nas em "
    "pelo pela através mediante su sul sulla nel nella tramite w we na poprzez ve v přes prostredníctvom "
    "у в во във на через "
    "со із în prin pe u preko putem kroz на преко путем στο στον στην στη μέσω σε di melalui lewat pada trên qua trong "
    "على في عبر در sa tuitissa par kanalā во"
)
"""`on`, in all languages; what stands between it and the platform is read word by word."""

OF = listed("of de del della dello dell di do da du des von vom der van af av z ze от")
"""`the owner of Twitter`: to be `on` it, there has to be an account or a page before."""

ABOUT = listed(
    "about to of over after regarding concerning following citing against by from despite über zu nach wegen zum zur "
    "sobre tras contra après contre dopo o po za об про о за після после despre după omkring om efter over na hakkında "
    "για μετά deleted gelöschten"
)
"""`asked about her post on X`: then the words are not the post's."""

TOOK_TO = listed("took takes taking turned went turning posted uploaded")
"""`took to Twitter`."""

ELSEWHERE = regex.compile(
    r"\b(?:interview|press conference|news conference|told (?:reporters|journalists|the|a|an|us|CNN|BBC|Reuters|AFP)"
    r"|pressekonferenz|interviewt|rueda de prensa|entrevista|conférence de presse|entretien|coletiva|conferenza stampa"
    r"|intervista|intervist|wywia|konferencj|rozhovor|tiskov|интервью|інтерв|пресс-конференц|прес-конференц|interjú"
    r"|sajtótájékoztat|röportaj|basın toplantı|συνέντευξη|haastattelu|wawancara|interviu|conferință|intervju"
    r"|spokes(?:man|woman|person) for|speech|rede im|debate|court|testif|letter to)",
    regex.IGNORECASE,
)
ELSEWHERE_INSIDE = (
    "記者会見",
    "会見で",
    "インタビュー",
    "采访",
    "採訪",
    "记者会",
    "記者會",
    "인터뷰",
    "기자회견",
    "مقابلة",
    "مؤتمر صحفي",
    "ראיון",
    "מסיבת עיתונאים",
    "مصاحبه",
)
"""Where else words are said: then they are no post's, though a platform is named beside."""

PRONOUNS = listed(
    "he she they it we i you who er sie es wir il elle ils elles on nous él ella ellos ellas ele ela eles elas lui lei "
    "loro egli on ona oni ono он она они оно він вона вони hij zij ze han hon hun de hän ő ők el ea ei "
    "αυτός αυτή dia ia "
    "أنه"
)

BETWEEN = listed(
    "has have had also later then since reportedly again today yesterday once just simply even publicly subsequently "
    "hat habe haben auch später dazu daraufhin selbst zudem bereits ha han había a ont avait aussi anche "
    "ha hanno aveva "
    "però poi inoltre também depois ainda też również później potem wcześniej také později rovněž потом "
    "позже также тоже "
    "затем ранее уже пізніше також потім раніше згодом своєю ook later eerder även också også sedan senere "
    "now ensuite wrote who that this it und et y e and y i и та в be se s' l' le lo was is am"
)
"""Small words between somebody and the verb."""

ROLES = Words.of(
    "president presidents prime minister ministers chancellor senator governor mayor spokesman "
    "spokeswoman spokesperson "
    "secretary adviser advisor ambassador mp chairman chairwoman chair chief ceo founder director general "
    "colonel lawyer "
    "attorney analyst leader head judge justice king queen prince princess pope premier lawmaker congressman "
    "congresswoman representative rep sen gov dr prof professor mr mrs ms miss sir lord lady captain coach striker "
    "singer actor actress journalist reporter activist economist candidate billionaire author musician rapper player "
    "star deputy vice former ex commissioner democrat republican "
    "secretary-general "
    "präsident* ministerpräsident* bundeskanzler* kanzler* außenminister* innenminister* politiker* "
    "abgeordnet* sprecher* "
    "chef chefin vorsitzend* bürgermeister* oberbürgermeister* gouverneur* berater* herr frau staatssekretär* trainer* "
    "milliardär* minister* "
    "presidente presidenta ministro ministra canciller senador senadora gobernador* alcalde alcaldesa "
    "portavoz diputad* "
    "vicepresident* asesor* mandatari* exministr* expresident* líder secretari* fiscal concejal* jefe "
    "jefa doctor doctora "
    "président présidente ministre député députée maire porte-parole sénateur sénatrice conseiller conseillère "
    "secrétaire premier première deputad* governador* prefeito prefeita vereador* premiê chanceler "
    "porta-voz ex-presidente "
    "deputat* sindaco sindaca senatore senatrice segretari* prezydent* poseł posłanka szef szefowa "
    "rzeczni* wicepremier* "
    "marszał* президент* министр* премьер* депутат* губернатор* мэр глава советник* пресс-секретар* спикер посол "
    "міністр* прем'єр* очільни* голова радник* речник* речниця мер керівник* народн* "
    "bakanı bakan başkanı başkan cumhurbaşkanı milletvekili genel valisi sözcüsü danışmanı "
    "elnök* miniszter* polgármester* képviselő* předseda ministr* premiér* poslanec prezident* predsednik predsjednik "
    "ministar премијер председник министар πρόεδρος υπουργός πρωθυπουργός βουλευτής presiden menteri gubernur perdana "
    "wakil ketua statsminister statsråd statsministeri presidentti pääministeri ministeri burgemeester kamerlid"
)
"""What somebody is: it stands before the name and is no part of it."""

CASELESS_ROLES = (
    *(
        "总统",
        "總統",
        "顾问",
        "顧問",
        "部长",
        "部長",
        "总理",
        "總理",
        "主席",
        "议员",
        "議員",
        "发言人",
        "發言人",
        "市长",
        "市長",
        "州长",
        "创始人",
    ),
    *(
        "首相",
        "大使",
        "院长",
        "院長",
        "书记",
        "外长",
        "外長",
        "委员",
        "委員",
        "大統領",
        "長官",
        "官房長官",
        "外相",
        "知事",
        "選手",
        "監督",
    ),
    *("記者", "教授", "代表", "社長", "会长", "CEO"),
)
KOREAN_ROLES = (
    "대통령",
    "장관",
    "의원",
    "고문",
    "총리",
    "대표",
    "씨",
    "회장",
    "총장",
    "시장",
    "실장",
    "보좌관",
    "대변인",
    "전",
    "위원장",
    "교수",
    "감독",
    "대통령실",
    "지사",
)
RTL_ROLES = listed(
    "الرئيس رئيس الوزير وزير وزيرة مستشار مستشارة السفير النائب المتحدث باسم الوزراء الخارجية الدفاع "
    "الداخلية السابق الأميركي الأمريكي الأوكراني الروسي الفرنسي الإسرائيلي المستشار أمين عام الأمين "
    "العام العضو الصحفي الإعلامي حزب שר שרת הביטחון האוצר החוץ ראש הממשלה נשיא נשיאת חבר חברת הכנסת "
    "ח״כ יו״ר דובר דוברת השר השרה הנשיא לשעבר היועץ יועץ העיר رئیس رئیس\u200cجمهور رئیس وزیر مشاور "
    "سخنگوی خارجه دفاع سابق صدر وزیراعظم مشیر "
)
INDIC_ROLES = listed(
    "राष्ट्रपति प्रधानमंत्री मंत्री मुख्यमंत्री नेता सांसद विधायक अध्यक्ष सलाहकार पूर्व विदेश रक्षा गृह "
    "केंद्रीय के की का ने "
    "صدر وزیر اعظم رہنما مشیر سابق کے کی کا"
)

GREETINGS = listed("follow like share read see watch click subscribe join folgen lesen siguenos síguenos suivez segui")
"""Words of a menu or a button."""
