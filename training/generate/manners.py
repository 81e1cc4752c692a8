"""Family 8: greetings, thanks, questions about itself, and an honest answer to everything else."""

from __future__ import annotations

from training.generate import words
from training.generate.chat import Message, Sample
from training.generate.draw import Draw, Pool, pool

GREETINGS = pool(
    "Hello|Hi|Hey|Good morning|Good evening|Hello there|Hi there!|Hello!|Hi!|Hey, how are you?|Good day|Hello, how are you today?|Hiya|Yo|How are you?|Hi, how is it going?|Hello friend|Welcome|Nice to see you|Good to meet you|Hey hey|Are you there?|Anybody there?|Hello again|Hi, are you well today?|How do you do?|Hello, is it going well?|What's up?|A good day to you",
    "Greetings|Good afternoon|Hey there|Howdy|Hello, are you well?",
)
THANKS = pool(
    "Thanks|Thank you|Thanks a lot!|Thank you very much.|Great, thanks|Many thanks|Cheers|That helps, thank you|Perfect, thanks!|ok thanks|Thanks for that|I thank you|Good, thanks a lot|Well done, thank you|You helped me, thanks|Thanks again|That was good|Nice work",
    "Thank you so much|Thanks, that was good|Much obliged|Nice, thank you!",
)
GOODBYES = pool(
    "Bye|Goodbye|See you later|Good night|Bye bye|See you!|That is all for today|I have to go now|Take care|I am leaving|Ciao|Good bye for today|Talk to you later|I must go|Have a nice day!|See you tomorrow|Good bye|I'm off",
    "Farewell|Until next time|So long|Bye for now",
)
WHO = pool(
    "Who are you?|What are you?|What is your name?|Are you a human?|Which model are you?|Who made you?|Tell me about yourself|Are you a robot?|"
    "What model is this?|Introduce yourself.|Are you a real person?|who is this|What should I call you?|Are you a large model?|What sort of program are you?|Who built you?|Who is this?|Do I talk to a machine?|"
    "Can I know your name?|Say who you are.|Which program am I using?|Tell me who you are.|Describe yourself.|Whom am I chatting with?|What are you called?|How big are you?|Are you a person?",
    "What kind of model are you?|Who am I talking to?|Please introduce yourself|Are you an AI?|Do you have a name?",
)
ABILITIES = pool(
    "What can you do?|How can you help me?|What are you good at?|Help|help me|What do you know?|What are your skills?|What can I ask you?|"
    "Can you help me?|How do I use you?|What should I ask?|What is possible here?|Which tasks can you do?|What do you offer?|Tell me what you can do.|"
    "List your skills.|What can I do with you?|Show me what you can do|What are you for?|How could you help?|What tasks do you know?|What are you capable of?|Please help me",
    "What are you able to do?|What are your abilities?|Which things can you do?|I need help",
)

LEAD_INS = pool(
    "Hi! |Hello. |Hey, |So, |Tell me, |Please tell me, |One question: |Hi, |Well, |I wonder, |Hello! ",
    "Quick question: |Good morning! |Now, ",
    blanks=True,
)

ANSWERS = {
    "greets": "Hello! I am antiphon-nano, the small model built into Antiphon. How can I help?",
    "thanks": "You're welcome!",
    "goodbye": "Goodbye!",
    "identity": "I am antiphon-nano, a very small language model built into Antiphon. To use a larger one, start Antiphon with --model or --upstream.",
    "abilities": "I can call functions, remember what you tell me, count and do small sums, and fill in JSON. For anything more, start Antiphon with --model or --upstream.",
    "unknown": "That is beyond me: I am antiphon-nano, a very small built-in model. I can call functions, recall what you tell me and fill in JSON; for more, start Antiphon with --model FILE.gguf or --upstream URL.",
}
SMALL: tuple[tuple[float, str, Pool], ...] = (
    (3, "greets", GREETINGS),
    (2, "thanks", THANKS),
    (1, "goodbye", GOODBYES),
    (3, "identity", WHO),
    (2, "abilities", ABILITIES),
)

OPENERS = pool(
    "Write a poem about {t}|Explain {t}|Tell me a story about {t}|What do you think about {t}?|How does {t} work?|Write an essay on {t}.|"
    "Summarize the history of {t}|Give me five ideas for {t}|Why is {t} important?|Tell me about {t}|Describe {t} in one sentence.|"
    "What is {t}?|Make a plan for {t}|Compare {t} and {u}|Is {t} better than {u}?|What is the difference between {t} and {u}?|"
    "Write a song about {t}|Teach me {t}|Can you explain {t} to a child?|How do I learn {t}?|Who invented {t}?|Where does {t} come from?|"
    "List the best books on {t}|Write a blog post about {t}.|Give me a joke about {t}|Explain {t} like I am five|Name three facts about {t}|"
    "Write code for {t}|Write a function that handles {t}|Draw {t}|Create a picture of {t}|Invent a riddle about {t}|Write a haiku about {t}|"
    "I need advice on {t}|What is the future of {t}?|Translate {t} into {l}|How do you say {t} in {l}?|What happened in {t}?|When did {t} begin?|"
    "Please write a long article about {t} and {u}.|Who won the {t} cup?|What are the pros and cons of {t}?|Plan a trip to {c}|"
    "What should I see in {c}?|Who is the mayor of {c}?|What is the capital of {k}?|What language do they speak in {k}?|How far away is {c}?|"
    "Recommend a film about {t}|Give me a recipe for {f}|How do I cook {f} with {g}?|Is {f} healthy?|Fix this code: {w}({w2})|Solve this: {w} = {w2}|"
    "What does {w} mean?|Define {w}|Spell {w}|Rhyme with {w}|Debug my program|Write an email to my boss about {t}|Prove that {w} is prime|"
    "Write a speech on {t}|Do research on {t}|Make up a character who loves {t}|What is the purpose of dreams?|How old is the universe?|"
    "Why do people like {t}?|Discuss {t} in detail|Analyse {t} and its effect on {u}|Suggest a name for a company about {t}|Are there {t} in {k}?",
    "Compose a ballad about {t}|Elaborate on {t}|Narrate a tale of {t}|Give your opinion on {t}|How was {t} discovered?|Draft a paper on {t}|"
    "Outline the main ideas of {t}|What makes {t} so hard?|I want to understand {t}|Sketch {t}|Who is the best expert on {t}?|"
    "Which museums are there in {c}?|What's a good dish with {f}?|Convert this program to {l}|Should I study {t} or {u}?|Give a lecture about {t}",
)
FOREIGN = pool(
    "¿Qué hora es en {c}?|Hola, ¿cómo estás?|Explícame {t}|Escribe un poema sobre {c}|¿Quién eres?|Bonjour, comment ça va ?|Qui es-tu ?|"
    "Écris un poème sur {c}|Quelle est la capitale de la France ?|Guten Tag, wie geht es dir?|Schreibe ein Gedicht über {c}|Was ist {w}?|"
    "Wie heißt die Hauptstadt von {c}?|Erzähl mir etwas über {c}|Ciao, come stai?|Scrivi una storia su {c}|Che tempo fa a {c}?|Olá, tudo bem?|"
    "Escreve um texto sobre {c}|Привет, как дела?|Расскажи о {c}|Напиши стихотворение|你好，你是谁？|写一首诗|请解释一下{c}|今天天气怎么样？|"
    "こんにちは、元気ですか？|{c}について教えてください|안녕하세요|시를 써 주세요|مرحبا كيف حالك|Merhaba, nasılsın?|Cześć, jak się masz?|Hej, hur mår du?|नमस्ते, आप कैसे हैं?",
    "¿Cuál es tu nombre?|Cuéntame un cuento|Où se trouve {c} ?|Erkläre mir {w}|Dimmi qualcosa su {c}|Как тебя зовут?|什么是{c}？|おはようございます|Wo liegt {c}?|Hoe gaat het met je?",
)


def unknown_request(d: Draw) -> str:
    """Something a very small model cannot do."""
    kind = d.number(0, 19)
    if kind == 0:
        return " ".join(d.word() for _ in range(d.number(1, 6)))
    template = str(d.pick(FOREIGN if kind <= 3 else OPENERS))
    values = {
        "{t}": words.topic(d),
        "{u}": words.topic(d),
        "{l}": str(d.pick(words.LANGUAGES)),
        "{c}": words.city(d),
        "{k}": str(d.pick(words.COUNTRIES)),
        "{f}": str(d.pick(words.FOODS)),
        "{g}": str(d.pick(words.FOODS)),
        "{w}": d.word(),
        "{w2}": d.word(),
    }
    for mark, value in values.items():
        template = template.replace(mark, value)
    if d.chance(0.1):
        template = template[0].lower() + template[1:]
    return (
        template
        if d.chance(0.8)
        else template.rstrip(".?") + d.pick((" please", ".", "!", ", thanks", " in one paragraph", " for my homework"))
    )


def exchange(d: Draw) -> tuple[str, str, str]:
    """A question, its answer, and the kind of the answer."""
    if d.chance(0.5):
        return unknown_request(d), ANSWERS["unknown"], "unknown"
    mark, source = d.weighted([(weight, (mark, source)) for weight, mark, source in SMALL])
    asked = str(d.pick(source))
    if mark in ("identity", "abilities") and d.chance(0.35):
        lead = str(d.pick(LEAD_INS))
        asked = lead + (asked if lead[-2] in ".!?" else asked[0].lower() + asked[1:])
    if d.chance(0.15):
        asked = asked.lower()
    return asked, ANSWERS[mark], mark


def manners(d: Draw) -> Sample:
    """One or two exchanges; only the last is scored."""
    messages: list[Message] = []
    if d.chance(0.15):
        messages.append(
            Message(
                "system", str(d.pick(("You are a helpful assistant.", "Be brief.", "You are a friendly assistant who answers in English.")))
            )
        )
    mark = ""
    for _ in range(d.weighted(((7, 1), (3, 2)))):
        asked, answer, mark = exchange(d)
        messages += [Message("user", asked), Message("assistant", answer)]
    return Sample("manners", messages, [], {"kind": mark})
