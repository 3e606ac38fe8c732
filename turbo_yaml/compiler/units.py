"""One compiled flow file: what the generator made of it, and what its flows take and give."""

from __future__ import annotations

import json
import marshal
from collections.abc import Mapping
from types import CodeType
from typing import Any

from turbo_yaml.records import Record, field
from turbo_yaml.types import MISSING, Input


class FlowRecord(Record):
    """One flow of a file. `function`: its Python name; `parameters`: the Python name of each input.

    `settings` is a patch as `settings.to_data` writes it. `steps`: the ids of its turns. `empty`: it has no
    steps, as the flow of a library.
    """

    name: str
    function: str
    parameters: Mapping[str, str]
    inputs: tuple[Input, ...]
    settings: Any
    output: Mapping[str, Any] | None = None
    memory: Mapping[str, Any] | None = None
    description: str | None = None
    steps: tuple[str, ...] = ()
    empty: bool = False


class Unit(Record):
    """A compiled file: code that is executed in order; the last is the file's own, those before it belong to
    the texts that it includes. `uses` and `data`: the Python name of each, and the path it stands for.

    `seen`: the path and the content's hash of every other file that was read to compile this one.
    """

    codes: tuple[CodeType, ...]
    main: str
    flows: Mapping[str, FlowRecord]
    profiles: Mapping[str, Any] = field(default_factory=dict)
    tools: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the file declares of each tool: the fields of a `Declaration`, with `flow` as where it is."""
    uses: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)


def to_bytes(unit: Unit) -> bytes:
    """Return the unit as bytes: a length, the facts as JSON, the code."""
    facts = {
        "main": unit.main,
        "flows": [_flow_data(flow) for flow in unit.flows.values()],
        "profiles": unit.profiles,
        "tools": unit.tools,
        "uses": unit.uses,
        "data": unit.data,
        "seen": unit.seen,
    }
    head = json.dumps(facts, separators=(",", ":")).encode("ascii")
    return len(head).to_bytes(8, "big") + head + marshal.dumps(unit.codes)


def from_bytes(body: bytes) -> Unit:
    """Return the unit that `to_bytes` wrote. Only for bytes that a store vouches for."""
    size = int.from_bytes(body[:8], "big")
    facts = json.loads(body[8 : 8 + size])
    flows = [_flow_from(data) for data in facts.pop("flows")]
    codes = marshal.loads(body[8 + size :])
    return Unit(codes=codes, flows={flow.name: flow for flow in flows}, **facts)


_KEPT = ("name", "schema", "required", "default", "description", "trusted")


def _flow_data(flow: FlowRecord) -> dict[str, Any]:
    inputs = []
    for given in flow.inputs:
        inputs.append({name: getattr(given, name) for name in _KEPT if getattr(given, name) is not MISSING})
    return {name: getattr(flow, name) for name in FlowRecord.__fields__} | {"inputs": inputs}


def _flow_from(data: dict[str, Any]) -> FlowRecord:
    inputs = tuple(Input(**given) for given in data.pop("inputs"))
    return FlowRecord(inputs=inputs, steps=tuple(data.pop("steps")), **data)
