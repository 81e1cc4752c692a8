"""How people wrap what they want: openers, reasons, polite verbs and tails around a question or the name of a thing.

Parts are joined freely, so that thousands of forms come out of short lists. Texts of a wish begin in lower case; `dressed`
makes the sentence.
"""

from __future__ import annotations

from training.generate.draw import Draw, pool

_HELLOS = pool(
    "Hi|Hello|Hey|Hi there|Good morning|Good evening|Hello there|Hey there|Hi again|Good day",
    "Morning|Greetings|Hello again",
)
_LEADS = pool(
    "So,|Okay,|OK,|Right,|Quick question:|One question:|Just curious:|Now|Well,|Next:|And|Another one:|Question:|One more thing:|By the way,|Also,|I have a question:",
    "A small question:|Out of interest:|First,|Then:",
)
_WORKS = pool(
    "report|trip|journey|blog|class|quiz|presentation|article|newsletter|project|book|talk|lesson|visit|speech|game|hobby",
    "essay|thesis|tour|exam",
)
_REASONS = pool(
    "For my {n},|For our {n},|For a {n},|This is for my {n}.|It's for a {n}.|I'm preparing a {n}.|I am working on a {n}.|I'm busy with a {n}.|We are planning a {n}.|I need this for my {n}:",
    "I'm making a {n}.|Because of my {n},|As part of a {n},",
)
_AFTER = pool(
    "Thanks!|Thank you.|Thanks|Thank you!|Thanks in advance.|It's for my {n}.|This is for a {n}.|No hurry.|Many thanks!|Cheers|That would help.|I can't remember.|I forgot it.|Be brief.|Keep it short.",
    "Much obliged.|That would be great.|It is for our {n}.",
)
_PLEASE = pool("please|, please|, thanks", "right now|, if you know")
_INLINE = pool("please|, please|for me|for me, please|if you can|quickly|, thanks", "kindly|, if possible|right now")

_CAN = pool(
    "can you|could you|can you please|could you please|would you|please|will you please|would you please",
    "might you|I ask you to",
    grammar=True,
)
_LEARN = pool("tell me|find out|look up|check|find|say", "see|report", grammar=True)
_WANT = pool(
    "I want to know|I'd like to know|I would like to know|I need to know|I was wondering|I'd love to know|I'm trying to find out|I want to find out|"
    "I was hoping to learn|tell me|let me know|find out|do you know|any idea|do you happen to know|help me find out|we need to know|I wanted to ask|"
    "does anyone know|I don't know|I forgot|remind me|please let me know",
    "I wonder|I have to know|might you know|I am curious|enlighten me",
)
_QUESTIONS = ("do", "does", "any", "can", "could", "would", "will", "might", "is", "are", "what", "who", "how", "when", "where", "which")
_BEGGING = ("can", "could", "would", "will", "might", "do", "does")
_SHOW = pool(
    "tell me|give me|find|find me|look up|search for|I need|I want|I'd like|I'm looking for|check|look for|please find|please give me|please look up|"
    "I would like|we need|I'm searching for|let me have|do you know|can you find|could you look up|can you tell me|could you give me|would you find",
    "get me|state|I am after|bring me|kindly provide|have you got",
)


def _first_word(text: str) -> str:
    return text.split(" ", 1)[0].split("'")[0].lower()


def _about(text: str, work: str) -> str:
    return (text.replace(" a {n}", " an {n}") if work[0] in "aeiou" else text).replace("{n}", work)


def question_mark(text: str) -> str:
    """`?` after a text that begins as a question, `.` after any other."""
    return "?" if _first_word(text) in _QUESTIONS else "."


def indirect(d: Draw, clause: str) -> str:
    """`can you tell me` and its like before a clause such as `when it was opened`."""
    if d.chance(0.35):
        return f"{d.pick(_CAN)} {d.pick(_LEARN)} {clause}"
    return f"{d.pick(_WANT)} {clause}"


def named(d: Draw, noun: str) -> str:
    """A wish for something with a name, such as `the length of the bridge`."""
    kind = d.number(0, 9)
    if kind < 3:
        return f"{d.pick(('what is', 'what is', 'what was', 'whats'))} {noun}".replace("whats", "what's")
    return noun if kind == 3 else f"{d.pick(_SHOW)} {noun}"


def dressed(d: Draw, wish: str, mark: str = "", plain: float = 0.45) -> str:
    """A wish as somebody types it: with an opener, a reason or thanks now and then, and not always with its mark."""
    mark = mark or question_mark(wish)
    text = wish
    after = ""
    if not d.chance(plain):
        kind = d.number(0, 7)
        work = str(d.pick(_WORKS))
        if kind == 0:
            hello = f"{d.pick(_HELLOS)}{d.pick((',', '!', '.', ''))}"
            text = f"{hello} {text if hello[-1] not in '.!' else text[0].upper() + text[1:]}"
        elif kind <= 2:
            text = f"{d.pick(_LEADS)} {text}"
        elif kind <= 4:
            reason = _about(str(d.pick(_REASONS)), work)
            text = f"{reason} {text if reason[-1] != '.' else text[0].upper() + text[1:]}"
        elif kind == 5:
            # `for me` and its like follow a wish, not a plain question.
            inline = str(d.pick(_PLEASE if mark == "?" and _first_word(wish) not in _BEGGING else _INLINE))
            text += inline if inline[0] == "," else f" {inline}"
        else:
            after = " " + _about(str(d.pick(_AFTER)), work)
    if not d.chance(0.1):
        text = text[0].upper() + text[1:]
    if after:
        return text + mark + after
    return text if d.chance(0.15) else text + mark
