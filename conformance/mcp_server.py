#!/usr/bin/env python3
"""An MCP server written with the official Python SDK, over streamable HTTP.

It prints `listening on http://127.0.0.1:PORT` and serves `/mcp` until it is ended. Its tools:

    echo TEXT        says TEXT again; reads only
    picture          a red square, as PNG
    forecast CITY    structured content
    fail REASON      an error
    sleep SECONDS    answers after that time
    who              the `Authorization` header that the call came with
"""

import asyncio
import base64
import socket

import uvicorn
from mcp.server.mcpserver import Context, Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel

RED_SQUARE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mP4z8CAFTEMLQkAKP8/wc53yE8AAAAASUVORK5CYII="
)

server = MCPServer("conformance")


class Forecast(BaseModel):
    city: str
    degrees: float


@server.tool(annotations=ToolAnnotations(readOnlyHint=True))
def echo(text: str) -> str:
    """Says the text again."""
    return text


@server.tool()
def picture() -> Image:
    """A picture of a red square."""
    return Image(data=RED_SQUARE, format="png")


@server.tool()
def forecast(city: str) -> Forecast:
    """The weather that is to come in a city."""
    return Forecast(city=city, degrees=21.5)


@server.tool()
def fail(reason: str) -> str:
    """Fails for the reason given."""
    raise ToolError(reason)


@server.tool()
async def sleep(seconds: float) -> str:
    """Answers after some seconds."""
    await asyncio.sleep(seconds)
    return "awake"


@server.tool()
def who(context: Context) -> str:
    """Says what the caller's Authorization header holds."""
    return context.request_context.request.headers.get("authorization", "nobody")


def main():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    print(f"listening on http://127.0.0.1:{port}", flush=True)
    config = uvicorn.Config(server.streamable_http_app(), log_level="warning")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
