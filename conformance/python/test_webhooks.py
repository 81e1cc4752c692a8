"""Webhooks: the resource as the SDK knows it, and a ping that a receiver can verify."""

import base64
import hashlib
import hmac
import http.server
import json
import threading

import pytest
from google.genai._interactions import NotFoundError

from wire import Wire

URI = "https://example.com/hook"


class Receiver:
    """Keeps what is posted to it, and takes it; the first `failures` letters it refuses."""

    def __init__(self, failures=0):
        self.letters = letters = []
        self.arrived = arrived = threading.Condition()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                with arrived:
                    letters.append((self.headers, body))
                    refused = len(letters) <= failures
                    arrived.notify_all()
                self.send_response(503 if refused else 200)
                if refused:
                    self.send_header("retry-after", "1")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count):
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.letters) >= count, timeout=30), self.letters
        return self.letters

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
def test_a_ping_verifies_and_after_a_rotation_by_both_secrets(start, receiver, sdk_for):
    client = sdk_for(start("--outbound-allow", "127.0.0.0/8"))
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


@pytest.mark.behaviour(63)
def test_the_end_of_a_background_run_is_delivered_until_it_is_taken(start):
    receiver = Receiver(failures=1)
    wire = Wire(start("--outbound-allow", "127.0.0.0/8").url)
    hook = wire.call("POST", "/v1/webhooks", {"uri": receiver.uri, "subscribed_events": ["interaction.completed"]}).json
    begun = wire.created(input="Hi", background=True)
    (first, body), (second, again) = receiver.wait(2)
    assert first["webhook-id"] == second["webhook-id"] and body == again
    assert signed_by(hook["new_signing_secret"], second, again)
    told = json.loads(body)
    assert (told["type"], told["version"], told["data"]) == ("interaction.completed", "v1", {"id": begun["id"]})
    assert wire.get(begun["id"]).json["status"] == "completed"
    receiver.stop()


@pytest.mark.behaviour(63)
def test_the_addresses_of_a_request_replace_registered_ones(start, receiver):
    registered = Receiver()
    wire = Wire(start("--outbound-allow", "127.0.0.0/8").url)
    wire.call("POST", "/v1/webhooks", {"uri": registered.uri, "subscribed_events": ["interaction.failed"]})
    config = {"uris": [receiver.uri], "user_metadata": {"order": 7}}
    begun = wire.created(input="!status 400", background=True, webhook_config=config)
    headers, body = receiver.wait(1)[0]
    told = json.loads(body)
    assert (told["type"], told["user_metadata"], told["data"]["id"]) == ("interaction.failed", {"order": 7}, begun["id"])
    assert told["data"]["error_code"] and headers["webhook-signature"].count(".") == 2
    assert registered.letters == []
    registered.stop()
    # A foreground run tells nobody, and says so.
    refused = wire.create(input="Hi", webhook_config=config)
    assert refused.status == 400 and refused.error["message"].startswith("webhook_config: ")


@pytest.mark.parametrize("uri", ["https://10.0.0.1/", "http://example.com/", "https://localhost/", "file:///etc/passwd"])
def test_an_address_inside_is_refused(wire, uri):
    reply = wire.call("POST", "/v1/webhooks", {"uri": uri, "subscribed_events": ["interaction.completed"]})
    assert (reply.status, reply.error["code"]) == (400, "invalid_request")
    assert reply.error["message"].startswith("uri: ")


def test_keys_are_published(wire):
    keys = wire.call("GET", "/.well-known/jwks.json").json["keys"]
    assert [(key["kty"], key["alg"], key["use"]) for key in keys] == [("RSA", "RS256", "sig")]
    assert set(keys[0]) == {"kty", "alg", "use", "kid", "n", "e"}
