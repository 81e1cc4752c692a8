"""Requests that a very small model cannot serve: knowledge, writing, advice, translation, programs, other languages."""

from __future__ import annotations

from training.generate import words
from training.generate.draw import Draw, pool
from training.generate.spoken import asking
from training.generate.talk.notions import ALIASES, JOKES, NOTIONS
from training.generate.variants import forms

_TELL = "[Explain/Explain to me/Tell me about/Describe/Please explain/Can you explain/I want to learn about/Teach me about/Give me an overview of/What do you know about]"
# `{x}` is something nobody taught it; `{t}` may be anything, since no writing is within its reach.
OPENERS = forms(
    # knowledge
    f"{_TELL} {{x}}[./, please./ in one sentence./ in simple words./ in detail./ to a child./ like I am five.]|"
    "What is {x}?|What's {x}?|How does {x} work?|Why is {x} important?|What does {w} mean?|[Define/Spell] {w}.|"
    "What is the [meaning/definition/origin] of {w}?|What is a {w}?|[Summarize/Summarise/Tell me] the [history/story] of {x}.|"
    "[When/How/Where] [was {x} invented/did {x} start/was {x} first seen]?|Who [started/leads/likes/studies] {x}?|"
    "Who [invented/discovered/founded/wrote about/painted/built/made] {x}?|"
    "When [did {x} begin/was {x} invented/did {x} end/was {x} discovered]?|Where does {x} come from?|What happened in {x}?|"
    "[Compare/What is the difference between] {x} and {u}?|Is {x} [better/older/larger/cheaper] than {u}?|"
    "What are the [pros and cons/causes/effects/main types/risks/benefits] of {x}?|"
    "[Name/List/Give me] [three/five/ten/some] [facts/examples/ideas/books/films/reasons/tips] [about/for/on] {x}.|"
    "What is the [future/purpose/price/size/colour/age] of {x}?|Are there {x} in {k}?|What causes {x}?|"
    "How [big/old/fast/heavy/expensive] is {x}?|"
    "Who is the [mayor/president/king/queen/leader/prime minister/richest person/best singer] of {k}?|"
    "What is the [capital/population/currency/flag/national dish/largest city/longest river/official language] of {k}?|"
    "[What/Which] language do they speak in {k}?|"
    "Who is the mayor of {c}?|How [far away is/many people live in/do I get to] {c}?|How far is it from {c} to {c2}?|"
    "Which river flows through {c}?|What is the [population/history/weather/time zone] of {c}?|What time is it in {c}?|"
    "Is {c} [bigger/older/nicer] than {c2}?|"
    "Who won the [{t} cup/match/election/final/race/gold medal] [in {k}/last year/yesterday/]?|"
    "What is the [news/latest news/weather/time/date] [today/in {c}/right now/]?|Which day is it today?|What day is it?|"
    "What is the price of {f} [today/in {c}/]?|What are the [headlines/stock prices/exchange rates] today?|"
    "How [old/big/hot] is the [universe/earth/sun]?|How many [planets/oceans/continents/countries/stars] are there?|"
    "What is the [highest mountain/largest ocean/fastest animal/deepest lake/smallest country] [in the world/on earth]?|"
    "Why do [cats purr/we dream/leaves fall/people lie/birds sing]?|"
    "Who [wrote/painted/composed/directed] [Hamlet/the Mona Lisa/the Odyssey/{w}]?|"
    "What is the [boiling point/chemical formula/melting point/atomic number] of [water/gold/salt/iron/{w}]?|"
    "When did [the war/the first world war/the revolution/the moon landing] [begin/end/happen]?|"
    "Who was [Napoleon/Cleopatra/Einstein/Mozart/Darwin]?",
    "Elaborate on {x}|How was {x} discovered?|Outline the main ideas of {x}|What makes {x} so hard?|I want to understand {x}|"
    "Who is the best expert on {x}?|Which museums are there in {c}?",
)
TASKS = forms(
    # writing
    "[Write/Create/Make/Make up/Invent/Produce/Prepare/I need/Please write/Can you write/Give me] a [/short/long/nice/funny/sad/good/new] [poem/song/story/letter/speech/blog post/riddle/haiku/headline/slogan/dialogue/tweet/fairy tale/press release/play/limerick/sketch] [about/on] {t}[./, please./ in {l}./ in 200 words./ for my daughter./ that rhymes.]|"
    ""
    "[Write/Create/I need/Help me write] an [essay/email/e-mail/article/editorial/invitation/advert] [about/on] {t}[./ for my homework./ for my boss./, please.]|"
    "Write me something [nice/funny/new] about {t}.|[Tell/Read] me a [story/fairy tale/bedtime story] [about/with/of] {t}.|"
    "[Write/Answer/Send] an [email/e-mail] to [my boss/my landlord/a client/{n}] [about/on/because of] {t}.|"
    "[Continue/Finish] this [story/sentence/poem]: {w} {w2}|Make this [text/sentence] [shorter/longer/more polite/better]: {s}|"
    "[Rewrite/Rephrase/Improve/Shorten/Correct/Proofread] [this/the following] [text/sentence/paragraph]: {s}|"
    "[Summarize/Summarise/Sum up] [this/the following/my] [article/book/text/report/meeting][./, please./: {s}]|"
    "What [rhymes with/is another word for/is the opposite of] {w}?|Rhyme with {w}.|Make up a character who loves {t}.|"
    "[Suggest/Find/Think of] a [name/title/slogan] for [a company/my cat/a novel/my shop/a band] [about/with/like] {t}.|"
    "[Translate/Please translate/Can you translate] [{s}/{t}/this/the word {w}] [into/to] {l}.|"
    "How do you say [{t}/{w}/good morning] in {l}?|What is {w} in {l}?|[Speak/Answer/Talk to me] in {l}[./, please.]|"
    "What does {w} mean in {l}?|"
    # advice and opinions
    "What do you think [about/of] {t}?|[Do you like/Do you believe in/Are you for or against/Are you afraid of/Have you heard of] {t}?|"
    "What is your [opinion/view] [on/of] {t}?|[Should I/Shall we/Is it wise to] [buy/learn/sell/invest in/study/try] {t}?|"
    "I need [advice/help/some tips] [on/with/about] {t}.|"
    "How [do/can/should] I [learn/study/get better at/start with/stop] {t}?|Which is better, {t} or {u}?|"
    "Why do people [like/hate/fear] {t}?|Is {f} healthy?|"
    "My [head/back/knee/stomach/tooth] hurts, what [should I do/can I take/is wrong]?|"
    "[Which/What] [medicine/pill/doctor] [helps/is good] against [{w}/headaches/a cold/pain]?|"
    "Can my [landlord/boss/neighbour] [sue me/fire me/do that]?|"
    "[Is it legal to/Am I allowed to] [park here/copy this/work on Sunday/{w}]?|"
    "How do I [write a will/pay less tax/get a visa/sue someone/open a company]?|"
    "I feel [sad/lonely/tired/anxious/sick] [today/lately/], [what should I do/can you help/why]?|"
    "How can I [lose weight/sleep better/save money/get rich/make friends/be happy]?|"
    "[Plan/Prepare/Organise/Make a plan for] [a trip to {c}/a party/a holiday in {k}/my week/a wedding].|"
    "What [should I see/can I do/should I eat/is there to see] in {c}?|"
    "[Recommend/Suggest] a [film/book/game/hotel/restaurant/song/present] [about {t}/for {n}/in {c}/].|"
    "What should I [cook/wear/read/watch/say] [today/tonight/tomorrow/]?|"
    "[Give me/I need/Do you have/Find] a recipe for {f}[./ with {g}./, please.]|"
    "How do I [cook/bake/store/grow/cut] {f} [with {g}/at home/]?|How long do I [cook/boil/bake] {f}?|"
    "How do I [fix/repair/clean/build/use] [a {w}/my {th}/a {th}]?|"
    # programs and mathematics
    "Write [code/a program/a script/a function/a class/a website/an app/a query/a regex] [for/that handles/to sort/in Rust for/in Java for/about] {t}.|"
    "[Fix/Debug/Review/Explain/Optimise/Refactor] [my/this/the following] [code/program/function/script][./: {w}({w2})/, please./: def {w}(): {w2}]|"
    "[Why does/Help, why does] my [program/code/computer/phone/{th}] [crash/not work/hang/not start]?|"
    "[How do I/How to] [install/configure/use/update/compile] {w}?|What is wrong with [my/this] code[?/: {w}({w2})]|"
    "Which [language/framework/database/editor] is best for {t}?|What does the error {w} mean?|"
    "[Solve/Solve this/Solve the equation]: {w} = {w2}|[Prove/Show] that {w} is [prime/even/true/finite].|"
    "What is the [square root/logarithm/sine/factorial/cube] of {m}?|[Integrate/Differentiate/Factorise] {w}.|"
    "What is {m} percent of {m2}?|What is {m2}{m} times {m}{m2}?|Find the [derivative/integral/roots] of {w}.|"
    "How many [metres/grams/seconds/miles/litres] are [in/there in] {m} [pounds/feet/years/gallons]?|"
    "Convert {m} [dollars/miles/pounds/feet] to [euros/kilometres/kilos/metres].|Is {m} a prime number?|"
    "Give me a [random number/password/username/lottery number][./, please.]|"
    # what it cannot do at all
    "[Draw/Paint/Create a picture of/Make a photo of/Generate a logo with/Make a video of/Create an image of] {x}[./ in oil./ as a cartoon./, please.]|"
    "[Play/Sing] [a song/some music/{w}][./ for me./ about {t}.]|[Call/Ring/Text/Phone] {n}[./ now./ for me./ please.]|"
    "[Open/Read/Print/Delete] [the file/my file/the document] {w}.|"
    "[Book/Order/Buy/Reserve] [a flight to {c}/a pizza/a table/a taxi/tickets/{f}] [for me/for tonight/now/].|"
    "[Google/Look up/Search the web for/Browse for/Find out about] {x}.|What did I [do/eat/say/dream] yesterday?|"
    "What am I [thinking/wearing/holding]?|What [will happen/is coming/will the weather be] [tomorrow/next year/in 2050]?|"
    "[Let's play/I want to play/Do you play] [chess/a game/cards/{w}].|[Roast/Flatter/Surprise/Hypnotise] me[./ please./ a little.]|"
    "[Pretend/Imagine/Act as if] you are [a pirate/a doctor/a king/{w}].|"
    "What is [love/happiness/the best film/the point of life/the truth/beauty]?|"
    "[Are you conscious/Do you have feelings/Do you dream/Can you love/Do you sleep/Are you happy]?|"
    "[Discuss/Debate/Analyse/Analyze] {x} [in detail/with me/and its effect on {u}].|Do research on {x}.",
    "Compose a ballad about {t}|Narrate a tale of {t}|Give your opinion on {t}|Draft a paper on {x}|Sketch {t}|"
    "What's a good dish with {f}?|Convert this program to {l}|Should I study {t} or {u}?|Give a lecture about {x}",
)
FOREIGN = pool(
    "¿Qué hora es en {c}?|Hola, ¿cómo estás?|Explícame {t}|Escribe un poema sobre {c}|¿Quién eres?|Bonjour, comment ça va ?|Qui es-tu ?|"
    "Écris un poème sur {c}|Quelle est la capitale de la France ?|Guten Tag, wie geht es dir?|Schreibe ein Gedicht über {c}|Was ist {w}?|"
    "Wie heißt die Hauptstadt von {c}?|Erzähl mir etwas über {c}|Ciao, come stai?|Scrivi una storia su {c}|Che tempo fa a {c}?|"
    "Olá, tudo bem?|"
    "Escreve um texto sobre {c}|Привет, как дела?|Расскажи о {c}|Напиши стихотворение|你好，你是谁？|写一首诗|请解释一下{c}|今天天气怎么样？|"
    "こんにちは、元気ですか？|{c}について教えてください|안녕하세요|시를 써 주세요|مرحبا كيف حالك|Merhaba, nasılsın?|Cześć, jak się masz?|Hej, hur mår du?|"
    "नमस्ते, आप कैसे हैं?|"
    "¿Puedes ayudarme con {t}?|¿Qué es {w}?|Dime algo sobre {c}|Necesito ayuda|Traduce esto: {w} {w2}|Peux-tu m'aider ?|"
    "Qu'est-ce que {w} ?|Raconte-moi une histoire|Merci beaucoup|Comment tu t'appelles ?|"
    "Kannst du mir helfen?|Wie spät ist es in {c}?|Was kannst du?|Schreib mir bitte einen Brief an {c}|Ich heiße {c}|"
    "Wie funktioniert {w}?|Übersetze {w} ins Englische|Hallo, wer bist du?|Cosa sai fare?|Come funziona {w}?|"
    "Aiutami con {t}|Qual è la capitale di {c}?|Como vai?|O que é {w}?|Me ajude com {t}|Что ты умеешь?|Помоги мне|Что такое {w}?|"
    "Где находится {c}?|你会做什么？|帮我写一封信|{c}在哪里？|こんばんは|手伝ってください|"
    "무엇을 할 수 있어요?|{c} 날씨 어때요?|ما هي عاصمة {c}؟|ساعدني من فضلك|Türkçe biliyor musun?|{w} nedir?|Co to jest {w}?|Pomóż mi|Vad är {w}?|"
    "Kan du hjälpa mig?|Wat is {w}?|Kun je me helpen?|मुझे मदद चाहिए|Γεια σου, τι κάνεις;|Ahoj, jak se máš?",
    "¿Cuál es tu nombre?|Cuéntame un cuento|Où se trouve {c} ?|Erkläre mir {w}|Dimmi qualcosa su {c}|Как тебя зовут?|什么是{c}？|おはようございます|"
    "Wo liegt {c}?|Hoe gaat het met je?",
)
# Subjects that people ask about and that are not among the notions.
SUBJECTS = pool(
    "black holes|plate tectonics|the French Revolution|blockchain|a transistor|string theory|the Cold War|the stock market|Buddhism|"
    "the immune system|relativity|Shakespeare|the Roman Empire|dinosaurs|the human brain|"
    "Bitcoin|a black box|the Renaissance|the periodic table|a virus|the digestive system|Kubernetes|Docker|Linux|Rust|React|a hash map|"
    "a pointer|a mutex|a monad|big O notation|Bayesian statistics|a derivative|an integral|a matrix|prime numbers|"
    "the Big Bang|dark matter|nuclear fusion|a laser|antibiotics|the ozone layer|earthquakes|glaciers|the nervous system|cholesterol|"
    "diabetes|yoga|meditation|philosophy|stoicism|capitalism|socialism|the United Nations|the European Union|feudalism|"
    "Ancient Egypt|the Vikings|the Silk Road|jazz|opera|chess|football|cricket|baseball|impressionism|architecture|origami|coffee|tea|"
    "wine|chocolate|a credit card|insurance|a mortgage|taxes|a startup|marketing|supply and demand|globalisation|"
    "TCP|HTTP|DNS|SSH|a firewall|a load balancer|a queue|a stack|a linked list|binary search|sorting|unit testing|object orientation|"
    "functional programming|WebAssembly|GraphQL|a router|Wi-Fi|Bluetooth|5G|a touch screen|a jet engine|a steam engine|a bicycle gear",
    "quantum entanglement|the Ottoman Empire|a semaphore|thermodynamics|a supernova|the Enlightenment|PostgreSQL|a binary tree|osmosis|"
    "existentialism|a suspension bridge|cubism|hurricanes|a diode|the Aztecs|cryptography|kayaking|surrealism",
)
_KNOWN = frozenset(name.lower().removeprefix("a ").removeprefix("an ").removeprefix("the ") for name in (*NOTIONS, *ALIASES, *JOKES))


def untaught(d: Draw) -> str:
    """A subject that is not among the notions: real, made up, or about made-up words."""
    while True:
        kind = d.number(0, 3)
        if kind == 0:
            text = d.word() if d.chance(0.6) else f"{d.pick(('a', 'the'))} {d.word()}"
        elif kind == 1:
            text = words.topic(d)
        else:
            text = str(d.pick(SUBJECTS))
        if text.lower().removeprefix("a ").removeprefix("the ") not in _KNOWN:
            return text


def _anything(d: Draw) -> str:
    kind = d.number(0, 5)
    if kind == 0:
        return str(d.pick(tuple(NOTIONS)))
    return words.title(d) if kind == 1 else untaught(d)


_MAKERS = {
    "{x}": untaught,
    "{u}": untaught,
    "{t}": _anything,
    "{l}": lambda d: str(d.pick(words.LANGUAGES)),
    "{c}": words.city,
    "{c2}": words.city,
    "{k}": lambda d: d.word().capitalize() if d.chance(0.2) else str(d.pick(words.COUNTRIES)),
    "{f}": words.food,
    "{g}": words.food,
    "{n}": words.first_name,
    "{th}": lambda d: str(d.pick(words.THINGS)),
    "{s}": lambda d: " ".join(d.word() for _ in range(d.number(2, 7))),
    "{m}": lambda d: str(d.number(13, 999)),
    "{m2}": lambda d: str(d.number(51, 9999)),
    "{w}": lambda d: _strange(d),
    "{w2}": lambda d: d.word(),
}


def _strange(d: Draw) -> str:
    while (word := d.word()) in _KNOWN:
        pass
    return word


def unknown_request(d: Draw) -> str:
    """Something a very small model cannot do."""
    kind = d.number(0, 19)
    if kind == 0:
        return " ".join(_strange(d) for _ in range(d.number(1, 6)))
    sentence = str(d.pick(FOREIGN)) if kind <= 3 else asking(d, (OPENERS if kind <= 11 else TASKS).draw(d))
    for mark, make in _MAKERS.items():
        if mark in sentence:
            sentence = sentence.replace(mark, make(d))
    if kind > 3 and d.chance(0.06):
        sentence = sentence.rstrip(".?") + d.pick((" please", "!", ", thanks", " in one paragraph", " for my homework", "!!", "...", "??"))
    return sentence
