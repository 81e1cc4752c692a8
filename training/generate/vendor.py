"""Prompts of vendors' quick starts. None of them may be in the training data: they are what a newcomer types."""

from __future__ import annotations

import re

PROMPTS = (
    "Tell me a short joke about programming.",
    "Tell me a joke.",
    "Tell me a joke about programming",
    "Explain how AI works in a few words",
    "Explain how AI works",
    "How does AI work?",
    "What is the capital of France?",
    "What's the weather like in Paris?",
    "What is the weather in Paris?",
    "What is the weather like in London?",
    "What's the weather in London?",
    "What's the temperature in London?",
    "What is the weather in Boston, MA?",
    "What's the weather like in San Francisco?",
    "What is the weather in San Francisco?",
    "What's the weather in Tokyo?",
    "What's the weather like today?",
    "Schedule a meeting with Bob and Alice for 03/14/2025 at 10:00 AM about the Q3 planning.",
    "Turn the lights down to a romantic level",
    "Turn this place into a party!",
    "Hi, my name is Phil.",
    "My name is Phil.",
    "What is my name?",
    "What's my name?",
    "I have 2 dogs in my house.",
    "I have two dogs in my house. How many paws are in my house?",
    "How many paws are in my house?",
    "Write a short poem about the sea",
    "Write a haiku about a robot",
    "Write a story about a magic backpack.",
    "Tell me a story in 100 words",
    "Tell me a 300 word story.",
    "Write a one-sentence bedtime story about a unicorn.",
    "Why is the sky blue?",
    "Why is the sky blue? Explain in one sentence.",
    "What is the meaning of life?",
    "What are the three largest cities in Spain?",
    "Who won the last Euro?",
    "Who won the euro 2024?",
    "Who won the super bowl this year?",
    "Give me a recipe for chocolate chip cookies",
    "List a few popular cookie recipes, and include the amounts of ingredients.",
    "List 5 popular cookie recipes",
    "Generate a short list of cookie recipes",
    "What is the sum of the first 50 prime numbers? Generate and run code for the calculation, and make sure you get all 50.",
    "Calculate the first 10 Fibonacci numbers",
    "Say hello in one sentence.",
    "Say this is a test",
    "Write a haiku about recursion in programming.",
    "Explain quantum computing in simple terms",
    "Explain quantum computing",
    "Hello, Claude",
    "Hello, world",
    "Who are you and what can you do?",
    "Research the history of Google TPUs",
    "Research the history of the Google TPUs with a focus on 2025 and 2026.",
    "Extract the event information: Alice and Bob are going to a science fair on Friday.",
    "Moderate the following content: 'Congratulations! You've won a free cruise to the Bahamas.'",
    "Summarize this page",
    "Generate an image of a futuristic city.",
    "Send an email to Ilan and Katya saying hi.",
)


def normal(text: str) -> str:
    """Letters and digits in lower case, single blanks."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


_NORMAL = frozenset(normal(prompt) for prompt in PROMPTS)


# Words around a prompt that leave it the same prompt.
_FILLERS = frozenset(
    "a again also and ask bot can checking could do for good great hello help hey hi hmm i if just know like may me maybe more morning now ok "
    "one please possible question quick quickly so tell thank thanks then there to try want well will would you first next another last".split()
)


def is_vendor_prompt(text: str) -> bool:
    """True if a text is one of the quick-start prompts, apart from case, punctuation and polite words around it."""
    said = f" {normal(text)} "
    for prompt in _NORMAL:
        if f" {prompt} " in said and not set(said.replace(f" {prompt} ", " ", 1).split()) - _FILLERS:
            return True
    return False
