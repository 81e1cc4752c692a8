"""`python -m training.evaluate`: scores on held-out prompts, greedy decoding.

With `--url` it asks a running server (`antiphon serve --model FILE.gguf`); with `--file` it decodes the file with numpy.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from training.evaluate.answer import Answer, parse
from training.evaluate.http import ask
from training.evaluate.reference import Reference
from training.evaluate.tally import Honest, score
from training.generate.chat import Sample, render
from training.generate.mixture import FAMILIES, samples


def held_out(family: str, count: int) -> Iterator[Sample]:
    """The samples of the evaluation."""
    return islice(samples("evaluate", {family: 1.0}, held_out=True), count)


def main() -> None:
    """Reads the command line, asks, prints one line a family, the whole as JSON, and how the honest answer was used."""
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

    scores, honest = {}, Honest()
    for family in arguments.families:
        start = time.monotonic()
        scores[family] = score(held_out(family, arguments.count), answer_of, arguments.show, honest)
        print(f"{family}: {scores[family]} in {time.monotonic() - start:.0f} s", flush=True)
    print(json.dumps(scores))
    print(honest)


if __name__ == "__main__":
    main()
