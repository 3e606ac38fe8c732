"""Layers of settings to those of a flow in its place and of each of its turns, worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from turbo_yaml.runtime.program import FlowInfo
from turbo_yaml.settings.layers import Layer, Settings

_REMEMBERED: Final = 256


class Scope:
    """The settings that hold for a flow, shared by runs: only what is already worked out changes."""

    def __init__(self, settings: Settings, layer: Layer | None = None) -> None:
        self.settings = settings
        self.layer = layer
        """The flow's own layer, the last one that came on top."""
        self._turns: dict[Any, Mapping[str, Any]] = {}
        self._inner: dict[int, Scope] = {}

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """What holds for the flow. Worked out on first use: a flow's layer may still be missing below it."""
        return self.settings.values

    @classmethod
    def built_in(cls) -> Scope:
        """Return the scope in which nobody has set anything."""
        global _built_in
        if _built_in is None:
            _built_in = cls(Settings.built_in())
        return _built_in

    def of_flow(self, info: FlowInfo | None) -> Scope:
        """Return the scope of a flow that is called from here: its own settings on top of what holds here."""
        layer = None if info is None else info.layer
        if layer is None or layer is self.layer:
            return self
        inner = self._inner.get(id(layer))
        if inner is None or inner.layer is not layer:
            if len(self._inner) >= _REMEMBERED:
                self._inner.clear()
            inner = self._inner[id(layer)] = Scope(self.settings.with_layer(layer), layer)
        return inner

    def turn(self, id: str | None, own: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the settings of one turn: those of its step, by `id`, and the turn's own."""
        if id is None and not own:
            return self.values
        key = (id, *[(name, type(value), value) for name, value in own.items()])
        try:
            known = self._turns.get(key)
        except TypeError:
            return self.settings.for_step(id, own)
        if known is None:
            if len(self._turns) >= _REMEMBERED:
                self._turns.clear()
            known = self._turns[key] = self.settings.for_step(id, own)
        return known


_built_in: Scope | None = None
