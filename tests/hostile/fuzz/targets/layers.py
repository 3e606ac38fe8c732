"""Bytes to layers of settings: findings in the text, the laws of layers, nothing that a flow grants itself."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tests.hostile.box import PLANTED
from tests.hostile.fuzz.target import Target
from tests.hostile.fuzz.targets.texts import YAML, placed
from turbo_yaml.errors import UsageError
from turbo_yaml.settings.explain import explain, explained_data, explained_text
from turbo_yaml.settings.keys import BOUNDS, FILE, LayerKind
from turbo_yaml.settings.layers import Layer, Settings
from turbo_yaml.settings.patch import Merge, apply, from_data, merged, stacked, to_data
from turbo_yaml.settings.reading import read_settings
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml

_CUT: Final = b"\n----\n"
_KINDS: Final = (LayerKind.PROJECT_FILE, LayerKind.FLOW, LayerKind.USER_FILE, LayerKind.COMMAND_LINE)
_ENVIRON: Final = {"SECRET_KEY": PLANTED, "HOST": "example.com"}
_SEEDS: Final = (
    b"model: echo\nlimits: {work: 5000}\nbudget: {calls: 3, cost: 0.5}\n"
    b"\n----\nlimits: {work: 9000, depth: 3}\nbudget: {calls: 9}\nmax_concurrency: 99\n",
    b"providers:\n  here: {base_url: 'http://127.0.0.1:1/v1', api_key_env: SECRET_KEY}\nallow: [env:HOST]\n"
    b"\n----\nmodel: !env [HOST, echo]\nstop: !append [a]\nextra: {a: !env SECRET_KEY}\n",
    b"profiles:\n  fast: {model: echo, temperature: 0}\n  slow: {timeout: 5m, limits: {rounds: 3}}\n"
    b"\n----\nsteps:\n  one: {temperature: 1, stop: !reset }\n  two: !override {max_tokens: 5}\n"
    b"\n----\nextra: !override {b: 1}\nredact: !prepend ['x.*']\ncheck: {unused-name: off}\n"
    b"\n----\nretries: 0\nfallback: [a, b]\nprices: {openai/gpt: {input: 1, output: 2}}\n",
)


class Layers(Target):
    """Settings, from texts to the values of a run."""

    words = (
        *YAML, _CUT, b"!env ", b"!reset", b"!override ", b"!append ", b"!prepend ", b"SECRET_KEY", b"[HOST, x]",
        *(f"{name}: ".encode() for name in FILE.keys),
    )  # fmt: skip

    def seeds(self) -> Iterable[bytes]:
        """Return a few stacks of layers."""
        return _SEEDS

    def tried(self, data: bytes) -> None:
        """Read each layer, add them up, explain them."""
        layers = [self._layer(kind, text) for kind, text in zip(_KINDS, data.split(_CUT, 3), strict=False)]
        patches = [layer.patch for layer in layers]
        whole = stacked(patches)
        right = patches[-1]
        for patch in reversed(patches[:-1]):
            assert isinstance(patch, Merge) and isinstance(right, Merge)
            right = merged(patch, right)
        assert apply(right, {}) == apply(whole, {})
        settings = Settings.built_in(_ENVIRON).with_layers(layers)
        names = [name for name in ("fast", "slow") if any(layer.profile(name) for layer in layers)]
        values = self._values(settings.with_profiles(names))
        self._explained(settings)
        operator = [layer for layer in layers if layer.kind is not LayerKind.FLOW]
        without = self._values(Settings.built_in(_ENVIRON).with_layers(operator).with_profiles([]))
        if values is not None and without is not None and not names:
            self._nothing_granted(values, without, data)

    def _layer(self, kind: LayerKind, data: bytes) -> Layer:
        source = Source(f"{kind.name}.yaml", data.decode("utf-8", "replace"))
        node, found = parse_yaml(source)
        patch, problems = read_settings(node, source, kind)
        placed([*found, *problems])
        assert from_data(json.loads(json.dumps(to_data(patch))), source.name) == patch
        return Layer(kind, source.name, patch)

    def _values(self, settings: Settings) -> Any:
        try:
            assert settings.for_step("one", {"temperature": 0.5}) is not None
            return settings.values
        except UsageError as problem:
            assert problem.message
            return None

    def _explained(self, settings: Settings) -> None:
        accounts = explain(settings)
        assert explained_text(accounts)
        assert PLANTED not in json.dumps(explained_data(accounts))

    def _nothing_granted(self, values: Any, without: Any, data: bytes) -> None:
        for key in BOUNDS:
            assert _within(values.get(key), without.get(key)), (key, values.get(key), without.get(key))
        if b"allow" not in data and data.count(b"!env") == data.split(_CUT)[1:2].count(b"!env"):
            assert PLANTED not in repr(values)


def _within(asked: Any, allowed: Any) -> bool:
    """Tell whether bounds are no wider than what is allowed; nothing said allows everything."""
    if allowed is None:
        return True
    if isinstance(allowed, Mapping):
        given = asked if isinstance(asked, Mapping) else {}
        return all(_within(given.get(name), bound) for name, bound in allowed.items())
    return asked is not None and bool(asked <= allowed)
