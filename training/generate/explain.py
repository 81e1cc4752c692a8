"""Family 6: short explanations of common notions, one sentence or one paragraph as asked; and a few jokes."""

from __future__ import annotations

from training.generate.chat import Message, Sample
from training.generate.draw import Draw, pool
from training.generate.notions import JOKES, NOTIONS

SENTENCE_ASKS = pool(
    "Explain {x} in one sentence.|What is {x}? One sentence, please.|Define {x} briefly.|In one sentence, what is {x}?|Briefly, what is {x}?|Describe {x} in one sentence|"
    "Tell me in a sentence what {x} is.|Short answer: what is {x}?|Say in one sentence what {x} is.",
    "Sum up {x} in one sentence.|A one-line definition of {x}, please.|Give me a short definition of {x}.",
)
PARAGRAPH_ASKS = pool(
    "Explain {x}.|What is {x}?|Tell me about {x}.|Can you explain {x}?|Explain {x} in one paragraph.|Describe {x}.|How does {x} work?|What do you know about {x}?|"
    "Please explain {x} to me.|Explain {x} in simple words.|I want to learn about {x}.|What does {x} mean?|Give me an explanation of {x}.|what's {x}",
    "Write a paragraph about {x}.|Help me understand {x}.|I don't understand {x}.|Could you explain {x}?",
)
JOKE_ASKS = pool(
    "Tell me something funny about {x}.|Do you know a joke about {x}?|A joke about {x}, please.|Make me laugh with a joke about {x}|Give me a short joke about {x}.|Joke about {x}",
    "I want to hear a joke about {x}.|Say something funny about {x}.|Please tell me one joke about {x}",
)
SYSTEMS = ("Be brief.", "Answer in one sentence.", "Keep it short.")


def explain(d: Draw) -> Sample:
    """A notion or a joke, in the length that the request or the system instruction asks for."""
    if d.chance(0.15):
        topic = str(d.pick(list(JOKES)))
        return Sample(
            "explain",
            [Message("user", str(d.pick(JOKE_ASKS)).replace("{x}", topic)), Message("assistant", JOKES[topic])],
            [],
            {"contains": [JOKES[topic]]},
        )
    notion = str(d.pick(list(NOTIONS)))
    sentences = NOTIONS[notion].split("~")
    named = notion.split(" ", 1)[1] if notion.startswith(("a ", "an ")) and d.chance(0.2) else notion
    kind = d.number(0, 6)
    messages: list[Message] = []
    if kind == 0:
        messages.append(Message("system", str(d.pick(SYSTEMS))))
    asked = str(d.pick(SENTENCE_ASKS if 1 <= kind <= 3 else PARAGRAPH_ASKS)).replace("{x}", named)
    answer = sentences[0] if kind <= 3 else " ".join(sentences)
    messages += [Message("user", asked), Message("assistant", answer)]
    return Sample("explain", messages, [], {"exactly": answer})
