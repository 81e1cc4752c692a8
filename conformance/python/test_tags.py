"""The list of behaviours in ../README.md and the tags of the tests say the same."""

import ast
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[1]
COUNT = 78


def tagged():
    """For each number, the test files that carry it."""
    found = {number: set() for number in range(1, COUNT + 1)}
    for path in sorted((FOLDER / "python").glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "behaviour":
                for argument in node.args:
                    found[argument.value].add(f"python/{path.name}")
    for path in sorted((FOLDER / "js").glob("*.test.mjs")):
        for tags in re.findall(r"\[b([\d,]+)\]", path.read_text(encoding="utf-8")):
            for number in tags.split(","):
                found[int(number)].add(f"js/{path.name}")
    return found


def listed():
    """For each number, the test files that the README names, or the word it has instead."""
    rows = {}
    for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[0].isdigit():
            assert int(cells[0]) not in rows, f"number {cells[0]} is listed twice"
            rows[int(cells[0])] = cells[2]
    return rows


def test_the_readme_lists_every_behaviour_with_its_tests():
    rows = listed()
    assert sorted(rows) == list(range(1, COUNT + 1))
    for number, files in tagged().items():
        named = set(re.findall(r"`([a-z]+/[^`]+)`", rows[number]))
        assert named == files, f"behaviour {number}: the README names {named}, the tests' tags say {files}"
        assert named or rows[number].startswith("later: "), f"behaviour {number} has neither a test nor a `later`"
