"""A declared HTTP tool to where it goes and what it sends, or to why it may not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from turbo_yaml.errors import UsageError
from turbo_yaml.flow.endpoint import EXAMPLE, Endpoint, read_endpoint
from turbo_yaml.tools.allowed import Allowed, is_public, plain_host
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.wire.hidden import PLACE, Hidden

Secret: TypeAlias = Callable[[str], str | None]

_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE: Final = re.compile(r"[\x20-\x7e\t]*")
_OURS: Final = frozenset(
    """accept-encoding connection content-encoding content-length expect host keep-alive
    proxy-authorization proxy-connection te trailer transfer-encoding upgrade""".split()  # noqa: SIM905
)


def endpoint_of(declared: Declaration) -> Endpoint:
    """Return where the tool's requests go; `UsageError` where its text says nothing that could be."""
    endpoint = read_endpoint(declared.http or "")
    if isinstance(endpoint, str):
        raise UsageError(f"the tool `{declared.name}`: {endpoint}", hint=EXAMPLE)
    parameters = declared.parameters or {}
    properties, required = parameters.get("properties") or {}, parameters.get("required") or ()
    for name in endpoint.placeholders:
        if name not in properties:
            hint = f"declare it: `with: {{{name}: string}}`"
            raise UsageError(f"the tool `{declared.name}`: `{{{name}}}` is none of its arguments", hint=hint)
        if name not in required:
            hint = f"write `{name}` without `?` in `with`"
            raise UsageError(f"the tool `{declared.name}`: its address needs `{name}` each time", hint=hint)
    return endpoint


def require_host(name: str, endpoint: Endpoint, allowed: Allowed) -> None:
    """Raise `UsageError` where the operator has not allowed the host of a tool."""
    if not allowed.host(endpoint.host, endpoint.port):
        raise UsageError(
            f"the tool `{name}` calls `{endpoint.place}`, which is not allowed",
            hint=f"to let flows call it: `--allow http:{endpoint.place}`, or `allow` in `turbo.yaml`",
        )


def headers_of(declared: Declaration) -> dict[str, str]:
    """Return the headers of a tool, with `{secret}` in the place of its secret.

    `UsageError` for headers that cannot be sent. A secret that no header names is a bearer token.
    """
    name, headers = declared.name, {}
    for header, value in declared.headers.items():
        if not _HEADER.fullmatch(header) or not _VALUE.fullmatch(value):
            raise UsageError(f"the tool `{name}`: the header `{header}` cannot be sent as it is written")
        if header.lower() in _OURS:
            raise UsageError(f"the tool `{name}`: the header `{header}` is not a flow's to set")
        headers[header.lower()] = value
    used = any(PLACE in value for value in headers.values())
    if used and declared.secret is None:
        hint = "name the variable of the environment that holds it: `secret: API_TOKEN`"
        raise UsageError(f"the tool `{name}`: `{PLACE}` in its headers stands for no secret", hint=hint)
    if declared.secret is None or used:
        return headers
    if "authorization" in headers:
        hint = f'say where it belongs: `headers: {{Authorization: "Bearer {PLACE}"}}`'
        raise UsageError(f"the tool `{name}`: no header carries its secret", hint=hint)
    return {**headers, "authorization": f"Bearer {PLACE}"}


def read_secret(name: str, variable: str, endpoint: Endpoint, allowed: Allowed, secret: Secret) -> Hidden:
    """Return the value of the secret of a tool; `UsageError` where it may not be sent or is not there."""
    if not allowed.secret(variable, host=endpoint.host, port=endpoint.port):
        raise UsageError(
            f"the tool `{name}` sends the secret `{variable}` to `{endpoint.place}`, which is not allowed",
            hint=f"to allow it: `--allow secret:{variable}@{endpoint.place}`, or `allow` in `turbo.yaml`",
        )
    if endpoint.scheme != "https" and not _is_near(endpoint.host):
        raise UsageError(
            f"the tool `{name}` sends a secret to `{endpoint.origin}`, which is not encrypted",
            hint="use `https://`; without it secrets go to this machine and to private addresses alone",
        )
    value = Hidden(secret(variable) or "")
    if not value:
        hint = f"set the environment variable `{variable}`"
        raise UsageError(f"the tool `{name}` needs the secret `{variable}`, which is not set", hint=hint)
    if not _VALUE.fullmatch(value.plain()) or value.plain() != value.plain().strip():
        raise UsageError(
            f"the secret `{variable}` holds what no header can: a line end, or a space at an end"
        )
    return value


def _is_near(host: str) -> bool:
    name, address = plain_host(host)
    return name == "localhost" or (address is not None and not is_public(address))
