"""Facts that people state about themselves, the questions that ask for them, and the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from training.generate import words
from training.generate.draw import Draw, pool
from training.generate.spoken import correcting, recalling, telling
from training.generate.variants import Forms, combined, forms, split

PLACES = pool("house|garden|barn|room|office|garage|yard|shop|kitchen|school|park|village", "cellar|attic|hall|stable|workshop")
UNTOLD = "You have not told me that."


@dataclass(frozen=True)
class Fact:
    """Something stated, how the assistant takes note of it, and questions about it with their answers."""

    said: str
    noted: str
    questions: tuple[tuple[str, str, str], ...]  # question, answer, the value it must hold
    kind: str = "fact"


CLAUSE_LEADS = (
    "[Do/Did] you [know/remember/recall] {c}?|Do you still [know/remember] {c}?|Don't you [know/remember] {c}?|"
    "[Can/Could/Would/Will] you [tell/remind] me {c}?|Could you [please/kindly] [tell/remind] me {c}?|Can you say {c}?|"
    "[Tell/Remind] me [/again/once more/now/please] {c}.|Please [say/state/tell me/remind me] {c}.|Say {c}.|State {c}.|Let me know {c}.|"
    "I [forgot/have forgotten/don't remember/can't recall/wonder/was wondering/want to know/need to know/must know/am not sure] {c}.|"
    "I'd like to know {c}.|I would like to hear {c}.|Have I [told you/said/mentioned] {c}?|Did I [tell you/say/mention] {c}?|"
    "[Any idea/Do you have any idea] {c}?|You [know/remember] {c}, [right/don't you]?|Are you able to tell me {c}?|"
    "Is it clear to you {c}?|Show that you know {c}."
)
NOUN_LEADS = (
    "What [is/was] {c}?|What's {c}?|[Tell/Give] me {c}.|[Name/State/Say/Repeat] {c}.|Tell me {c} [again/once more/please].|"
    "Remind me of {c}.|"
    "Please [tell me/give me/name/say/repeat] {c}.|Do you [know/remember/recall] {c}?|Do you still [know/remember] {c}?|"
    "[Can/Could] you [tell me/give me/name/recall] {c}?|[And/So/Now] {c}?|What about {c}?|"
    "I [forgot/need/want to know/don't remember/would like to know] {c}.|"
    "{c}?|{c}, please.|What did I say {c} was?|What do you know about {c}?|Which one is {c}?|Have you noted {c}?|"
    "Say [again/once more] what {c} is.|Let me hear {c}."
)


def ask_forms(direct: str, clauses: str, nouns: str, held_out: str) -> Forms:
    """Questions of their own, and those that leads make of clauses (`where I live`) and of names (`my home town`)."""
    return forms([*split(direct), *combined(CLAUSE_LEADS, clauses), *combined(NOUN_LEADS, nouns)], held_out)


# key: statement, statement held out, questions, clauses, names, questions held out, answer
ATTRIBUTES: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "name": (
        "[My name is/I am/I'm/My name's/Call me/People call me/Friends call me/Everyone calls me/The name is/The name's] {v}.|"
        "It's {v}.|It is {v} [here/speaking].|{v} here.|"
        "I [go by/use/have] the name {v}.|I am called {v}.|I was named {v}.|"
        "I am {v}, [nice to meet you/a new user/pleased to meet you].|My first name is {v}.|This is {v}.|"
        "Please call me {v}.|[Hello/Hi/Hey/Hi there/Hello there][,/!] [I am/I'm/this is/my name is] {v}.|"
        "My name is {v}, [hello/hi/what is yours].|You are talking to {v}.|{v} is my name.",
        "You can call me {v}.|They call me {v}.|Good day, my name is {v}.",
        "What is my name?|Who am I?|What's my name?|How am I called?|Name me.|How did I introduce myself?|Say my name.|"
        "Who is [talking/speaking] to you?|What [was/is] my name [again/once more]?|"
        "What do [people/friends] call me?|How should you call me?|By what name do [you/people] know me?|What name do I [have/go by]?",
        "[what my name is/who I am/how I am called/what name I have/what people call me/how I introduced myself]",
        "[my name/my first name/the name I told you/the name I use]",
        "Can you tell me my name?|What am I called?|Which name did I give you?",
        "Your name is {v}.",
    ),
    "city": (
        "I [live/am living/work and live] in {v}.|I [come/am] from {v}.|My home is in {v}.|[My/Our] [house/flat] is in {v}.|"
        "I [moved/have moved] to {v}.|I am based in {v}.|We live in {v}.|My home is {v}.|"
        "I am at home in {v}.|I [have/own] a [house/flat] in {v}.|My city is {v}.|My address is in {v}.",
        "My home town is {v}.|I reside in {v}.",
        "Where do I live?|Where is my home?|Where am I from?|[Which/What] city do I live in?|What city am I [in/from]?|"
        "Where did I say [that/] I live?|Where am I at home?|"
        "What is the name of my city?|In [which/what] city do I live?|Where do we live?|In which place do I live?",
        "[where I live/where I am from/where my home is/which city I live in/in which city I live/where I come from/in what town I live]",
        "[my city/my home town/the town I live in/the place where I live/my home]",
        "In which town do I live?|Do you know where I live?",
        "You live in {v}.",
    ),
    "colour": (
        "My [favourite/favorite] [colour/color] is {v}.|I [love/like/prefer] the [colour/color] {v}.|"
        "I like {v} [best of all colours/more than any other colour].|I am a fan of the colour {v}.|"
        "The best [colour/color] is {v}.|Of all [colours/colors] I [like/love] {v} [best/most].|"
        "{v} is the [colour/color] I [love/like best].|My preferred [colour/color] is {v}.",
        "The colour I like most is {v}.|{v} is my favourite colour.",
        "What [colour/color] do I [love/prefer/like/like best]?|Which [colour/color] do I [like best/love/prefer/like most]?|"
        "Which [colour/color] did I say I [love/like]?|What's my [favourite/favorite] [colour/color]?|"
        "Which one of all [colours/colors] do I like best?",
        "[what colour I like best/which color I love/which colour I prefer/what my favourite colour is/what my favorite color is]",
        "[my favourite colour/my favorite color/the colour that I like/the color I love/my preferred colour]",
        "Which colour is my favourite?",
        "Your favourite colour is {v}.",
    ),
    "job": (
        "I work as a {v}.|I am a {v} [/by trade/at work].|I'm a {v}.|My [job/profession/work] is {v}.|"
        "My [job/profession] is that of a {v}.|For a living I am a {v}.|I have a job as a {v}.|I am employed as a {v}.|"
        "I [became/have become] a {v}.|I make my living as a {v}.|At work I am a {v}.",
        "I earn my money as a {v}.",
        "What do I work as?|What do I do for a living?|How do I [earn/make] my [money/living]?|What is my [job/profession/work]?|"
        "What [work/job] do I [do/have]?|What am I by trade?|What do I do [at work/all day]?|"
        "As what do I work?",
        "[what I do for a living/what my job is/what I work as/how I earn my money/what my profession is/what work I do]",
        "[my job/my profession/my work/my trade]",
        "Which job do I have?",
        "You work as a {v}.",
    ),
    "food": (
        "My [favourite/favorite] [food/dish/meal] is {v}.|I [love/like] to eat {v}.|"
        "I [love/like] {v} [most of all/more than any other food/best of all foods].|I [love/like/enjoy] eating {v}.|"
        "The best food is {v}.|I could eat {v} every day.|When I am hungry I eat {v}.|I eat {v} most [days/of the time].",
        "The food I like best is {v}.",
        "What do I [like/love] to eat?|What [food/dish] do I [love/like/like best/prefer]?|What do I eat most?|"
        "What do I [like/love/enjoy] eating?|What is my [favourite/favorite] [food/dish/meal]?|What would I eat every day?",
        "[what I like to eat/what I love to eat/what food I like/what my favourite food is/what dish I love/what I enjoy eating]",
        "[my favourite food/my favorite food/my favourite dish/the food I love/the food that I like]",
        "Which food do I like best?",
        "Your favourite food is {v}.",
    ),
    "pet": (
        "My dog is [called/named] {v}.|I have a dog [named/called] {v}.|The name of my dog is {v}.|My dog's name is {v}.|"
        "I own a dog called {v}.|We named our dog {v}.|I call my dog {v}.|{v} is my dog.|"
        "I [walk/have/love] my dog {v}.|My dog has the name {v}.|My dog answers to {v}.",
        "My dog goes by the name {v}.",
        "What is my dog called?|What's my dog's name?|Who is my dog?|What [name does my dog have/do I call my dog/did I name my dog]?|"
        "What is [the name of my dog/my dog's name]?|By what name does my dog go?",
        "[what my dog is called/what name my dog has/what I call my dog/what my dog's name is]",
        "[my dog/my dog's name/the name of my dog/the dog's name]",
        "How is my dog called?",
        "Your dog is called {v}.",
    ),
    "sister": (
        "My sister is [called/named] {v}.|I have a sister [named/called] {v}.|My sister's name is {v}.|I call my sister {v}.|"
        "{v} is my sister.|My [little/big/older/younger] sister is called {v}.|I have one sister, {v}.|My sister has the name {v}.",
        "The name of my sister is {v}.",
        "What is my sister called?|What [is/was] my sister's name?|Who is my sister?|What name does my sister have?|"
        "What do I call my sister?|What's my sister's name?|What is the name of my sister?",
        "[who my sister is/what my sister is called/what name my sister has/what my sister's name is]",
        "[my sister/my sister's name/the name of my sister]",
        "How is my sister called?",
        "Your sister is called {v}.",
    ),
    "age": (
        "I am {v} years old.|I'm {v} years old.|My age is {v}.|I [just turned/turned/am now] {v}.|I am {v} [years of age/now].|"
        "I became {v} [last week/today/this year].|I was {v} on my last birthday.|I'm {v}.",
        "I have reached the age of {v}.",
        "How old am I?|What is my age?|How many years old am I?|What age am I?|Which age did I tell you?|What's my age?|"
        "How many years do I have?",
        "[how old I am/what age I am/how many years old I am/what my age is]",
        "[my age/the age I told you]",
        "Tell me my age.",
        "You are {v} years old.",
    ),
    "password": (
        "The [code word/secret word/password/code/secret/magic word/keyword] is {v}.|"
        "[Remember/Memorise/Memorize/Store/Save/Keep] the [word/code/term] {v}.|Please [remember/keep/store] this [code/word]: {v}.|"
        "Keep in mind the [code/word] {v}.|"
        "The word [to remember/to keep/you should know] is {v}.|Here is a [code/word] to remember: {v}.|This is my [code/word]: {v}.|"
        "Remember: {v}.|Don't forget the [word/code] {v}.|I [will/] [ask/test] you later: the word is {v}.",
        "Note the word {v}.|My code is {v}.",
        "What is the [code word/secret word/code/word/password/secret]?|Which word did I tell you?|What was the [code/word/secret]?|"
        "What [word/code] should you remember?|What did I ask you to [remember/keep/store]?|"
        "Say the [code word/word/secret word].|Give me the [code/word/secret].|Do you still know the [word/code]?|"
        "Repeat the [secret word/word/code].|What should you [remember/not forget]?",
        "[what the code word is/what word I told you/what I asked you to remember/what the secret is/which word you should remember]",
        "[the code word/the word/the code/the secret word/the secret/the password]",
        "Which code did I give you?",
        "The word is {v}.",
    ),
    "thing": (
        "My {w} is {v}.|I [have/own/bought/got/use/found/like] [a/my] {v} {w}.|The [colour/color] of my {w} is {v}.|"
        "I painted my {w} {v}.|My {w} has the [colour/color] {v}.|My [new/old] {w} is {v}.|There is a {v} {w} on my table.|"
        "I wanted a {v} {w} and bought one.",
        "I got myself a {v} {w}.",
        "[What/Which] [colour/color] is [my/the] {w}?|Which [colour/color] does my {w} have?|"
        "What is the [colour/color] of [my/the] {w}?|How is my {w} coloured?|What does my {w} look like?|"
        "Of [what/which] [colour/color] is my {w}?",
        "[what colour my {w} is/which color my {w} has/what color the {w} is/what my {w} looks like]",
        "[the colour of my {w}/the color of the {w}/my {w}'s colour]",
        "Tell me the colour of my {w}.",
        "Your {w} is {v}.",
    ),
    "place": (
        "[My/The] {w} is in the {v}.|I [put/left/placed/hid/keep/stored/forgot] [my/the] {w} in the {v}.|"
        "My {w} [lies/stands] in the {v}.|In the {v} is my {w}.|My {w} stays in the {v}.|I [took/brought] my {w} to the {v}.|"
        "The {v} is where my {w} is.",
        "You find the {w} in the {v}.",
        "Where is [my/the] {w}?|Where did I [put/leave/place/hide] [my/the] {w}?|Where can I find [my/the] {w}?|"
        "In [which/what] place is my {w}?|Where [do I keep/should I look for] my {w}?|Help me find my {w}.|Where's my {w}?|"
        "I am looking for my {w}.|I can't find my {w}.",
        "[where my {w} is/where I put my {w}/where I left the {w}/where I can find my {w}/where my {w} lies]",
        "[the place of my {w}]",
        "Do you know where the {w} is?",
        "Your {w} is in the {v}.",
    ),
    "own": (
        "My {w} is {v}.|{v} is my {w}.|The {w} I have is {v}.|I have {v} as my {w}.|My {w}: {v}.|For me the {w} is {v}.|"
        "As for my {w}, it is {v}.|I would say my {w} is {v}.",
        "When it comes to my {w}, it is {v}.|I noted {v} as my {w}.",
        "What's my {w}?|[Which/What] {w} [do/did] I [have/tell you/mention/give you]?|What did I tell you about my {w}?",
        "[what my {w} is/what I said about my {w}/what {w} I have]",
        "[my {w}/the {w} I told you]",
        "Which {w} is mine?|What did I give as my {w}?|Kindly state my {w}.",
        "Your {w} is {v}.",
    ),
}
PHRASES: dict[str, tuple[Forms, Forms]] = {
    key: (forms(said, other), ask_forms(direct, clauses, nouns, held_out))
    for key, (said, other, direct, clauses, nouns, held_out, _) in ATTRIBUTES.items()
}
NAME, NAME_ASK = PHRASES["name"]

# What `own` is about, by the kind of its value.
_NAMED = pool(
    "brother's name|mother's name|cat's name|boss's name|teacher's name|cousin's name|best friend's name|daughter's name|son's name|"
    "neighbour's name|wife's name|doctor's name|nickname|middle name|horse's name",
    "aunt's name|father's name|parrot's name|landlord's name|grandmother's name",
)
_WORDED = pool(
    "favourite animal|favourite drink|favourite game|favourite song|hobby|favourite sport|favourite band|user name|team|company|street|"
    "school|first language|brand of car|project|favorite fruit|topic|goal",
    "favourite flower|favourite dance|club|instrument|favorite season|district",
)
_CODED = pool(
    "room number|flight number|ticket number|order number|locker code|phone number|booking code|account number|door code|pin|member number",
    "seat number|customer number|parcel number|gate code|bus line",
)
_DATED = pool(
    "birthday|day of departure|wedding day|next appointment|exam day|delivery date|first day at work",
    "moving day|deadline|name day|day off",
)
_TIMED = pool("flight time|meeting time|lunch time|wake-up time|train time|bed time", "departure time|tea time|class time")
_NUMBERED = pool("lucky number|shoe size|favourite number|house number|best score|record", "jersey number|high score|size")


def with_article(text: str, mark: str, value: str) -> str:
    """The value at its mark, with `an` before a vowel."""
    if value[:1] in "aeiou":
        text = text.replace(f" a {mark}", f" an {mark}")
    return text.replace(mark, value)


def _own(d: Draw) -> tuple[str, str]:
    kind = d.number(0, 7)
    if kind <= 1:
        return words.first_name(d), str(d.pick(_NAMED))
    if kind <= 3:
        return d.word(), str(d.pick(_WORDED))
    if kind == 4:
        return (words.code(d) if d.chance(0.6) else str(d.number(10, 9999))), str(d.pick(_CODED))
    if kind == 5:
        return words.date(d), str(d.pick(_DATED))
    if kind == 6:
        return words.clock(d), str(d.pick(_TIMED))
    return str(d.number(1, 99)), str(d.pick(_NUMBERED))


def _thing(d: Draw) -> str:
    return d.word() if d.chance(0.5) else str(d.pick(words.THINGS))


VALUES: dict[str, Callable[[Draw], tuple[str, str]]] = {
    "name": lambda d: ((words.full_name(d) if d.chance(0.1) else words.first_name(d)), ""),
    "city": lambda d: (words.city(d), ""),
    "colour": lambda d: (words.colour(d), ""),
    "job": lambda d: (d.word() if d.chance(0.4) else str(d.pick(words.JOBS)), ""),
    "food": lambda d: (words.food(d), ""),
    "pet": lambda d: (words.first_name(d), ""),
    "sister": lambda d: (words.first_name(d), ""),
    "age": lambda d: (str(d.number(6, 99)), ""),
    "password": lambda d: (d.word() if d.chance(0.6) else words.code(d), ""),
    "thing": lambda d: (words.colour(d), _thing(d)),
    "place": lambda d: (d.word() if d.chance(0.4) else str(d.pick(PLACES)), _thing(d)),
    "own": _own,
}
OTHERS = tuple(key for key in VALUES if key != "name")


def stated(d: Draw, key: str, about: str | None = None, corrects: bool = False) -> tuple[Fact, str]:
    """A fact of that kind and what it is about (the `{w}` of its sentences); `corrects` takes an earlier one back."""
    value, thing = VALUES[key](d)
    thing = thing if about is None else about
    said, ask = PHRASES[key]

    def fill(text: str) -> str:
        return with_article(text, "{v}", value).replace("{w}", thing)

    sentence = said.draw(d)
    told = fill(correcting(d, sentence) if corrects else telling(d, sentence, opener=0.06 if key == "name" else 0.18))
    noted = f"Nice to meet you, {value}!" if key == "name" else "Noted."
    return Fact(told, noted, ((fill(recalling(d, ask.draw(d))), fill(ATTRIBUTES[key][6]), value),), key), thing


def unasked(d: Draw, taken: set[str]) -> tuple[str, str, str]:
    """A question whose answer has not been told."""
    key = str(d.pick([key for key in VALUES if key not in taken and key not in ("place", "thing", "own")]))
    return recalling(d, PHRASES[key][1].draw(d)), UNTOLD, "not told me"
