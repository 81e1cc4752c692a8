"""The rules by which an answer is right: each case would pass, or fail, wrongly without its rule."""

from __future__ import annotations

from typing import Any

import pytest

from training.evaluate.answer import Answer, parse
from training.evaluate.run_code import OUTPUT, run
from training.evaluate.score import right
from training.generate.chat import Call, Message, Sample
from training.generate.drawing import BACKGROUNDS, ELEMENTS, HEAD, TAIL, scene

WRITES = "with open('a.txt', 'w') as f:\n    f.write('b')"


def _told(wanted: str, values: list[str], *before: Message) -> Sample:
    return Sample("memory", [*before, Message("assistant", wanted)], [], {"contains": values})


def _program(code: str, prints: str) -> Sample:
    messages = [Message("user", "Go."), Message("assistant", calls=(Call("run", {"code": code}),))]
    return Sample("programs", messages, [], {"prints": prints, "argument": "code"})


def _called(code: str, name: str = "run") -> Answer:
    return Answer("", [{"name": name, "arguments": {"code": code}}])


def test_program_needs_the_right_tool() -> None:
    """Other code that prints the same is right, another tool is not."""
    sample = _program("print(1 + 1)", "2")
    assert right(sample, _called("print(2)"))
    assert not right(sample, _called("print(2)", name="nonsense"))
    assert not right(sample, _called("print(3)"))
    assert not right(sample, Answer("", [{"name": "run"}]))


def test_silent_program_must_leave_the_same_files() -> None:
    """A program that does nothing prints nothing as well."""
    sample = _program(WRITES, "")
    assert right(sample, _called(WRITES))
    assert right(sample, _called("open('a.txt', 'w').write('b')"))
    assert not right(sample, _called("pass"))
    assert not right(sample, _called("open('a.txt', 'w').write('c')"))


def test_output_of_a_program_is_bounded() -> None:
    """The limit holds for what is printed, too."""
    assert run("print('ü')").printed == "ü"
    assert run(f"for _ in range(9): print('x' * {OUTPUT // 4})") is None


def test_drawing_holds_what_was_wanted_and_nothing_else() -> None:
    """Any order of elements and attributes; but not everything at once, nor twice, nor half."""
    wanted = scene("day", ["sun", "house"])
    sample = Sample("drawing", [Message("assistant", wanted)], [], {"svg": [BACKGROUNDS["day"], ELEMENTS["sun"], ELEMENTS["house"]]})
    sky = '<rect fill="skyblue" height="200" width="200"/>'
    assert right(sample, Answer(HEAD + sky + ELEMENTS["sun"] + ELEMENTS["house"] + TAIL))
    assert not right(sample, Answer(HEAD + sky + "".join(ELEMENTS.values()) + TAIL))
    assert not right(sample, Answer(wanted.replace(TAIL, ELEMENTS["sun"] + TAIL)))
    assert not right(sample, Answer(HEAD + sky + ELEMENTS["sun"] + TAIL))
    assert not right(sample, Answer(wanted.replace(TAIL, "")))


def test_what_is_said_back_is_exact() -> None:
    """Saying more is not saying back."""
    sample = Sample("repeat", [Message("user", "Say: a b"), Message("assistant", "a b")], [], {"contains": ["a b"]})
    assert right(sample, Answer("a b"))
    assert not right(sample, Answer("a b, as you wish"))


def test_thought_comes_where_it_is_asked_for() -> None:
    """It must be there, hold something, and be absent elsewhere."""
    thinks = _told("<think>\nA sum.\n</think>\n\n1 plus 2 is 3.", ["1 plus 2 is 3"])
    plain = _told("1 plus 2 is 3.", ["3"])
    assert right(thinks, parse("<think>\nOther words.\n</think>\n\n1 plus 2 is 3."))
    assert not right(thinks, parse("1 plus 2 is 3."))
    assert not right(thinks, parse("<think>\n\n</think>\n\n1 plus 2 is 3."))
    assert not right(thinks, parse("<think>\nA sum. 1 plus 2 is 3."))
    assert not right(plain, parse("<think>\nA sum.\n</think>\n\n1 plus 2 is 3."))


@pytest.mark.parametrize("raw", ['{"city": "Oslo", "count": 7}', '{"result": "Oslo"}', "[[1]] Oslo\nu\nOslo has 7 gates.\n"])
def test_handing_back_a_result_tells_nothing(raw: str) -> None:
    """The raw result holds the values; a sentence about it is wanted."""
    sample = _told("The city is Oslo.", ["Oslo"], Message("user", "Where?"), Message("tool", raw))
    assert right(sample, Answer("It is in Oslo."))
    assert not right(sample, Answer(raw.strip()))
    assert not right(sample, Answer(f"The result is {raw.replace(' ', '')}"))


def test_bare_results_may_be_told() -> None:
    """A result that is the value itself stands in the right answer, with its quotes or without."""
    sample = _told("The result is Oslo.", ["Oslo"], Message("user", "Where?"), Message("tool", '"Oslo"'))
    assert right(sample, Answer("The result is Oslo.")) and right(sample, Answer('The result is "Oslo".'))


def test_saying_back_a_message_tells_nothing() -> None:
    """Nor does the user's own text answer a question about it."""
    text = "Oslo has 7 gates. Where is the king? He lives in Oslo."
    sample = _told("The king lives in Oslo.", ["Oslo"], Message("user", text))
    assert right(sample, Answer("He lives in Oslo."))
    assert not right(sample, Answer(text))


@pytest.mark.parametrize(
    ("wanted", "value", "wrong"),
    [
        ("0 plus 2 is 2.", "2", "0 plus 2 is 3."),
        ("9 minus 4 is 5.", "5", "9 minus 4 is -5."),
        ("3 dogs with 4 legs each: 3 times 4 is 12 legs.", "12 legs", "3 dogs with 12 legs each: 3 times 12 is 36 legs."),
        ("7 plus 1 is 8. You have 8 cups.", "8", "7 plus 1 is 8. You have 9 cups."),
    ],
)
def test_an_amount_stands_in_its_place(wanted: str, value: str, wrong: str) -> None:
    """A value that is also an operand, or that is meant with another sign, does not count."""
    assert right(_told(wanted, [value]), Answer(wanted))
    assert not right(_told(wanted, [value]), Answer(wrong))


@pytest.mark.parametrize("wrong", ["It is -5 here.", "It is 5,000 here.", "It is AB-5 here.", "It is 5.5 here.", "It is 15 here."])
def test_a_value_stands_by_itself(wrong: str) -> None:
    """Not as a part of another number or word."""
    sample = _told("The values are 5 and 6.", ["5", "6"])
    assert right(sample, Answer("6 and 5."))
    assert not right(sample, Answer(f"{wrong} And 6."))


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>\n{"name": "f"}\n</tool_call>',
        '<tool_call>\n{"name": "f", "arguments": 1}\n</tool_call>',
        f'<tool_call>\n{{"name": "f", "arguments": {{"a": 1{"0" * 400}}}}}\n</tool_call>',
        '<tool_call>\n{"name": "f", "arguments": {"a": 1e999}}\n</tool_call>',
        f'<tool_call>\n{{"name": "f", "arguments": {"[" * 90_000}}}\n</tool_call>',
    ],
)
def test_odd_calls_are_wrong_and_nothing_worse(text: str) -> None:
    """Whatever the model writes, the evaluation goes on."""
    expectations: list[dict[str, Any]] = [
        {"calls": [{"name": "f", "arguments": {"a": 1.5}}]},
        {"prints": "1", "argument": "a"},
        {"contains": ["1"]},
    ]
    for expect in expectations:
        sample = Sample("calls", [Message("user", "x"), Message("assistant", calls=(Call("f", {"a": 1.5}),))], [], expect)
        assert not right(sample, parse(text))


def test_equal_numbers_are_the_same_argument() -> None:
    """`1.0` for `1`, but no truth value for a number."""
    sample = Sample("calls", [Message("assistant", calls=(Call("f", {"a": 1}),))], [], {"calls": [{"name": "f", "arguments": {"a": 1}}]})
    assert right(sample, Answer("", [{"name": "f", "arguments": {"a": 1.0}}]))
    assert not right(sample, Answer("", [{"name": "f", "arguments": {"a": True}}]))
