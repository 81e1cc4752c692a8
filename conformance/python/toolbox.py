"""A server with tools, what lies around it (documents, pages, an MCP server), and what the scripted model is told to call."""

import json
import sys

from pages import Pages
from servers import ROOT, Antiphon, Process, model_flags
from wire import Wire, steps_of_type

CODE = [{"type": "code_execution"}]
SEARCH = [{"type": "google_search"}]
URLS = [{"type": "url_context"}]
LIMIT_SECONDS = 5

DOCUMENTS = {
    "brücke.md": "# Die Øresundbrücke\n\nDie Brücke über den Øresund wurde im Jahr 2000 eröffnet. Sie ist 7845 Meter lang.\n",
    "lighthouse.txt": "The lighthouse of Kullen is the brightest of Sweden. It was lit for the first time in 1561.\n",
}

ARTICLE = """<!doctype html><html lang="de"><head><title>Über Möwen</title></head><body><nav>Start | Über uns</nav><article>
<h1>Über Möwen</h1><p>Die Silbermöwe wird bis zu dreißig Jahre alt. Sie brütet an den Küsten Nordeuropas, auf Dächern und
auf kleinen Inseln, und frisst, was sie findet.</p><p>Junge Möwen sind braun gesprenkelt; erst im vierten Jahr tragen sie das
weiße Gefieder der Alten. Im Winter ziehen viele von ihnen in den Süden, andere bleiben das ganze Jahr.</p></article></body></html>
"""


def call(name, **arguments):
    return f"!call {name} {json.dumps(arguments, ensure_ascii=False)}"


def run(code):
    return call("code_execution", code=code)


def then(*blocks):
    """A script whose blocks answer one request of the server's each."""
    return "\n!then\n".join(blocks)


def results_read(upstream):
    """What the model read of the tools' results in its last request."""
    return [message["content"] for message in upstream.last_request()["messages"] if message["role"] == "tool"]


class Place:
    """The server with its tools, and what lies around it."""

    def __init__(self, folder, upstream):
        documents = folder / "documents"
        documents.mkdir()
        for name, text in DOCUMENTS.items():
            (documents / name).write_text(text, encoding="utf-8")
        self.secret = Pages({"/": ("text/plain", b"the operator's secret")})
        self.pages = Pages(
            {
                "/möwen".encode().decode("latin-1"): ("text/html; charset=utf-8", ARTICLE.encode()),
                "/m%C3%B6wen": ("text/html; charset=utf-8", ARTICLE.encode()),
                "/notes.txt": ("text/plain; charset=utf-8", "Die Fähre fährt täglich.".encode()),
                "/moved": f"{self.secret.url}/",
                "/robots.txt": ("text/plain", b"User-agent: *\nDisallow: /closed\n"),
                "/closed": ("text/plain", b"not for readers like this one"),
            }
        )
        self.mcp = Process([sys.executable, ROOT / "conformance" / "mcp_server.py"], folder / "mcp.log")
        self.mcp_url = f"{self.mcp.url}/mcp"
        allowed = [self.pages.host, self.mcp.url.removeprefix("http://")]
        self.antiphon = Antiphon(
            folder,
            *model_flags(upstream),
            "--upstream-image-models",
            "scripted",
            "--search-documents",
            documents,
            "--outbound-allow",
            ",".join(allowed),
            "--sandbox-seconds",
            str(LIMIT_SECONDS),
        )
        self.url = self.antiphon.url
        self.wait_for_index()

    def wait_for_index(self):
        wire = Wire(self.url)
        for _ in range(1000):
            answer = wire.created(input=then(call("google_search", queries=["lighthouse"]), "!say Ready."), tools=SEARCH)
            if not steps_of_type(answer, "google_search_result")[0].get("is_error"):
                return
        raise RuntimeError("the documents are not indexed")

    def stop(self):
        self.antiphon.stop()
        self.mcp.stop()
        self.pages.stop()
        self.secret.stop()
