"""Family 6: short explanations of common notions, in the length that is asked for; jokes; and no babble about the rest."""

from __future__ import annotations

from training.generate.chat import Message, Sample
from training.generate.draw import Draw, pool
from training.generate.spoken import asking
from training.generate.talk.manners import ANSWERS
from training.generate.talk.notions import ALIASES, JOKES, NOTIONS, PLURAL
from training.generate.talk.requests import untaught
from training.generate.variants import forms

# `{is}`, `{does}`, `{s}`, `{it}` follow the number of `{x}`.
SENTENCE_ASKS = forms(
    "Explain {x} [in one sentence/in a sentence/in a single sentence/in a few words/briefly/very briefly/in short/in one line/shortly/in ten words/quickly].|"
    "What {is} {x}[? One sentence, please./? In one sentence./, in short?/, briefly?/ in one sentence?/ in a few words?/? Be brief./? Keep it short./? Short answer./? Just one sentence.]|"
    ""
    "[In one sentence/Briefly/In short/In a few words/In a single sentence/Shortly/In one line], [what {is} {x}?/explain {x}./how {does} {x} work?/describe {x}./what {does} {x} mean?]|"
    "[Define/Describe] {x} [briefly/in one sentence/in a sentence/in short/in a few words].|Define {x}.|"
    "[Tell me/Say/Explain/Can you say/Can you tell me] [in a sentence/in one sentence/briefly/in short] what {x} {is}.|"
    "[Short answer/One sentence/A quick one/Briefly/Short/In short]: what {is} {x}?|"
    "[Give me/I need/Write] [a/one] [sentence/brief explanation/one-sentence explanation/short explanation/one-sentence summary/brief description] [of/about] {x}.|"
    ""
    "[How {does} {x} work/What {does} {x} mean][? One sentence, please./, in one sentence?/, briefly?/ in a few words?/? Short answer.]|"
    "Explain how {x} work{s} [in one sentence/in a few words/briefly/in short].|"
    "[Only/Just] one sentence[: what {is} {x}?/ about {x}, please.]|{x} in one sentence[./, please.]|"
    "A [brief/one-sentence] explanation of {x}[./, please.]",
    "Sum up {x} in one sentence.|A one-line definition of {x}, please.|Give me a short definition of {x}.",
)
PARAGRAPH_ASKS = forms(
    "Explain {x}[./ to me./, please./ in one paragraph./ in simple words./ in simple terms./ simply./ in detail./ to a child./ like I am five./ in a few sentences./ in three sentences./ in your own words./ a bit./ to a beginner.]|"
    "What {is} {x}[?/ exactly?/, please?/? Explain./? I have no idea./? Explain it simply.]|what's {x}|"
    "[Tell/Teach] me [about/something about/more about/all about/a little about] {x}.|Tell me what {x} {is}.|"
    "[Can/Would/Will] you [explain/describe] {x}[ to me/ for me/]?|Can you [tell me/say/explain] what {x} {is}?|"
    "[Describe/Introduce/Present] {x}[./ in one paragraph./ to me./, please.]|How {does} {x} work[?/ exactly?/, please?]|"
    "Explain how {x} work{s}.|"
    "What do you know about {x}?|Please [explain/describe/tell me about] {x}[./ to me.]|"
    "I [want/need/would like/have] to [learn about/know about/learn/understand/know more about] {x}.|What {does} {x} [mean/do]?|"
    "[Give me/I need/Write] [an explanation/a description/a summary/an overview/a paragraph] of {x}.|"
    "[What can you say/What can you tell me/Talk to me/Speak] about {x}[?/.]|"
    "[I have never heard/My child asks/My friend asks me/People talk/I read/I am reading/We learn at school] about {x}[. What {is} {it}?/. Explain./. Can you explain?]|"
    "Do you know [what {x} {is}/{x}/how {x} work{s}/anything about {x}]?|Why do [people/we] talk about {x}?|"
    "[Could/Can] you [say/tell me] [something/a few words] about {x}?|{x}[?/, please./, explain./: what {is} {it}?]|"
    "For school: [what {is} {x}?/explain {x}.]|I wonder what {x} {is}.|What {is} meant by {x}?",
    "Write a paragraph about {x}.|Help me understand {x}.|I don't understand {x}.|Could you explain {x}?",
)
ANALYSIS_ASKS = forms(
    "[Write/Give me/I need/Prepare/Make/Please write/Can you write/Produce] [an analysis/a report/a detailed report/a long explanation/a structured explanation/a detailed analysis/a short report/a research report/an article with sections/a paper] [of/on/about] {x}[./, please.]|"
    ""
    "[Research/Analyse/Analyze/Investigate/Study/Examine] {x} [in detail/thoroughly/for me/in depth/and write a report/and report back].|"
    "Do [research/a study/some research/deep research] [on/about] {x}[./ for me./ and write it up.]|"
    "[Explain/Describe/Present] {x} in [sections/three sections/titled sections/detail, with sections/three parts].|"
    "[Write/Give me] [a text/an explanation/an overview] [of/about] {x} with [sections/titles/three sections/headings].|"
    "I want [an analysis/a full report/a detailed report/a structured report] [of/on/about] {x}.|"
    "An [analysis/in-depth report] of {x}[./, please.]|Tell me about {x} in [three sections/sections with titles].",
    "Carry out an analysis of {x}.|Look into {x} in depth.|Deliver a structured report about {x}.|A study of {x}, divided into sections.",
)
JOKE_ASKS = forms(
    "[Tell me/Say/Give me/Do you know/I need/I'd like/Make/Can you tell me] a [short/good/funny/quick/silly/new/] joke about {x}[./, please./ now.]|"
    "Tell me something funny [about/on] {x}.|[A/One] [joke/short joke] about {x}[./, please.]|"
    "Make me laugh [with a joke about/about/with] {x}.|Joke about {x}[./!/, please.]|"
    "Do you [know/have] [a joke/jokes/any jokes/something funny] about {x}?|[What is/What's] a [good/funny/short] joke about {x}?|"
    "Is there a joke about {x}?|Are there jokes about {x}?|[I want/I'd like/I need] [to laugh/something funny] about {x}.|"
    "Entertain me with a joke about {x}.|Got [a joke/jokes] about {x}?",
    "I want to hear a joke about {x}.|Say something funny about {x}.|Please tell me one joke about {x}",
)
ANY_JOKE = forms(
    "[Do you know/Can you tell me/Give me/I need/I'd like/Have you got/Say] a [good/short/funny/quick/] joke[?/./, please.]|"
    "Make me laugh[./, please./!]|Tell me [something funny/a good joke/a short joke/a silly joke/one joke/another joke][./, please.]|"
    "[A joke/One joke/Joke time/Jokes][./, please./!]|[Be funny/Cheer me up/Amuse me/Entertain me][./, please.]|"
    "Do you know [jokes/any jokes/something funny]?",
    "Say something that makes me laugh.|I could use a joke.|Crack a joke.",
)
# Subjects of which no joke is known.
UNFUNNY = pool(
    "lawyers|doctors|trains|teachers|cars|birds|cooking|football|the office|robots|my boss|dentists|the moon|winter|elephants|coffee",
    "bakers|planes|frogs|politics|summer|tennis",
)
TITLES = ("What it is", "More about it", "Good to know")


def fitted(text: str, name: str) -> str:
    """A request about a notion, its verbs fitting the name's number."""
    plural = name in PLURAL
    text = (
        text.replace("{is}", "are" if plural else "is")
        .replace("{does}", "do" if plural else "does")
        .replace("{s}", "" if plural else "s")
        .replace("{it}", "they" if plural else "it")
    )
    return text.replace("{x}", name)


def analysis(sentences: list[str]) -> str:
    """The sentences under three titles."""
    return "\n\n".join(f"## {title}\n{sentence}" for title, sentence in zip(TITLES, sentences))


def named(d: Draw, notion: str) -> str:
    """What people call a notion: its name, the name without its article, another one."""
    others = [alias for alias, known in ALIASES.items() if known == notion]
    if others and d.chance(0.25):
        return str(d.pick(others))
    return notion.split(" ", 1)[1] if notion.startswith(("a ", "an ")) and d.chance(0.15) else notion


def explanation(d: Draw) -> tuple[str, str]:
    """A request for an explanation and its answer, which is the honest one if nobody taught the subject."""
    kind = d.weighted(((4, "sentence"), (5, "paragraph"), (1.2, "analysis")))
    asks = {"sentence": SENTENCE_ASKS, "paragraph": PARAGRAPH_ASKS, "analysis": ANALYSIS_ASKS}[kind]
    if d.chance(0.25):
        return fitted(asking(d, asks.draw(d)), untaught(d)), ANSWERS["unknown"]
    notion = str(d.pick(list(NOTIONS)))
    sentences = NOTIONS[notion].split("~")
    answer = sentences[0] if kind == "sentence" else " ".join(sentences) if kind == "paragraph" else analysis(sentences)
    return fitted(asking(d, asks.draw(d)), named(d, notion)), answer


def joke(d: Draw) -> tuple[str, str]:
    """A request for a joke and the joke, or the honest answer if there is none."""
    if d.chance(0.2):
        return asking(d, ANY_JOKE.draw(d)), JOKES["programming"]
    if d.chance(0.15):
        return asking(d, JOKE_ASKS.draw(d)).replace("{x}", d.word() if d.chance(0.3) else str(d.pick(UNFUNNY))), ANSWERS["unknown"]
    topic = str(d.pick(list(JOKES)))
    return asking(d, JOKE_ASKS.draw(d)).replace("{x}", topic), JOKES[topic]


def explain(d: Draw) -> Sample:
    """One to three explanations or jokes."""
    turns = [joke(d) if d.chance(0.13) else explanation(d) for _ in range(d.weighted(((5, 1), (4, 2), (2, 3))))]
    messages = [Message(role, text) for asked, answer in turns for role, text in (("user", asked), ("assistant", answer))]
    return Sample("explain", messages, [], {"exactly": turns[-1][1]})
