"""`python -m training.evaluate`: scores on held-out prompts, greedy decoding.

With `--url` it asks a running server (`antiphon serve --model FILE.gguf`); with `--file` it decodes the file with numpy.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from training.evaluate.http import ask
from training.evaluate.reference import Reference
from training.evaluate.score import Answer, parse, right, well_formed
from training.generate.chat import Sample, render, reply_text
from training.generate.mixture import FAMILIES, samples


def held_out(family: str, count: int) -> Iterator[Sample]:
    """The samples of the evaluation."""
    return islice(samples("evaluate", {family: 1.0}, held_out=True), count)


def aspect(sample: Sample) -> str:
    """What of its family a sample tests."""
    expect = sample.expect
    if "calls" in expect:
        return "one call" if len(expect["calls"]) == 1 else "several calls"
    if sample.messages[-2].role == "tool":
        return "told result"
    return str(expect.get("kind", "")) or next(key for key in expect)


def score(tests: Iterator[Sample], count: int, answer_of: Callable[[Sample], Answer], show: int) -> dict[str, Any]:
    """Shares over `count` samples: right answers, ended turns, well-formed JSON and SVG; and right ones of all by aspect."""
    good = ended = shown = 0
    formed: list[bool] = []
    aspects: dict[str, list[int]] = {}
    for sample in tests:
        answer = answer_of(sample)
        ok = right(sample, answer)
        good += ok
        ended += answer.ended
        formed += [well_formed(sample, answer)] if {"json", "svg"} & set(sample.expect) else []
        counted = aspects.setdefault(aspect(sample), [0, 0])
        counted[0] += ok
        counted[1] += 1
        if not ok and shown < show:
            shown += 1
            asked = [message.content for message in sample.messages if message.role in ("user", "tool")][-1]
            print(f"  {asked!r}\n    wanted {reply_text(sample.messages[-1])!r}\n    got    {answer.text!r} {answer.calls}")
    scores: dict[str, Any] = {"right": round(good / count, 3), "ended": round(ended / count, 3)}
    if formed:
        scores["well_formed"] = round(sum(formed) / len(formed), 3)
    if len(aspects) > 1:
        scores["of"] = {name: f"{right} of {all_}" for name, (right, all_) in sorted(aspects.items())}
    return scores


def main() -> None:
    """Reads the command line, asks, prints one line a family and the whole as JSON."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--url", help="base address of a running server")
    where.add_argument("--file", type=Path, help="model file, decoded with numpy")
    parser.add_argument("--model", default="antiphon-nano", help="model name in the requests")
    parser.add_argument(
        "--tool-choice", choices=["auto", "any", "validated"], help="with --url: how calls are chosen and held to their schema"
    )
    parser.add_argument("--count", type=int, default=200, help="prompts a family")
    parser.add_argument("--families", nargs="*", choices=sorted(FAMILIES), default=list(FAMILIES))
    parser.add_argument("--show", type=int, default=0, help="wrong answers to print a family")
    arguments = parser.parse_args()
    if arguments.url:

        def answer_of(sample: Sample) -> Answer:
            return ask(arguments.url, sample, arguments.model, arguments.tool_choice)
    else:
        model = Reference(arguments.file)

        def answer_of(sample: Sample) -> Answer:
            prompt = "".join(text for text, _ in render(sample.messages[:-1], sample.tools, prompt=True, schema=sample.schema))
            return parse(*model.complete(prompt))

    scores = {}
    for family in arguments.families:
        start = time.monotonic()
        scores[family] = score(held_out(family, arguments.count), arguments.count, answer_of, arguments.show)
        print(f"{family}: {scores[family]} in {time.monotonic() - start:.0f} s", flush=True)
    print(json.dumps(scores))


if __name__ == "__main__":
    main()
