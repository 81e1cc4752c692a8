"""Webhooks: the resource as the SDK knows it, and a ping that a receiver can verify."""

import base64
import hashlib
import hmac
import http.server
import json
import threading

import pytest
from google import genai
from google.genai._interactions import NotFoundError

URI = "https://example.com/hook"


class Receiver:
    """Keeps what is posted to it, and takes it."""

    def __init__(self):
        self.letters = letters = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                letters.append((self.headers, body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.stop()


def signed_by(secret, headers, body):
    """Whether one of the signatures is by this secret, as Standard Webhooks has it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return expected in headers["webhook-signature"].split(" ")


@pytest.mark.behaviour(61)
def test_the_resource_with_the_sdk(client):
    made = client.webhooks.create(
        name="Mine", uri=URI, subscribed_events=["interaction.completed", "batch.succeeded", "video.generated"]
    )
    assert made.new_signing_secret.startswith("whsec_")
    assert (made.name, made.uri, made.state) == ("Mine", URI, "enabled")
    assert made.create_time.tzinfo is not None

    found = client.webhooks.get(id=made.id)
    assert found.new_signing_secret is None
    assert [secret.truncated_secret for secret in found.signing_secrets] == [
        "whsec_..." + made.new_signing_secret[-4:]
    ]
    assert made.id in [webhook.id for webhook in client.webhooks.list().webhooks]

    updated = client.webhooks.update(
        id=made.id, subscribed_events=["batch.failed", "batch.cancelled"], update_mask="subscribed_events"
    )
    assert (updated.subscribed_events, updated.uri) == (["batch.failed", "batch.cancelled"], URI)
    assert client.webhooks.update(id=made.id, state="disabled").state == "disabled"

    client.webhooks.delete(id=made.id)
    with pytest.raises(NotFoundError):
        client.webhooks.get(id=made.id)


@pytest.mark.behaviour(73)
def test_pages(wire):
    ids = []
    for _ in range(3):
        body = {"uri": URI, "subscribed_events": ["interaction.failed"]}
        ids.insert(0, wire.call("POST", "/v1/webhooks", body).json["id"])
    everything = wire.call("GET", "/v1/webhooks?page_size=5000").json
    assert "next_page_token" not in everything
    newest = [webhook["id"] for webhook in everything["webhooks"]][:3]
    assert sorted(newest) == sorted(ids)
    first = wire.call("GET", "/v1/webhooks?page_size=1").json
    second = wire.call("GET", f"/v1beta/webhooks?page_size=2&page_token={first['next_page_token']}").json
    assert [webhook["id"] for webhook in first["webhooks"] + second["webhooks"]] == newest
    for id_ in ids:
        assert wire.call("DELETE", f"/v1/webhooks/{id_}").json == {}


@pytest.mark.behaviour(62)
def test_a_ping_verifies_and_after_a_rotation_by_both_secrets(start, receiver, monkeypatch):
    server = start("--outbound-allow", "127.0.0.0/8")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
    monkeypatch.setenv("GEMINI_API_KEY", "local")
    with genai.Client() as client:
        made = client.webhooks.create(uri=receiver.uri, subscribed_events=["interaction.completed"])
        client.webhooks.ping(id=made.id)
        first = made.new_signing_secret
        second = client.webhooks.rotate_signing_secret(
            id=made.id, revocation_behavior="revoke_previous_secrets_after_h24"
        ).secret
        client.webhooks.ping(id=made.id)
        third = client.webhooks.rotate_signing_secret(
            id=made.id, revocation_behavior="revoke_previous_secrets_immediately"
        ).secret
        client.webhooks.ping(id=made.id)
    signed = [[signed_by(secret, *letter) for secret in (first, second, third)] for letter in receiver.letters]
    assert signed == [[True, False, False], [True, True, False], [False, False, True]]
    payload = json.loads(receiver.letters[0][1])
    assert (payload["type"], payload["version"], payload["data"]) == ("webhook.ping", "v1", {"id": made.id})


@pytest.mark.parametrize("uri", ["https://10.0.0.1/", "http://example.com/", "https://localhost/", "file:///etc/passwd"])
def test_an_address_inside_is_refused(wire, uri):
    reply = wire.call("POST", "/v1/webhooks", {"uri": uri, "subscribed_events": ["interaction.completed"]})
    assert (reply.status, reply.error["code"]) == (400, "invalid_request")
    assert reply.error["message"].startswith("uri: ")


def test_keys_are_published(wire):
    keys = wire.call("GET", "/.well-known/jwks.json").json["keys"]
    assert [(key["kty"], key["alg"], key["use"]) for key in keys] == [("RSA", "RS256", "sig")]
    assert set(keys[0]) == {"kty", "alg", "use", "kid", "n", "e"}
