"""Whole sentences that ask for a function, put together from what starts them and the verbs that follow."""

from __future__ import annotations

from itertools import product

from training.generate.draw import ALL_POOLS, Pool, pool
from training.generate.vendor import normal


def _crossed(held_out: str, *groups: tuple[str, str, str]) -> Pool:
    """Every start of a group with every one of its middles and its end; forms of the held-out half are left out."""
    kept = tuple(held_out.split("|"))
    unwanted = {normal(text) for text in kept}
    found: dict[str, None] = {}
    for starts, middles, end in groups:
        for start, middle in product(starts.split("|"), middles.split("|")):
            text = f"{start} {middle}{end}".strip()
            if normal(text) not in unwanted:
                found[text] = None
    made = Pool(tuple(found), kept)
    ALL_POOLS.append(made)
    return made


_YOU_ASK = (
    "can you|could you|can you please|could you please|can you quickly|are you able to|is it possible to|would it be possible to|can u|"
    "may I ask you to|will you|could you maybe|can you also|can we|could I ask you to|how about you|please can you|"
    "can you try to|could you now|do you think you can"
)
_YOU_SAY = (
    "|please|just|now|next,|quickly|please now|I want you to|I need you to|I'd be glad if you could|it would be great if you could|"
    "make sure to|do me a favour and|be so good and|try to|the next step is to|don't forget to|your task is to|you can now|maybe you can|"
    "it would help me if you could|be a dear and|pls|first|simply|feel free to|remember to|please just|what I want is that you|"
    "you have to|"
    "you must|I hope you can|it's your job to|see if you can"
)
_I_SAY = (
    "I want to|I need to|I would like to|I'd like to|I have to|I must|help me|help me to|let's|it is time to|we need to|we want to|"
    "my boss wants me to|my friend asked me to|I'm trying to|I am trying to|I plan to|I'm going to|I wish to|we'd like to|we should|"
    "i wanna|"
    "my plan is to|the customer wants to|I still need to|I was told to|now I need to|I was hoping to|I was about to|please help me to|"
    "my sister wants to|our team needs to|I think I should|I've got to|today I want to|I hope to"
)
_I_ASK = "can I|could I|may I|is there a way to|how can I|how do I|can you help me to|would it be ok to|am I able to|can we"

LOOKUP_COMMANDS = _crossed(
    "Please tell me the {n} {p}.|Find out the {n} {p}.|Could you get me the {n} {p}?",
    (
        _YOU_SAY,
        "get|get me|fetch|find|check|show|show me|look up|give me|tell me|bring up|pull up|read|search for|look for|list|send me",
        " the {n} {p}.",
    ),
    (
        _YOU_ASK,
        "get|fetch|find|check|show|show me|look up|give me|tell me|bring up|pull up|read me|search for|look for|list|find me",
        " the {n} {p}?",
    ),
    (_I_SAY, "see|know|check|get|find|look up|read|have|look at|learn", " the {n} {p}."),
    (_I_ASK, "see|check|get|find|look up|have|look at", " the {n} {p}?"),
)
LOOKUP_QUESTIONS = _crossed(
    "What would the {n} be {p}?",
    (
        "what is|what's|What is|What's|whats|do you know|do you have|and what is|how is|how's|how about|what about|any idea of|which is|"
        "what can you tell me about|have you got|where can I find|where do I see|may I know|could I know|may I ask for|any chance to see|"
        "can anyone tell me",
        "the {n} {p}",
        "?",
    ),
    ("tell me,|please say,|so|now|and|ok,|and now,", "what is the {n} {p}|what's the {n} {p}|how is the {n} {p}", "?"),
    ("do you know|can you see|any idea", "what the {n} is {p}|what is the {n} {p}", "?"),
    ("can you|could you|could you please|will you", "say what the {n} is {p}|tell me what the {n} is {p}|check what the {n} is {p}", "?"),
    (
        "I want to know|I'd like to know|I need to know|I wonder|I was wondering|I don't know|tell me|please say|let me know|"
        "find and tell me|I forgot|say",
        "what the {n} is {p}",
        ".",
    ),
)
LOOKUP_STATEMENTS = _crossed(
    "I'd love to see the {n} {p}.",
    (
        "I need|I want|I would like|I'd like|we need|I'm looking for|I am looking for|I'm curious about|I am interested in|"
        "I was wondering about|I asked for",
        "the {n} {p}",
        ".",
    ),
    (
        "my boss needs|my friend wants to know|our team needs|it would help to know|I have no idea about|I can't find|I'm missing|"
        "I wonder about",
        "the {n} {p}",
        ".",
    ),
    ("|the|only the|just the", "{n} {p}|{n} {p} please|{n} {p}, please|{n} {p}, thanks", ""),
    ("the|and the|next question: the|another question: the", "{n} {p}", "?"),
)
ACTION_REQUESTS = _crossed(
    "Kindly {v} {a} {n} {p}.|Would you {v} {a} {n} {p}?|I'd like you to {v} {a} {n} {p}.|Go ahead and {v} {a} {n} {p}.|"
    "We have to {v} {a} {n} {p}.",
    (_YOU_SAY, "{v} {a} {n}|{v} {a} {n}|{v} {a} {n} for me", " {p}."),
    (_YOU_ASK, "{v} {a} {n}|{v} {a} {n} for me", " {p}?"),
    (_I_SAY, "{v} {a} {n}", " {p}."),
    (_I_ASK, "{v} {a} {n}", " {p}?"),
    ("", "{v} {a} {n} {p}|{v} {a} {n} {p}, please|{v} {a} {n} {p}, ok?|{v} {a} {n} {p} if you can", ""),
)
OFFERED_REQUESTS = _crossed(
    "Could we have {a} {n} {p}?|It would be lovely to have {a} {n} {p}.",
    (
        "I need|I want|I'd like|I would like|we need|we'd like|please get me|get me|I am looking for|I'm looking for|there should be|"
        "I want to have",
        "{a} {n} {p}",
        ".",
    ),
    ("can I have|can I get|could I get|may I have|is there|do you have|can you get me|how about", "{a} {n} {p}", "?"),
    ("", "{a} {n} {p}, please|{a} {n} {p} please|{a} {n} {p}", ""),
)

_HELLO = "Hi|Hello|Hey|Hi there|Good morning|Hello again|Dear assistant|Hey you|Hi bot"
_AGREE = (
    "OK|Ok|So|Well|Right|Alright|Thanks|Great|Sorry|Hmm|Now|One more thing|Another question|Another task|Next|Good|Perfect|By the way|Also"
)
_WHY = (
    "I am planning my trip|I have a question|I need your help|I'm preparing a report|We are meeting friends|My boss asked me|"
    "I'm in a hurry|It is important|I forgot to do it|I'm very busy|I am working on something|I've got a small task|There is something to do|"
    "It's for work|"
    "My friend is waiting|I can't do it myself|I need some help|This is for a friend|I am at work|We have visitors|"
    "Here is my next question"
)
_FOR = (
    "For my trip|For work|For my report|For a friend|For my notes|If you can|When you have time|If possible|As a favour|To be sure|"
    "Before I forget"
)
# What may stand before a request; the blank at the end tells that it stands by itself, a comma that the sentence goes on.
OPENERS = Pool(
    tuple(f"{text}{mark} " for text in _HELLO.split("|") for mark in ("!", ",", "."))
    + tuple(f"{text}{mark} " for text in _AGREE.split("|") for mark in (",", ".", ":"))
    + tuple(f"{text}. " for text in _WHY.split("|")) * 2
    + tuple(f"{text}, so " for text in _WHY.split("|"))
    + tuple(f"{text}, " for text in _FOR.split("|")) * 2
    + tuple(f"{hello}! {why}. " for hello in ("Hi", "Hello", "Hey") for why in _WHY.split("|")),
    (
        "Greetings! ",
        "Good afternoon. ",
        "I could use a hand. ",
        "For my diary, ",
        "I'm on a tight schedule, so ",
        "Very well, ",
        "My aunt wonders. ",
    ),
)
ALL_POOLS.append(OPENERS)
TAILS = pool(
    " Thanks!| Thank you.| Thanks| Please.| It's important.| I am in a hurry.| As soon as possible.| That's all.| Thanks in advance.|"
    " Thx| pls|"
    " Can you do that?| I need it soon.| That would be great.| Many thanks.| It is for work.| My friend asked.| Right now.|"
    " That would help me a lot.",
    " Much appreciated.| I'd be grateful.| No rush.| That would be kind.",
    blanks=True,
)

# A value before the sentence `{s}`: as its phrase `{p}`, by itself `{v}`, or under its label `{l}`.
FRONTED = pool("{p}, {s}|{p}, {s}|{p}: {s}|{p} - {s}", "{p}, {s}|{p} ... {s}", grammar=True)
BARE_FIRST = pool(
    "{v}: {s}|It is about {v}. {s}|{v}. {s}|I'm thinking of {v}. {s}|It's for {v}: {s}|Take {v}. {s}|{s} I mean {v}.|{s} It is for {v}.|"
    "{s} For {v}.|{v} - {s}",
    "Concerning {v}: {s}|{s} I am speaking of {v}.",
)
LABEL_FIRST = pool(
    "The {l} is {v}. {s}|{l}: {v}. {s}|My {l} is {v}. {s}|Here is the {l}: {v}. {s}", "Given the {l} {v}, {s}|The {l}: {v}. {s}"
)
# Values in a sentence after the request.
LATER = pool(
    "It should be {p}.|I want it {p}.|That's {p}.|It is {p}.|Make it {p}.|This is {p}.|I mean {p}.|It must be {p}.|It has to be {p}.|"
    "I'd like it {p}.|It's {p}.|And {p}.|I need it {p}.",
    "It ought to be {p}.|Let it be {p}.|I'd prefer it {p}.",
)
LATER_LABELS = pool(
    "the {l} is {v}|the {l} should be {v}|the {l} must be {v}|the {l}: {v}|use {v} as the {l}|the {l} has to be {v}|take {v} as the {l}|"
    "the {l} will be {v}|I want the {l} to be {v}",
    "let the {l} be {v}|the {l} ought to be {v}",
)
LISTED = pool("{l}: {v}|{l}: {v}|{l} {v}|{l} = {v}|{l} is {v}", "{l} -> {v}|{l}: {v}", grammar=True)
OWNED = pool("{v}'s {n}|the {v} {n}|{v}'s {n}", "{v}'s own {n}|the {n} there in {v}", grammar=True)
ARTICLES = pool("a new|another|the|my|one more|one", "our|one new")

# Something true about the user that no parameter wants.
ASIDES = pool(
    "My name is {name}.|I am {name}.|I live in {city}.|I'm in {city} right now.|My friend {name} told me about you.|I come from {city}.|"
    "{name} here.|"
    "I'm sitting in {city} with {name}.|I work in {city}.|My colleague {name} sends you greetings.",
    "You may call me {name}.|I grew up in {city}.|This is {name} writing.",
)
