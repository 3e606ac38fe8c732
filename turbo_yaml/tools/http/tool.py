"""A declared HTTP tool to a `Tool`: one call is one request, and those it is redirected to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

from turbo_yaml.flow.endpoint import Endpoint
from turbo_yaml.tools.allowed import Allowed
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.tools.http.checking import Secret, endpoint_of, headers_of, read_secret, require_host
from turbo_yaml.tools.http.requests import body, target
from turbo_yaml.tools.tool import Approval, Tool
from turbo_yaml.wire.hidden import Hidden

TIMEOUT: Final = 30.0  # seconds for a whole call


def http_tool(declaration: Declaration, *, allowed: Allowed, secret: Secret = os.environ.get) -> Tool:
    """Return the tool; `UsageError` where it cannot work or the operator has not allowed what it needs.

    `secret` gives the value of a variable of the environment.
    """
    endpoint = endpoint_of(declaration)
    require_host(declaration.name, endpoint, allowed)
    headers, variable, value = headers_of(declaration), declaration.secret, Hidden()
    if variable is not None:
        value = read_secret(declaration.name, variable, endpoint, allowed, secret)
    return _HttpTool(declaration, endpoint, headers, allowed, value)


class _HttpTool:
    """An HTTP tool that the operator has allowed."""

    def __init__(
        self,
        declared: Declaration,
        endpoint: Endpoint,
        headers: Mapping[str, str],
        allowed: Allowed,
        secret: Hidden,
    ) -> None:
        self.name = declared.name
        self.description = declared.description or ""
        self.parameters: Mapping[str, Any] = declared.parameters or {"type": "object", "properties": {}}
        self.returns = declared.returns
        self.approve: Approval = declared.approve
        self._timeout = declared.timeout or TIMEOUT
        self._endpoint = endpoint
        self._headers = headers
        self._allowed = allowed
        self._secret = secret

    def __repr__(self) -> str:
        return f"HttpTool({self.name}: {self._endpoint.method} {self._endpoint.origin}{self._endpoint.path})"

    async def call(self, arguments: Mapping[str, Any]) -> Any:
        """Send the request and return the data of the answer; `ToolError` where there is none."""
        url = target(self._endpoint, arguments)
        content = body(self._endpoint, arguments, declared=self._has_body())
        from turbo_yaml.tools.http.sending import Sending

        sending = Sending(self._endpoint, self._headers, self._secret, self._allowed)
        return await sending.result(url, content, self._timeout)

    async def aclose(self) -> None:
        """Do nothing: a call leaves no connection open."""

    def _has_body(self) -> bool:
        return bool(set(self.parameters.get("properties") or ()) - set(self._endpoint.placeholders))
