"""Flow files in their typed form: the flows in them, and the files that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from turbo_yaml.flow.nodes.steps import Body
from turbo_yaml.flow.nodes.values import FlowRef, Schema
from turbo_yaml.records import Record, field
from turbo_yaml.settings.patch import Patch
from turbo_yaml.source import Source, Span
from turbo_yaml.types import Input

if TYPE_CHECKING:
    from turbo_yaml.flow.nodes.tests import Test


class Flow(Record, kw_only=True):
    """One flow: what goes in, what comes out, and its steps."""

    name: str
    span: Span
    description: str | None = None
    inputs: tuple[Input, ...] = ()
    output: Schema | None = None
    settings: Patch
    memory: Mapping[str, Any] | None = None
    steps: Body = ()


class Tool(Record, kw_only=True):
    """A tool that a file declares. `span` is its name's; `timeout` in seconds.

    `parameters` and `returns` are None where what is bound says them: a function of the host, another flow,
    an MCP server, whoever calls the flow. `broken`: it was reported, and nothing but its name is known.
    """

    name: str
    span: Span
    kind: Literal["function", "flow", "http", "mcp", "caller"] = "function"
    description: str | None = None
    parameters: Schema | None = None
    returns: Schema | None = None
    approve: Literal["never", "always", "ask"] = "never"
    timeout: float | None = None
    flow: FlowRef | None = None
    http: str | None = None
    mcp: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: str | None = None
    secret_span: Span | None = None
    allow: tuple[str, ...] | None = None
    broken: bool = False


class FileRef(Record, kw_only=True):
    """A name for another file: an entry of `use` or `data`."""

    name: str
    path: str
    span: Span


class FlowFile(Record, kw_only=True):
    """A whole file: its main flow, its local flows, its tools, its tests, and the files it names."""

    source: Source
    main: Flow
    flows: Mapping[str, Flow] = field(default_factory=dict)
    profiles: Mapping[str, Patch] = field(default_factory=dict)
    uses: tuple[FileRef, ...] = ()
    data: tuple[FileRef, ...] = ()
    tools: Mapping[str, Tool] = field(default_factory=dict)
    tests: tuple[Test, ...] = ()
