"""The copies of the server's texts agree with its sources, and stand in a prompt as the tokenizer expects them."""

from __future__ import annotations

import re
from pathlib import Path

from training.generate import server_tools
from training.generate.chat import SCHEMA_LEAD, Message, render

CRATES = Path(__file__).parents[2] / "crates"
TOOLS = CRATES / "tools" / "src"
ENGINE = CRATES / "model-engine-local" / "src" / "prompt"
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
CODE, SEARCH, URLS = server_tools.CODE_EXECUTION, server_tools.GOOGLE_SEARCH, server_tools.URL_CONTEXT


def _literals(path: str, folder: Path = TOOLS) -> set[str]:
    """The string literals of a Rust file, lines that go on joined as the compiler joins them."""
    text = re.sub(r"(?m)^\s*//.*$", "", (folder / path).read_text())
    return {re.sub(r"\\\n\s*", "", body).replace('\\"', '"') for body in _LITERAL.findall(text)}


def _number(path: str, name: str) -> str:
    """The value of a constant or of a field's default."""
    found = re.search(rf"{name}(?:: \w+ =|:) ([0-9_]+)", (TOOLS / path).read_text())
    assert found
    return found[1].replace("_", "")


def test_citation_instruction() -> None:
    """The same text, with a line for each source."""
    assert server_tools.CITATION_INSTRUCTION in _literals("citation/render.rs")
    assert server_tools.sources_text(2, [("t", "u", "p"), ("x", "y", "z")]) == "[[2]] t\nu\np\n\n[[3]] x\ny\nz\n"


def test_code_execution() -> None:
    """Name, texts, and the defaults that stand in them."""
    literals = _literals("code_execution/tool.rs")
    settings = (TOOLS / "code_execution/settings.rs").read_text()
    assert "languages: vec![CodeLanguage::Python]," in settings
    seconds = re.search(r"wall_time: Duration::from_secs\((\d+)\)", settings)
    assert seconds and "Network::Off => " in (TOOLS / "code_execution/tool.rs").read_text() and "There is no network." in literals
    template = next(text for text in literals if text.startswith("Runs a program"))
    filled = template.replace("{}", "python", 1).replace("{}", seconds[1], 1).replace("{network}", "There is no network.")
    assert CODE["name"] in literals and CODE["description"] == filled
    properties = CODE["parameters"]["properties"]
    assert set(properties) == {"code", "language"} and properties["code"]["description"] in literals
    assert properties["language"]["description"].replace("python", "{default}") in literals
    assert server_tools.NOTHING_PRINTED in literals


def test_google_search() -> None:
    """Name, texts and bounds."""
    literals = _literals("google_search/tool.rs")
    queries = SEARCH["parameters"]["properties"]["queries"]
    assert SEARCH["name"] in literals and SEARCH["description"] in literals and server_tools.NOTHING_FOUND in literals
    assert str(queries["maxItems"]) == _number("google_search/arguments.rs", "MAX_QUERIES")
    characters = _number("google_search/arguments.rs", "MAX_QUERY_CHARACTERS")
    assert queries["description"].replace(characters, "{MAX_QUERY_CHARACTERS}") in literals
    assert list(queries) == ["type", "items", "minItems", "maxItems", "description"]
    assert {"1 source was found.", "{count} sources were found."} <= literals


def test_url_context() -> None:
    """Name, texts and the most URLs."""
    literals = _literals("url_context/tool.rs")
    most = _number("url_context/settings.rs", "max_urls")
    assert URLS["name"] in literals and URLS["description"].replace(f"to {most} ", "to {max_urls} ") in literals
    assert URLS["parameters"]["properties"]["urls"]["description"] in literals
    assert {"{} of {total} URLs read.", " Not read:", "\\n- {}: {}"} <= literals


def test_what_the_engine_writes() -> None:
    """The words before a request's schema, and those before the text of a failed call."""
    literals = _literals("messages.rs", ENGINE)
    (template,) = (text for text in literals if text.endswith("{schema}"))
    assert "Answer" in literals and "Error: " in literals
    assert template.replace("{lead}", "Answer").replace("\\n", "\n") == SCHEMA_LEAD + "{schema}"
    assert server_tools.ERROR == "Error: "


def test_fixed_texts_stand_in_a_prompt() -> None:
    """Each occurs verbatim once the declarations and results are rendered."""
    tool = Message("tool", server_tools.search_result(1, [("t", "u", "p")]) + server_tools.NOTHING_FOUND + server_tools.NOTHING_PRINTED)
    text = "".join(piece for piece, _ in render([Message("user", "x"), tool], [CODE, SEARCH, URLS]))
    for fixed in server_tools.FIXED_TEXTS:
        assert text.count(fixed) == 1, fixed
