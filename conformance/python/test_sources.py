"""Tools that bring something from elsewhere: search and pages with citations, MCP servers; and what they must not reach."""

import json

import pytest
from google.genai._interactions import BadRequestError

from toolbox import SEARCH, URLS, call, results_read, then
from wire import MODEL, Wire, fold, steps_of_type, text_of


def cited(interaction):
    """The cited bytes of every annotation, with where they point."""
    found = []
    for step in steps_of_type(interaction, "model_output"):
        for block in step["content"]:
            text = block.get("text", "").encode()
            for note in block.get("annotations", []):
                assert note["type"] == "url_citation"
                found.append((text[note["start_index"] : note["end_index"]].decode(), note["url"], note["title"]))
    return found


# Search.


@pytest.mark.behaviour(45)
@pytest.mark.parametrize("streamed", [False, True], ids=["unary", "stream"])
def test_citations_count_bytes(tools, streamed):
    answer = "!say Größe zählt: 7845 Mete|r [|[1]|]. Schön! 🌉 Eröffnet wurde sie 2000 [[1|]][[9]]. Das war's."
    script = then(call("google_search", queries=["Brücke Øresund"]), answer)
    if streamed:
        with tools.create_stream(input=script, tools=SEARCH) as stream:
            events = stream.rest()
        interaction = {"steps": fold(events), "usage": events[-1]["interaction"]["usage"]}
    else:
        interaction = tools.created(input=script, tools=SEARCH)
    assert text_of(interaction) == "Größe zählt: 7845 Meter. Schön! 🌉 Eröffnet wurde sie 2000. Das war's."
    found = cited(interaction)
    assert [words for words, _, _ in found] == ["Größe zählt: 7845 Meter", "🌉 Eröffnet wurde sie 2000"]
    for _, url, title in found:
        assert url.startswith("file:///") and url.endswith("/br%C3%BCcke.md")
        assert title == "Die Øresundbrücke"
    assert interaction["usage"]["grounding_tool_count"] == [{"type": "google_search", "count": 1}]


def test_what_was_found_is_read_by_the_model_and_suggested_safely(tools, upstream):
    script = then(call("google_search", queries=["lighthouse <script>alert(1)</script>", "Brücke"]), "!say Found.")
    interaction = tools.created(input=script, tools=SEARCH)
    read = results_read(upstream)[0]
    assert "lit for the first time in 1561" in read and "im Jahr 2000 eröffnet" in read
    html = steps_of_type(interaction, "google_search_result")[0]["result"][0]["search_suggestions"]
    assert "lighthouse" in html and "<script" not in html


def test_without_a_backend_search_is_refused_with_the_way_to_configure_one(client):
    with pytest.raises(BadRequestError, match="--search-documents"):
        client.interactions.create(model=MODEL, input="Hello", tools=SEARCH)


# Pages.


def test_pages_are_read_and_cited(sdk, place, upstream):
    wanted = [f"{place.pages.url}/möwen", f"{place.pages.url}/notes.txt", f"{place.pages.url}/missing"]
    interaction = sdk.interactions.create(
        model=MODEL,
        input=then(call("url_context", urls=wanted), "!say Sie wird dreißig Jahre alt [[1]]. Die Fähre fährt täglich [[2]]."),
        tools=URLS,
    )
    asked, answered, said = interaction.steps
    assert asked.arguments.urls == wanted
    assert [(entry.url, entry.status) for entry in answered.result] == list(zip(wanted, ["success", "success", "error"]))
    read = results_read(upstream)[0]
    assert "bis zu dreißig Jahre alt" in read and "Über uns" not in read and "Die Fähre fährt täglich." in read
    text = said.content[0].text.encode()
    notes = said.content[0].annotations
    assert text[notes[0].start_index : notes[0].end_index].decode() == "Sie wird dreißig Jahre alt"
    assert text[notes[1].start_index : notes[1].end_index].decode() == "Die Fähre fährt täglich"
    assert notes[0].title == "Über Möwen" and notes[1].url == wanted[1]
    assert interaction.usage.total_tool_use_tokens > 0


@pytest.mark.behaviour(46)
def test_a_private_address_is_never_fetched(tools, place, upstream):
    port = place.secret.host.partition(":")[2]
    urls = [f"http://{host}:{port}/" for host in ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]", "0x7f.1")]
    urls += [f"{place.pages.url}/moved", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/"]
    interaction = tools.created(input=then(call("url_context", urls=urls), "!say I may not."), tools=URLS)
    result = steps_of_type(interaction, "url_context_result")[0]
    assert [entry["status"] for entry in result["result"]] == ["unsafe"] * len(urls)
    assert result["is_error"]
    assert place.secret.asked == []
    assert "secret" not in results_read(upstream)[0]


def test_robots_are_respected(tools, place):
    url = f"{place.pages.url}/closed"
    interaction = tools.created(input=then(call("url_context", urls=[url]), "!say No."), tools=URLS)
    assert steps_of_type(interaction, "url_context_result")[0]["result"][0]["status"] == "error"
    assert "/closed" not in place.pages.asked


# MCP servers.


def mcp(place, **fields):
    return [{"type": "mcp_server", "name": "lab", "url": place.mcp_url, **fields}]


def test_an_mcp_servers_tools_are_called(sdk, place, upstream):
    script = then(
        call("mcp_lab_echo", text="grün") + "\n" + call("mcp_lab_forecast", city="Malmö"),
        call("mcp_lab_who") + "\n" + call("mcp_lab_fail", reason="no luck"),
        "!say Done.",
    )
    tool = mcp(place, headers={"Authorization": "Bearer of-the-test"})
    interaction = sdk.interactions.create(model=MODEL, input=script, tools=tool)
    calls = [step for step in interaction.steps if step.type == "mcp_server_tool_call"]
    assert [(step.server_name, step.name) for step in calls] == [
        ("lab", "echo"),
        ("lab", "forecast"),
        ("lab", "who"),
        ("lab", "fail"),
    ]
    assert calls[0].arguments == {"text": "grün"}
    read = results_read(upstream)
    assert read[0] == "grün" and "21.5" in read[1] and read[2] == "Bearer of-the-test" and "no luck" in read[3]
    assert interaction.output_text == "Done."
    declared = {tool["function"]["name"] for tool in upstream.last_request()["tools"]}
    assert {"mcp_lab_echo", "mcp_lab_picture"} <= declared


@pytest.mark.parametrize("allowed", [["echo"], [{"mode": "auto", "tools": ["echo"]}]], ids=["names", "modes"])
def test_only_allowed_tools_of_an_mcp_server_are_shown(tools, place, upstream, allowed):
    tools.created(input="Hello", tools=mcp(place, allowed_tools=allowed))
    assert [tool["function"]["name"] for tool in upstream.last_request()["tools"]] == ["mcp_lab_echo"]


def test_an_mcp_servers_picture_is_kept(tools, place):
    interaction = tools.created(input=then(call("mcp_lab_picture"), "!say Red."), tools=mcp(place))
    result = steps_of_type(interaction, "mcp_server_tool_result")[0]["result"]
    assert [block["type"] for block in result] == ["image"] and result[0]["mime_type"] == "image/png"


def test_a_model_that_sees_gets_the_picture(place, start, upstream):
    allowed = place.mcp.url.removeprefix("http://")
    wire = Wire(start("--outbound-allow", allowed, "--upstream-image-models", "scripted").url)
    wire.created(input=then(call("mcp_lab_picture"), "!say Red."), tools=mcp(place))
    assert "data:image/png;base64,iVBOR" in json.dumps(upstream.last_request()["messages"])


@pytest.mark.behaviour(46)
def test_an_mcp_server_at_a_private_address_is_refused(tools, place):
    refused = tools.create(input="Hello", tools=mcp(place, url=f"{place.secret.url}/mcp"))
    assert refused.status == 400
    assert "tools[0]" in refused.error["message"]
    assert place.secret.asked == []
