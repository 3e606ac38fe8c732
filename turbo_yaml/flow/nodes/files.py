"""Flow files in their typed form: the flows in them, and the files that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from turbo_yaml.flow.nodes.steps import Body
from turbo_yaml.flow.nodes.values import Schema
from turbo_yaml.records import Record, field
from turbo_yaml.settings.patch import Patch
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax import Node
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


class FileRef(Record, kw_only=True):
    """A name for another file: an entry of `use` or `data`."""

    name: str
    path: str
    span: Span


class FlowFile(Record, kw_only=True):
    """A whole file: its main flow, its local flows, and the files it names.

    `tools` are checked for shape alone here and kept as a node.
    """

    source: Source
    main: Flow
    flows: Mapping[str, Flow] = field(default_factory=dict)
    profiles: Mapping[str, Patch] = field(default_factory=dict)
    uses: tuple[FileRef, ...] = ()
    data: tuple[FileRef, ...] = ()
    tools: Node | None = None
    tests: tuple[Test, ...] = ()
