"""Lists of names, places, things and values; each with a held-out half."""

from __future__ import annotations

from training.generate.draw import Draw, pool

FIRST_NAMES = pool(
    "Anna|Ben|Carla|David|Elena|Frank|Grace|Hugo|Ines|Jack|Karin|Leo|Maria|Nils|Olga|Pedro|Rosa|Sam|Tina|Umar|Vera|"
    "Walter|Yara|Zoe|Adam|Bella|Chris|Dora|Emil|Fiona|Georg|Hanna|Ivan|Julia|Kurt|Lena|Marco|Nora|Oscar|Paula|Ravi|"
    "Sofia|Tom|Ursula|Victor|Wanda|Ali|Bianca|Carlos|Daria|Erik|Fatima|Gita|Hiro|Irene|Jonas|Kemal|Lucia|Miguel|"
    "Nadia|Otto|Priya|Quinn|Rita|Stefan|Theo|Uma|Vlad|Wei|Yusuf|Aisha|Boris|Clara|Diego|Ella|Felix|Greta|Henry|Isla|"
    "Jorge|Kira|Liam|Mona|Noah|Olivia|Pablo|Rachel|Sven|Tara|Viola|Will|Xenia|Yuki|Zara|Lucas|Mia|Emma|Peter|Susan",
    "Agnes|Bruno|Celine|Dmitri|Edith|Farid|Gloria|Harold|Ingrid|Jasper|Keiko|Lorenzo|Mathilda|Nikhil|Ophelia|Percy|"
    "Rowan|Sigrid|Tobias|Valentina|Wendell|Yvonne|Zane|Amara|Cedric|Philippa|Alice|Bob|Charlie|Phil",
)
SURNAMES = pool(
    "Adler|Baker|Costa|Diaz|Evans|Fischer|Garcia|Hansen|Ito|Jones|Klein|Lopez|Moser|Nguyen|Olsen|Patel|Reed|Silva|"
    "Turner|Vogel|Weber|Young|Ziegler|Brown|Clark|Dubois|Fox|Green|Hill|Khan|Lind|Meyer|Novak|Park|Rossi|Sato|Wood",
    "Abbott|Bergmann|Castillo|Donovan|Eriksson|Fontaine|Gallagher|Hoffmann|Ivanova|Kowalski|Lindqvist|Moreau|Okafor",
)
CITIES = pool(
    "Berlin|Vienna|Madrid|Oslo|Rome|Lisbon|Prague|Dublin|Athens|Warsaw|Zurich|Geneva|Munich|Hamburg|Milan|Naples|"
    "Turin|Porto|Seville|Bilbao|Lyon|Nice|Lille|Leeds|Bristol|Cardiff|Glasgow|York|Bergen|Malmo|Turku|Riga|Tallinn|"
    "Vilnius|Sofia|Bucharest|Belgrade|Zagreb|Split|Graz|Linz|Basel|Bern|Ghent|Bruges|Utrecht|Delft|Cairo|Lagos|"
    "Nairobi|Dakar|Accra|Tunis|Rabat|Cape Town|Delhi|Mumbai|Pune|Dhaka|Hanoi|Bangkok|Manila|Jakarta|Seoul|Busan|"
    "Osaka|Kobe|Nagoya|Beijing|Shanghai|Taipei|Perth|Sydney|Brisbane|Wellington|Lima|Quito|Bogota|Santiago|Cusco|"
    "Havana|Denver|Dallas|Seattle|Portland|Austin|Chicago|Miami|Phoenix|Tampa|Reno|Toronto|Montreal|Calgary|Buenos Aires",
    "London|Paris|Tokyo|Boston|New York|San Francisco|Helsinki|Copenhagen|Valencia|Marseille|Edinburgh|Krakow|Kyoto|"
    "Nashville|Vancouver|Melbourne|Auckland|Istanbul|Salzburg|Antwerp|Florence|Ottawa|Singapore|Mexico City|Stuttgart|Atlanta",
)
COUNTRIES = pool(
    "France|Spain|Italy|Norway|Poland|Greece|Egypt|Kenya|India|Japan|Brazil|Peru|Chile|Canada|Mexico|Ghana|Turkey|China",
    "Germany|Portugal|Sweden|Vietnam|Morocco|Argentina|Iceland|Nepal|Finland|Croatia",
)
FOODS = pool(
    "bread|cheese|apples|pears|rice|butter|milk|eggs|flour|sugar|honey|tomatoes|onions|carrots|beans|lemons|olives|"
    "potatoes|noodles|salmon|tofu|walnuts|grapes|yogurt|pepper|garlic|spinach|mushrooms|corn|bananas",
    "mangoes|lentils|cabbage|cream|basil|cherries|pumpkin|oats|almonds|celery|peas|chicken",
)
THINGS = pool(
    "lamp|chair|desk|phone|camera|jacket|backpack|bottle|keyboard|monitor|helmet|tent|guitar|watch|kettle|blanket|"
    "mirror|pillow|umbrella|wallet|hammer|notebook|printer|speaker|suitcase|scarf|mug|drill|clock|carpet|vase|basket|"
    "toaster|sofa|shelf|bucket|ladder|candle|poster|racket|pen|ruler|fan|heater|tablet|violin|kite|drum|lantern|rope",
    "stapler|telescope|blender|hammock|microphone|skateboard|bracelet|flute|compass|teapot|wrench|easel|thermos|sweater",
)
COLOURS = pool("red|blue|green|yellow|black|white|pink|brown|grey|silver", "orange|purple|turquoise|golden|violet")
TOPICS = pool(
    "solar power|jazz music|ancient Rome|electric cars|bread baking|chess openings|space travel|coral reefs|tax law|"
    "wind energy|garden design|modern art|deep learning|bird migration|coffee farming|world history|board games|"
    "healthy food|city planning|winter sports|home repair|stock markets|ocean currents|folk tales|robot arms|"
    "data privacy|train travel|water supply|open source|night skies|wild flowers|old maps|film music|street food",
    "quantum physics|honey bees|medieval castles|glacier ice|desert plants|rail tunnels|opera singing|soil health|"
    "volcano hiking|paper folding|sea turtles|clock making|river deltas|machine learning",
)
LANGUAGES = pool(
    "French|Spanish|Italian|German|Polish|Greek|Hindi|Korean|Arabic|Dutch|Czech",
    "Portuguese|Swedish|Japanese|Turkish|Finnish|Danish",
)
JOBS = pool(
    "teacher|baker|nurse|pilot|painter|farmer|lawyer|singer|plumber|chef|doctor|gardener|writer|driver|judge|tailor",
    "architect|dentist|engineer|librarian|carpenter|photographer|chemist|sailor",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January|February|March|April|May|June|July|August|September|October|November|December").split("|")


def first_name(d: Draw) -> str:
    """A first name, half of them made up so that copying is learnt rather than the list."""
    return d.word().capitalize() if d.chance(0.55) else str(d.pick(FIRST_NAMES))


def full_name(d: Draw) -> str:
    """First name and surname."""
    return f"{first_name(d)} {d.word().capitalize() if d.chance(0.5) else d.pick(SURNAMES)}"


def city(d: Draw) -> str:
    """A town, real or made up."""
    if d.chance(0.1):
        return f"{d.word().capitalize()} {d.word().capitalize()}"
    if d.chance(0.08):
        return f"{d.word().capitalize()}, {d.pick((d.word()[:2].upper(), d.word().capitalize(), str(d.pick(COUNTRIES))))}"
    return d.word().capitalize() if d.chance(0.5) else str(d.pick(CITIES))


def thing(d: Draw) -> str:
    """A household thing, sometimes with a colour, sometimes an invented word."""
    base = d.word() if d.chance(0.5) else str(d.pick(THINGS))
    return f"{colour(d)} {base}" if d.chance(0.2) else base


def colour(d: Draw) -> str:
    """A colour, now and then one with an invented name."""
    return d.word() if d.chance(0.2) else str(d.pick(COLOURS))


def food(d: Draw) -> str:
    """Something to eat, a third of it invented."""
    return d.word() if d.chance(0.35) else str(d.pick(FOODS))


def topic(d: Draw) -> str:
    """A subject of one to three words."""
    if d.chance(0.5):
        return " ".join(d.word() for _ in range(d.number(1, 3)))
    return str(d.pick(TOPICS))


def title(d: Draw) -> str:
    """A title in capitals, two or three words."""
    words = [d.word() if d.chance(0.6) else str(d.pick(THINGS)) for _ in range(d.number(1, 3))]
    return " ".join(word.capitalize() for word in words)


def email(d: Draw) -> str:
    """An e-mail address."""
    host = d.word() + d.pick((".com", ".org", ".net", ".io", ".de"))
    return f"{first_name(d).lower().replace(' ', '')}@{host}"


def date(d: Draw) -> str:
    """A day as people and programs write it."""
    kind = d.number(0, 4)
    if kind == 4:
        day, month, year = d.number(1, 28), d.number(1, 12), d.number(2020, 2035)
        return str(
            d.pick(
                (
                    f"{month:02d}/{day:02d}/{year}",
                    f"{day}.{month}.{year}",
                    f"{day} {d.pick(MONTHS)}",
                    f"{d.pick(WEEKDAYS)}, {d.pick(MONTHS)} {day}",
                    f"{d.pick(MONTHS)} {day}, {year}",
                )
            )
        )
    if kind == 0:
        return f"20{d.number(20, 35)}-{d.number(1, 12):02d}-{d.number(1, 28):02d}"
    if kind == 1:
        return str(d.pick(WEEKDAYS))
    if kind == 2:
        return f"{d.pick(MONTHS)} {d.number(1, 28)}"
    return str(d.pick(("today", "tomorrow", "next week", "next " + str(d.pick(WEEKDAYS)))))


def clock(d: Draw) -> str:
    """A time of the day."""
    if d.chance(0.4):
        return f"{d.number(0, 23):02d}:{d.number(0, 59):02d}"
    if d.chance(0.3):
        return f"{d.number(1, 12)}:{d.number(0, 59):02d}{d.pick((' ', ''))}{d.pick(('am', 'pm', 'AM', 'PM'))}"
    return f"{d.number(1, 12)}{d.pick((' ', ''))}{d.pick(('am', 'pm', 'AM', 'PM'))}"


def code(d: Draw) -> str:
    """An identifier such as `AB-1042`."""
    if d.chance(0.2):
        return "".join(d.rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=d.number(4, 8)))
    letters = "".join(d.rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(d.number(1, 3)))
    return f"{letters}{d.pick(('-', '', '_', '#'))}{d.number(10, 99999)}"


def message(d: Draw) -> str:
    """A few words that somebody might send."""
    start = d.pick(
        (
            "I will be late",
            "see you soon",
            "the meeting moved",
            "please call me",
            "dinner is ready",
            "all is done",
            "bring the " + thing(d),
            "buy " + str(d.pick(FOODS)),
            "meet me in " + city(d),
            "thanks for the " + thing(d),
            "the " + thing(d) + " is here",
            " ".join(d.word() for _ in range(d.number(2, 5))),
            " ".join(d.word() for _ in range(d.number(1, 4))),
        )
    )
    return str(start)


def file_name(d: Draw) -> str:
    """A file name."""
    stem = d.word() if d.chance(0.7) else str(d.pick(THINGS))
    return f"{stem}{d.pick(('', '_' + str(d.number(1, 99))))}.{d.pick(('txt', 'csv', 'md', 'json', 'pdf', 'png', 'log'))}"


def listing(items: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]
