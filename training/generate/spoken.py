"""How people type: an opener before the sentence, lower case, a lost full stop, a slip of the fingers."""

from __future__ import annotations

import re

from training.generate.draw import Draw, pool
from training.generate.variants import forms

ASKING = pool(
    "Hi! |Hello! |Hello. |Hey, |Hi, |So, |Ok, |Okay. |Well, |And |Now |Please: |Sorry, |Thanks. |Great. |Good. |Nice! |Hmm, |"
    "Next question: |One question: |"
    "One more thing: |Another question: |A small question: |Just checking: |Let me ask: |I was wondering: |My question: |Tell me: |"
    "Next: |Right. |"
    "A test: |Let me test you: |Let's see: |By the way, |Before I go: |Excuse me, |Wait, |Oh, |Cool. |Alright, |Then |First: |"
    "Last question: |Question: |"
    "I hope you know this: |For my notes: |My friend asks: |If you can: |Could you help? |Help me: |I am curious: |Ah, ",
    "Quick question: |Good morning! |Say, |Fine. |I need to ask: |Perfect. ",
    blanks=True,
)
TELLING = pool(
    "Hi! |Hello! |Hey, |Hi, |So, |Ok, |Well, |By the way, |Please note: |Just so you know, |For your information: |Remember this: |"
    "Please remember: |"
    "Also, |And |Note this: |Listen: |Let me tell you: |Oh, |A fact: |I should say that |I want you to know that |"
    "You should know that |One thing: |"
    "Keep in mind that |Please keep in mind: |FYI: |Now |Something about me: |Here is a fact: |First of all, |For later: |"
    "It is true that |Guess what: |"
    "Don't forget: |Remember that |I tell you that |Know that |Good. |Thanks. |Right. |Nice. ",
    "Let me add: |To begin with, |Mind that |Just a note: ",
    blanks=True,
)
RECALLING_TAILS = pool(
    " I forgot.| Thanks.| Thank you!| Please.| I can't remember.| Do you know?| Tell me please.| Just to be sure.|"
    " I hope you remember.| It matters.| Please answer.| I am not sure any more.",
    " I have no idea.| It slipped my mind.| Much appreciated.",
    blanks=True,
)
CORRECTING = forms(
    "No, |No no, |Actually, |Sorry, |Sorry, [I meant/I meant to say/that was wrong/I was wrong]: |Wait, |Oh wait, |Correction: |"
    "I made [a/one] mistake: |That [was/is] [wrong/not right/not correct/old]: |Not [quite/right]: |"
    "I have to correct [myself/you/that]: |Oops, |My mistake: |Hold on, |In fact, |No, that is wrong: |Please correct that: |"
    "Change that: |I was wrong: |Hmm, no, |Update: ",
    "Wrong, |Let me correct that: |I misspoke: |To be precise, ",
)
_KEEPS_CAPITAL = re.compile(r"(I\b|\{|[A-Z]{2})")
_WORD = re.compile(r"(?<![\w{'])[a-z]{4,}(?![\w}'])")


def after(opener: str, text: str) -> str:
    """A sentence behind an opener, small at its start unless the opener ends a sentence."""
    opener = opener.rstrip() + " "
    if opener[-2] in ".!?" or _KEEPS_CAPITAL.match(text):
        return opener + text
    return opener + text[0].lower() + text[1:]


def slip(d: Draw, text: str) -> str:
    """Two letters of one common word swapped, or one lost."""
    words = list(_WORD.finditer(text))
    if not words:
        return text
    word = d.rng.choice(words)
    at = d.number(word.start() + 1, word.end() - 2)
    if d.chance(0.5):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :]


def casual(d: Draw, text: str, small: float = 0.12, bare: float = 0.14) -> str:
    """Sometimes in lower case, without the mark at the end, or with a slip. Values come in later, at their `{marks}`, unchanged."""
    if d.chance(0.02):
        text = slip(d, text)
    if d.chance(small):
        text = text.lower()
    if text[-1] in ".?" and d.chance(bare):
        text = text[:-1]
    return text


def asking(d: Draw, text: str, opener: float = 0.18) -> str:
    """A question or request as typed."""
    if d.chance(opener):
        text = after(str(d.pick(ASKING)), text)
    return casual(d, text)


def recalling(d: Draw, text: str) -> str:
    """A question about something told before, as typed."""
    if d.chance(0.08) and text[-1] in ".?":
        return asking(d, text).rstrip(".?") + text[-1] + str(d.pick(RECALLING_TAILS))
    return asking(d, text)


def telling(d: Draw, text: str, opener: float = 0.2) -> str:
    """A statement as typed."""
    if d.chance(opener):
        text = after(str(d.pick(TELLING)), text)
    return casual(d, text, small=0.1)


def correcting(d: Draw, text: str) -> str:
    """A statement that takes back an earlier one."""
    return casual(d, after(CORRECTING.draw(d), text), small=0.08)
