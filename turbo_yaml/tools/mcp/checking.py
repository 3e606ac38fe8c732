"""A declared MCP server to what it is connected to with, or to why it may not be."""

from __future__ import annotations

import shlex
from importlib.util import find_spec
from urllib.parse import urlsplit

from turbo_yaml.errors import UsageError
from turbo_yaml.flow.endpoint import Endpoint, read_endpoint
from turbo_yaml.tools.allowed import Allowed
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.tools.http.checking import Secret
from turbo_yaml.wire.hidden import Hidden


def require_package(name: str) -> None:
    """Raise `UsageError` where the package `mcp` is not installed."""
    try:
        found = find_spec("mcp")
    except (ImportError, ValueError):
        found = None
    if found is None:
        message = f"the tool `{name}` needs the package `mcp`, which is not installed"
        raise UsageError(message, hint="`pip install 'turbo-yaml[mcp]'`")


def command_secret(
    declared: Declaration, command: tuple[str, ...], allowed: Allowed, secret: Secret
) -> Hidden:
    """Return the secret of a command; `UsageError` where it or the command is not allowed."""
    name, shown = declared.name, shlex.join(command)
    if not command or not all(word and "\0" not in word for word in command[:1]):
        raise UsageError(f"the tool `{name}` names no command", hint="`mcp: {command: [program, argument]}`")
    if declared.headers:
        raise UsageError(f"the tool `{name}` runs a command, which takes no headers")
    if not allowed.command(command):
        hint = f"to let flows run it: `--allow {shlex.quote(f'mcp:{shown}')}`, or `allow` in `turbo.yaml`"
        raise UsageError(f"the tool `{name}` runs the command `{shown}`, which is not allowed", hint=hint)
    if declared.secret is None:
        return Hidden()
    if not allowed.secret(declared.secret, command=command):
        entry = shlex.quote(f"secret:{declared.secret}@{shown}")
        message = f"the tool `{name}` gives the secret `{declared.secret}` to `{shown}`, which is not allowed"
        raise UsageError(message, hint=f"to allow it: `--allow {entry}`, or `allow` in `turbo.yaml`")
    value = Hidden(secret(declared.secret) or "")
    if not value:
        message = f"the tool `{name}` needs the secret `{declared.secret}`, which is not set"
        raise UsageError(message, hint=f"set the environment variable `{declared.secret}`")
    return value


def endpoint_of(name: str, url: str, allowed: Allowed) -> Endpoint:
    """Return where a server is; `UsageError` where that cannot be or is not allowed."""
    endpoint = read_endpoint(f"POST {url}")
    if isinstance(endpoint, str) or endpoint.placeholders:
        problem = endpoint if isinstance(endpoint, str) else "braces stand for nothing in it"
        raise UsageError(f"the tool `{name}`: {problem}", hint="`mcp: {url: https://mcp.example.com/mcp}`")
    if not allowed.server(url):
        shown = f"{endpoint.origin}{urlsplit(url).path}"
        hint = f"to let flows use it: `--allow mcp:{shown}`, or `allow` in `turbo.yaml`"
        raise UsageError(f"the tool `{name}` uses the MCP server `{shown}`, which is not allowed", hint=hint)
    return endpoint
