"""Starts the scripted upstream and the real binary in front of it, each on a port of its own."""

import json
import os
import pathlib
import subprocess
import sys
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Process:
    """A program that says `listening on http://…` on its standard output and then serves."""

    def __init__(self, command, log):
        self.log_path = log
        with open(log, "w", encoding="utf-8") as errors:
            # Nothing of the caller's surroundings may reach the server: no proxy, no ANTIPHON_* setting.
            surroundings = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
            self.process = subprocess.Popen(
                [str(part) for part in command], stdout=subprocess.PIPE, stderr=errors, env=surroundings, text=True
            )
        self.url = self.read_address()

    def read_address(self):
        for line in self.process.stdout:
            if line.startswith("listening on "):
                return line.split()[2].rstrip("/")
        self.process.wait()
        log = pathlib.Path(self.log_path).read_text(encoding="utf-8")
        raise RuntimeError(f"{self.process.args} ended with {self.process.returncode} before it listened:\n{log}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Upstream:
    """The scripted upstream, and the test's side of it."""

    def __init__(self, folder):
        self.process = Process([sys.executable, ROOT / "conformance" / "upstream.py"], folder / "upstream.log")
        self.url = self.process.url

    def control(self, method, path):
        request = urllib.request.Request(f"{self.url}/control/{path}", method=method)
        with urllib.request.urlopen(request, timeout=40) as reply:
            return json.load(reply)

    def requests(self):
        """What the model was sent since the test began, oldest first."""
        return self.control("GET", "requests")

    def last_request(self):
        return self.requests()[-1]

    def forget_requests(self):
        self.control("DELETE", "requests")

    def wait_reached(self, gate):
        self.control("GET", f"gates/{gate}/reached")

    def wait_abandoned(self, gate):
        self.control("GET", f"gates/{gate}/abandoned")

    def open(self, gate):
        self.control("POST", f"gates/{gate}/open")


def binary():
    path = pathlib.Path(os.environ.get("ANTIPHON_BINARY") or ROOT / "target" / "debug" / "antiphon")
    if not path.exists():
        raise RuntimeError(f"no server at {path}: build it, or name another by ANTIPHON_BINARY")
    return path


class Antiphon:
    """The server under test. What it keeps lies in `folder`, so that a second one may go on from there."""

    def __init__(self, folder, *flags):
        self.data = folder / "data"
        command = [binary(), "serve", "--listen", "127.0.0.1:0", "--data-dir", self.data, *flags]
        self.process = Process(command, folder / "antiphon.log")
        self.url = self.process.url

    def stop(self):
        self.process.stop()

    def kill(self):
        """Ends it without a chance to say or write anything more."""
        self.process.process.kill()
        self.process.process.wait()
        self.process.process.stdout.close()


def model_flags(upstream):
    """The flags that put the scripted upstream behind the server."""
    return ["--upstream", upstream.url, "--upstream-model", "scripted"]
