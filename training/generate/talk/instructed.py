"""Instructions on how to answer, in the system instruction or the message: length, first and last words, capitals, a name, thinking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from training.generate import words
from training.generate.chat import Message, Sample
from training.generate.draw import Draw, pool
from training.generate.memory.counting import ANIMALS, OBJECTS, PARTS_ALONE, parts_answer
from training.generate.memory.facts import OTHERS, stated
from training.generate.memory.sums import plain_sum, spelt
from training.generate.spoken import asking
from training.generate.talk.explain import PARAGRAPH_ASKS, fitted, named
from training.generate.talk.manners import ANSWERS, GREETINGS, THANKS, WHO, unknown_request
from training.generate.talk.notions import NOTIONS
from training.generate.variants import Forms, forms


@dataclass(frozen=True)
class Turn:
    """What the user says, the plain answer, the bare value in it, and a thought that leads to it."""

    asked: str
    answer: str
    value: str = ""
    thought: str = ""


BRIEF = forms(
    "[Be/Always be/Stay/Please be] [brief/concise/short].|"
    "Answer [/every question/all questions/always] [in one sentence/in a single sentence/briefly/with one sentence/shortly/concisely].|"
    "[Keep/Make] [it/your answers/every answer/answers] [short/brief/to one sentence].|"
    "[One sentence/A single sentence] [per answer/is enough/only].|"
    "[Your answers/Answers/Replies] [must be/should be/are] [short/brief/one sentence long/no longer than one sentence].|"
    "[Use/Write] [at most one sentence/one sentence only/few words].|You are a [brief/concise] assistant.|"
    "Never [say/write/use] more than one sentence.|Reply in [one line/a sentence].|No long answers.|Short answers[ only/, please].",
    "Respond with just one sentence.|Limit yourself to a sentence.|You give short replies.|Express yourself in few words.",
)
DETAILED = forms(
    "[Explain everything/Explain things/Answer/Answer all questions/Describe things] [in detail/with details/at length/thoroughly].|"
    "[Be/Always be] [thorough/detailed/exhaustive].|[Give/Write] [detailed/long/full] [answers/explanations].|"
    "Answer in [a full paragraph/one paragraph/several sentences/three sentences].|Take your time and explain [well/fully/everything].|"
    "[Your answers/Answers] [should be/are] [long/detailed].|You are a patient teacher who explains in detail.|Use several sentences.",
    "Respond at length.|You give complete explanations.|Go into detail.",
)
LAST = forms(
    "[Always/Please/Please always/You must/Make sure to] end [/every answer/your answers/each reply/all answers] with the [word/words] {v}.|"
    "End [every answer/your answers/each reply/all your replies/every message] with {v}.|"
    "[Every answer/Each answer/Your answer] [must end/ends/has to end/should end] with [the word/] {v}.|"
    "[Finish/Close] [every answer/each reply/your answer] with [the word/] {v}.|"
    "The last word of [every answer/each reply] [is/must be] {v}.|"
    "[Put/Add/Write/Say] {v} at the end of [every answer/each reply/your answer].|After [every/each] answer[, say/ add/, write] {v}.",
    "Conclude all replies with {v}.|Let {v} be the final word of every answer.|Append {v} to each of your answers.",
)
FIRST = forms(
    "[Always/Please/You must/Please always] [start/begin] [/every answer/your answers/each reply] with {v}.|"
    "[Start/Begin] [every answer/your answers/each reply/all your replies/every message] with {v}.|"
    "[Every answer/Each answer/Your answer] [must start/starts/has to begin/should begin] with {v}.|"
    "[Put/Write/Say] {v} [before every answer/at the start of every answer/in front of each reply].|"
    "Open [every answer/each reply] with {v}.|Before [every/each] answer[, say/, write] {v}.|Your answers begin with {v}.",
    "Let all replies open with {v}.|{v} has to come first in every answer.|Prefix each answer with {v}.",
)
CAPITALS = forms(
    "[Answer/Always answer/Write/Reply/Speak/Respond/Please answer] [in/only in/with/in all] [capital letters/capitals/upper case/uppercase/uppercase letters].|"
    "[Use/Write] [only capital letters/capitals only/capital letters only/all caps].|"
    "[All/Every] [answers/answer/replies] in [capitals/upper case/capital letters].|ANSWER IN CAPITALS.|"
    "Everything you [say/write] is in capital letters.|No small letters[, please/ in your answers].|"
    "[Shout/Scream] at the user in capitals.|All caps[, please/].",
    "Your replies consist of capital letters.|Capitalise every letter you write.|Respond in ALL CAPS.",
)
CALLED = forms(
    "[Call/Always call/Please call] the user {v}.|[Address/Always address] the user [as/with the name] {v}.|"
    "The user [is called/wants to be called/is named/goes by/likes to be called] {v}.|"
    "The [user's name/name of the user] is {v}[./: use it./. Use it in every answer.]|[Use/Say] the name {v} for the user.|"
    "You talk [to/with] {v}[./: always use that name.]|You are speaking to {v}[./. Call them by name.]|"
    "Name the user {v} in every answer.",
    "Refer to the user by the name {v}.|Your user has the name {v}; use it.|Treat the user as {v}.",
)
BARE = forms(
    "[Answer/Reply/Respond] [/only] with [only the value/the bare value/the answer alone/just the value/nothing but the value/the value and nothing else/the value only].|"
    "[Just/Only] the [value/answer itself], [nothing else/no sentence/no words around it].|"
    "[Do not write/Don't write/No] [a sentence/sentences][./, only the value./: just the value.]|"
    "[Give/Say/Write] [only the value/the value only/just the value/nothing but the value].|"
    "No explanation, [just/only] the [value/result].|[Answer/Reply] without a sentence[./, only the value.]",
    "State nothing except the value.|The value alone is what I want.|Leave out everything but the value.",
)
THINK = forms(
    "[Think/Reason/First think/Please think] [step by step/first, in <think> tags/in <think> tags/before you answer/before answering/aloud/aloud in <think> tags/carefully in <think> tags][./, then answer./ and then answer.]|"
    "[Use/Write your thoughts in/Put your thinking in] <think> tags[./ first./ before the answer.]|"
    "[Show/Write down] your [reasoning/thoughts/thinking][./ first./ in <think> tags.]|"
    "[Always/You must] think [step by step/first/before you answer][./ in <think> tags.]|"
    "Before [every answer/answering/you answer], [think/reason] [step by step/in <think> tags/briefly].|Let's think step by step.|"
    "Think it through [first/step by step].|Start with your thoughts in <think> tags.",
    "Reflect in <think> tags prior to answering.|Reason it out step by step, please.|Let me see your thoughts before the answer.",
)
PERSONA = forms(
    "You are {v}[./, {r}./: {r}.]|Your name is {v}[./. You are {r}./ and you are {r}.]|You are {r} [called/named] {v}.|"
    "[Act as/Play/Pretend to be/You act as] {v}[./, {r}.]|From now on you are {v}[./, {r}.]|You are {v}, {r} [of/for] the company {k}.|"
    "Today you are {v}[./, {r}.]|The assistant is [called/named] {v}[./ and is {r}.]|[Hello/Hi], you are {v}[./, {r}.]",
    "Take on the role of {v}, {r}.|You go by the name {v}.|Users know you as {v}.",
)
ROLES = pool(
    "a helpful assistant|a friendly guide|a cheerful helper|an assistant for travellers|a shop assistant|a careful teacher|"
    "a patient tutor|an expert for gardens|a kind librarian|a support agent|a funny robot|an old wizard|a brave knight|"
    "a ship's captain|a museum guide|a cooking assistant",
    "a wise owl|a polite butler|a sports coach|a hotel receptionist|a space pilot",
)
MARKS = pool("Answer|Note|Reply|Result|Hint|Info|Fact|Reminder|Listen|Look|Response", "Remark|Message|Outcome|Advice")
LAST_WORDS = pool("over|done|end|stop|cheers|okay|amen|right|thanks|bye|finished|indeed|roger|sir|always", "ahoy|out|truly|madam|that's it")
NAMES = pool(
    "Captain|boss|Sir|Professor|friend|Doctor|master|Chief|Your Majesty|Madam|buddy|dear", "Admiral|comrade|Highness|champion|neighbour"
)


def _recall(d: Draw) -> list[Turn]:
    fact, _ = stated(d, str(d.pick((*OTHERS, "name", "name"))))
    ask, answer, value = fact.questions[0]
    thought = f'The user said: "{fact.said}"'
    if d.chance(0.4):
        said = fact.said if fact.said[-1] in ".!?" else fact.said + "."
        return [Turn(f"{said} {ask}", answer, value, thought)]
    return [Turn(fact.said, fact.noted), Turn(ask, answer, value, thought)]


def _sum(d: Draw) -> list[Turn]:
    ask, answer, value = plain_sum(d)
    sign = "plus" if " plus " in answer else "minus" if " minus " in answer else "times"
    name = {"plus": "sum", "minus": "difference", "times": "product"}[sign]
    return [Turn(ask, answer, value, f"The user asks for {answer.split(' is ')[0]}. This is a {name}.")]


def _parts(d: Draw) -> list[Turn]:
    plural, singular, parts = d.pick(ANIMALS if d.chance(0.6) else OBJECTS).split(":")
    part, each = d.pick(parts.split(",")).split("=")
    number = d.number(2, 12)
    ask = asking(d, PARTS_ALONE.draw(d)).replace("{n}", spelt(d, number)).replace("{x}", plural).replace("{q}", part)
    one = part if each != "1" else part[:-1]
    thought = f"One {singular} has {each} {one}, and there are {number} {plural}."
    return [Turn(ask, parts_answer(number, plural, int(each), part), str(number * int(each)), thought)]


def _notion(d: Draw, whole: bool = False) -> list[Turn]:
    notion = str(d.pick(list(NOTIONS)))
    while True:
        sentence = PARAGRAPH_ASKS.draw(d)
        if not any(mark in sentence for mark in ("detail", "sentence", "paragraph", "overview", "summary")):
            break
    sentences = NOTIONS[notion].split("~")
    return [Turn(fitted(asking(d, sentence), named(d, notion)), " ".join(sentences) if whole else sentences[0])]


def _small(d: Draw) -> list[Turn]:
    mark, source = d.pick((("greets", GREETINGS), ("thanks", THANKS)))
    return [Turn(asking(d, source.draw(d), opener=0).replace("{c}", words.city(d)), ANSWERS[mark])]


def _turns(d: Draw, *makers: Callable[[Draw], list[Turn]]) -> list[Turn]:
    return [turn for _ in range(d.weighted(((5, 1), (3, 2), (1, 3)))) for turn in d.rng.choice(makers)(d)]


_VALUED = (_recall, _recall, _sum, _parts)
_SHORT = (_recall, _recall, _sum, _parts, _small)


def _sample(d: Draw, instruction: str, turns: list[Turn], shape: Callable[[Turn], str], contains: bool = False) -> Sample:
    """All answers in the asked shape, or only the last one if the instruction stands in the last message."""
    messages: list[Message] = []
    system = d.chance(0.75)
    if system:
        lead = str(d.pick(("", "", "", "You are a helpful assistant. ", "You are a friendly assistant. ")))
        messages.append(Message("system", lead + instruction))
    for at, turn in enumerate(turns):
        last, asked = at + 1 == len(turns), turn.asked
        if last and not system:
            asked = f"{asked if asked[-1] in '.!?' else asked + '.'} {instruction}" if d.chance(0.6) else f"{instruction} {asked}"
        thinks = bool(turn.thought) and contains
        plain = not system and not last or contains and (not last or not thinks)  # thoughts are not kept in later turns
        messages += [
            Message("user", asked),
            Message("assistant", turn.answer if plain else shape(turn), learnt=not (plain and contains and system)),
        ]
    wanted = messages[-1].content
    return Sample("instructed", messages, [], {"contains": [turns[-1].answer.rstrip(".")]} if contains else {"exactly": wanted})


def _quoted(d: Draw, text: str) -> str:
    mark = str(d.pick(("'", '"', "", "")))
    return f"{mark}{text}{mark}"


def _draw_length(d: Draw) -> Sample:
    if d.chance(0.35):
        turns = [turn for _ in range(d.number(1, 2)) for turn in _notion(d, whole=True)]
        return _sample(d, DETAILED.draw(d), turns, lambda turn: turn.answer)
    messages = _sample(d, BRIEF.draw(d), [turn for _ in range(d.number(1, 3)) for turn in _notion(d)], lambda turn: turn.answer)
    if messages.messages[0].role != "system":  # the instruction is in the last message: earlier answers have their usual length
        return _sample(d, BRIEF.draw(d), _notion(d), lambda turn: turn.answer)
    return messages


def _draw_last(d: Draw) -> Sample:
    word = d.word() if d.chance(0.5) else str(d.pick(LAST_WORDS))
    return _sample(d, LAST.draw(d).replace("{v}", _quoted(d, word)), _turns(d, *_SHORT), lambda turn: f"{turn.answer} {word}")


def _draw_first(d: Draw) -> Sample:
    word = d.word() if d.chance(0.4) else str(d.pick(MARKS))
    word += ":" if d.chance(0.6) else ""
    instruction = FIRST.draw(d).replace("{v}", _quoted(d, word))
    if d.chance(0.15):
        last = d.word()
        both = f"{instruction} {LAST.draw(d).replace('{v}', _quoted(d, last))}"
        return _sample(d, both, _turns(d, *_SHORT), lambda turn: f"{word} {turn.answer} {last}")
    return _sample(d, instruction, _turns(d, *_SHORT), lambda turn: f"{word} {turn.answer}")


def _draw_capitals(d: Draw) -> Sample:
    return _sample(d, CAPITALS.draw(d), _turns(d, *_SHORT), lambda turn: turn.answer.upper())


def _draw_called(d: Draw) -> Sample:
    name = words.first_name(d) if d.chance(0.5) else str(d.pick(NAMES))

    def shape(turn: Turn) -> str:
        return f"{turn.answer[:-1]}, {name}{turn.answer[-1]}"

    sample = _sample(d, CALLED.draw(d).replace("{v}", name), _turns(d, _sum, _parts, _small_thanks), shape)
    if sample.messages[0].role == "system":
        return sample
    return _draw_called(d)


def _small_thanks(d: Draw) -> list[Turn]:
    return [Turn(asking(d, THANKS.draw(d), opener=0), ANSWERS["thanks"])]


def _draw_bare(d: Draw) -> Sample:
    while True:
        turns = _turns(d, *_VALUED)
        if all(turn.value for turn in turns):
            return _sample(d, BARE.draw(d), turns, lambda turn: turn.value)


def _draw_think(d: Draw) -> Sample:
    turns = d.rng.choice(_VALUED)(d)
    return _sample(d, THINK.draw(d), turns, lambda turn: f"<think>\n{turn.thought}\n</think>\n\n{turn.answer}", contains=True)


def _draw_persona(d: Draw) -> Sample:
    name = words.full_name(d) if d.chance(0.15) else words.first_name(d)
    role = str(d.pick(ROLES))
    sentence = PERSONA.draw(d)
    answer = f"I am {name}, {role}." if "{r}" in sentence else f"I am {name}."
    instruction = sentence.replace("{v}", name).replace("{r}", role).replace("{k}", d.word().capitalize())
    turns = [turn for _ in range(d.number(0, 1)) for turn in d.rng.choice((_sum, _small_thanks, _recall))(d)]
    who = _WHO_NAMED.draw(d) if d.chance(0.7) else WHO.draw(d)
    while who.lower().startswith(_NOT_BY_NAME) or any(word in who for word in _NOT_NAMED):
        who = WHO.draw(d)
    turns.append(Turn(asking(d, who), answer))
    messages = [Message("system", instruction)]
    for turn in turns:
        messages += [Message("user", turn.asked), Message("assistant", turn.answer)]
    if d.chance(0.12):
        messages += [Message("user", unknown_request(d)), Message("assistant", ANSWERS["unknown"])]
    return Sample("instructed", messages, [], {"exactly": messages[-1].content})


# Questions that a name answers.
_WHO_NAMED: Forms = forms(
    "[Who/And who/So who] are you[?/, please?/ then?]|What is your name?|What's your name?|[Tell/Say] me who you are.|"
    "Introduce yourself[./, please.]|What are you called?|Your name[?/, please?]|Who am I [speaking/chatting] with?|"
    "What [should I/do people] call you?|[May/Can] I [know/have/ask] your name?|Who is [this/there/answering]?|"
    "Say [your name/who you are].|Give me your name.",
    "Who am I talking to?|Please introduce yourself|Do you have a name?",
)
_NOT_BY_NAME = ("are you", "is this", "how ", "do i ", "am i", "where")
_NOT_NAMED = tuple(
    "made you|built you|created|trained|maker|developed|model|AI|version|company|program|bot|sort|kind|assistant|parameters|"
    "What are you?|What are you exactly?|What is this|"
    "what you are|about yourself|Describe|using|come from|live|run".split("|")
)

KINDS: tuple[tuple[float, Callable[[Draw], Sample]], ...] = (
    (4, _draw_length),
    (3, _draw_last),
    (3, _draw_first),
    (1.5, _draw_capitals),
    (2, _draw_called),
    (3, _draw_bare),
    (4, _draw_think),
    (3, _draw_persona),
)


def instructed(d: Draw) -> Sample:
    """A conversation under an instruction that each of its answers follows."""
    return d.weighted(KINDS)(d)
