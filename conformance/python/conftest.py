import contextlib
import itertools

import pytest
from google import genai

from servers import Antiphon, Upstream, model_flags
from toolbox import Place
from wire import Wire


@pytest.fixture(scope="session")
def upstream_server(tmp_path_factory):
    upstream = Upstream(tmp_path_factory.mktemp("upstream"))
    yield upstream
    upstream.process.stop()


@pytest.fixture(scope="session")
def antiphon(tmp_path_factory, upstream_server):
    server = Antiphon(tmp_path_factory.mktemp("antiphon"), *model_flags(upstream_server))
    yield server
    server.stop()


@pytest.fixture
def upstream(upstream_server):
    """The scripted model, with nothing remembered of earlier tests."""
    upstream_server.forget_requests()
    return upstream_server


@pytest.fixture
def wire(antiphon, upstream):
    """Plain HTTP."""
    return Wire(antiphon.url)


@pytest.fixture
def sdk_for(monkeypatch):
    """Moves the official SDK over to a server, by its environment variables and by nothing else."""
    with contextlib.ExitStack() as opened:

        def moved(server):
            monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
            monkeypatch.setenv("GEMINI_API_KEY", "local")
            monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
            return opened.enter_context(genai.Client())

        yield moved


@pytest.fixture
def client(antiphon, upstream, sdk_for):
    """The official SDK."""
    return sdk_for(antiphon)


@pytest.fixture(scope="session")
def place(tmp_path_factory, upstream_server):
    """A server with its tools, and what they reach."""
    place = Place(tmp_path_factory.mktemp("tools"), upstream_server)
    yield place
    place.stop()


@pytest.fixture
def tools(place, upstream):
    """Plain HTTP to the server with its tools."""
    return Wire(place.url)


@pytest.fixture
def sdk(place, upstream, sdk_for):
    """The official SDK, moved over to that server."""
    return sdk_for(place)


@pytest.fixture
def start(tmp_path, upstream):
    """Starts a server of the test's own, with flags; all of one test share a data folder."""
    started = []

    def start(*flags, model=True):
        started.append(Antiphon(tmp_path, *(model_flags(upstream) if model else []), *flags))
        return started[-1]

    yield start
    for server in started:
        server.stop()


gate_numbers = itertools.count(1)


@pytest.fixture
def gate(upstream):
    """A gate's name that no other test uses; it is open when the test ends."""
    name = f"g{next(gate_numbers)}"
    yield name
    upstream.open(name)
