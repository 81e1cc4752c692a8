"""Asking a running `antiphon` the way a user does."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from training.evaluate.answer import Answer
from training.generate.chat import Sample


def request_body(sample: Sample, model: str, tool_choice: str | None = None, most: int = 512) -> dict[str, Any]:
    """The unstored, greedy request whose answer is the sample's last message."""
    steps: list[dict[str, Any]] = []
    system = None
    waiting: list[tuple[str, str]] = []
    for message in sample.messages[:-1]:
        text = "".join(part for part, _ in message.parts) or message.content
        if message.role == "system":
            system = text
        elif message.role == "user":
            steps.append({"type": "user_input", "content": [{"type": "text", "text": text}]})
        elif message.role == "assistant":
            if text:
                steps.append({"type": "model_output", "content": [{"type": "text", "text": text}]})
            waiting = [(f"call{len(steps)}x{at}", call.name) for at, call in enumerate(message.calls)]
            for (call_id, name), call in zip(waiting, message.calls):
                steps.append({"type": "function_call", "id": call_id, "name": name, "arguments": call.arguments})
        else:
            call_id, name = waiting.pop(0)
            steps.append({"type": "function_result", "call_id": call_id, "name": name, "result": message.content})
    body: dict[str, Any] = {
        "model": model,
        "input": steps,
        "store": False,
        "generation_config": {"temperature": 0, "max_output_tokens": most, "thinking_summaries": "auto"},  # else thoughts are hidden
    }
    if system is not None:
        body["system_instruction"] = system
    if sample.tools:
        body["tools"] = [{"type": "function", **tool} for tool in sample.tools]
        if tool_choice:
            body["generation_config"]["tool_choice"] = tool_choice
    if sample.schema is not None:
        body["response_format"] = {"type": "text", "mime_type": "application/json", "schema": sample.schema}
    return body


def ask(url: str, sample: Sample, model: str, tool_choice: str | None = None, timeout: float = 120) -> Answer:
    """The server's answer. An HTTP error is raised with its text; a call that cannot be read and an answer that takes longer
    than `timeout` seconds are the model's fault: wrong answers, not a broken evaluation."""
    body = json.dumps(request_body(sample, model, tool_choice)).encode()
    request = urllib.request.Request(
        f"{url.rstrip('/')}/v1/interactions", body, {"content-type": "application/json", "x-goog-api-key": "local"}
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            interaction = json.load(reply)
    except urllib.error.HTTPError as error:
        told = error.read().decode(errors="replace")
        if "malformed_function_call" in told:
            return Answer(told, ended=False)
        raise RuntimeError(f"HTTP {error.code}: {told}") from error
    except TimeoutError as error:
        return Answer(str(error), ended=False)
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            return Answer(str(error.reason), ended=False)
        raise
    text, thought, calls = "", "", []
    for step in interaction.get("steps", []):
        if step["type"] == "model_output":
            text += "".join(part.get("text", "") for part in step.get("content", []))
        elif step["type"] == "function_call":
            calls.append({"name": step["name"], "arguments": step.get("arguments", {})})
        elif step["type"] == "thought":
            thought += "".join(part.get("text", "") for part in step.get("summary", []))
    return Answer(text.strip(), calls, interaction["status"] in ("completed", "requires_action"), thought.strip())
