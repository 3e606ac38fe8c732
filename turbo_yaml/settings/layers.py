"""Layers, weak to strong, to the values of a run and of each of its turns."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import UsageError
from turbo_yaml.settings.fitting import Problem, fitted
from turbo_yaml.settings.keys import BOUNDS, BUILT_IN, FILE, LayerKind
from turbo_yaml.settings.patch import EMPTY, Merge, Patch, Place, Unset, apply, inside, merge_of, stacked
from turbo_yaml.settings.resolved import FrozenDict, Variables, over, resolved, thawed

_HOST = (Place("configure"),)


class Layer(NamedTuple):
    """What one source says. `name` is its file, flag or variable; `profiles` are a flow's, a file has its own
    under the key `profiles`. `modest`: it may lower bounds, and not raise them, as a flow's may."""

    kind: LayerKind
    name: str
    patch: Patch
    profiles: Mapping[str, Patch] = MappingProxyType({})
    modest: bool = False

    @property
    def bounded(self) -> bool:
        """Whether what it says of bounds can only lower them."""
        return self.modest or self.kind is LayerKind.FLOW

    def profile(self, name: str) -> Patch | None:
        """Return what this layer defines as the profile."""
        return self.profiles.get(name) or inside(self.patch, "profiles", name)


class Settings:
    """An immutable stack of layers; whatever changes it returns a new one.

    The order is that of `LayerKind`; layers of one kind stand in the order they came. Nothing is looked up
    or added up before the first use of the values.
    """

    __slots__ = (
        "_addressed",
        "_chosen",
        "_environ",
        "_order",
        "_strict",
        "_sum",
        "_tiers",
        "_values",
        "layers",
    )

    def __init__(
        self,
        layers: tuple[Layer, ...] = (),
        chosen: tuple[str, ...] = (),
        environ: Mapping[str, str] | None = None,
        strict: bool = True,
    ) -> None:
        self.layers = layers
        self._chosen = chosen
        self._environ = environ
        self._strict = strict
        self._order: tuple[Layer, ...] | None = None
        self._sum: dict[str, Any] | None = None
        self._values: FrozenDict | None = None
        self._tiers: tuple[Patch | None, Patch | None] | None = None
        self._addressed: dict[str, _Addressed] = {}

    @classmethod
    def built_in(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Return the settings that hold where nobody said anything; `environ` stands for the environment."""
        return cls((), (), environ)

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment that `!env` looks into."""
        return os.environ if self._environ is None else self._environ

    @property
    def variables(self) -> Variables:
        """The environment, and what flows may read of it; `UsageError` where that is itself not set."""
        return Variables.around(self._plain(), self.environ)

    def __repr__(self) -> str:
        return f"Settings({', '.join(layer.name for layer in self.layers)})"

    # New settings from old ones ------------------------------------------------------------------------

    def with_layer(self, layer: Layer) -> Settings:
        """Return these settings and one layer more, at the place of its kind."""
        return self.with_layers((layer,))

    def with_layers(self, layers: Iterable[Layer]) -> Settings:
        """Return these settings and some layers more, each at the place of its kind."""
        together = sorted((*self.layers, *layers), key=lambda layer: layer.kind)
        return Settings(tuple(together), self._chosen, self._environ, self._strict)

    def with_profiles(self, names: Iterable[str]) -> Settings:
        """Return these settings with profiles chosen, later ones stronger."""
        return Settings(self.layers, (*self._chosen, *names), self._environ, self._strict)

    def without_flows(self) -> Settings:
        """Return these settings without what flows, and untrusted projects, say of themselves."""
        others = tuple(layer for layer in self.layers if not layer.bounded)
        return Settings(others, self._chosen, self._environ, strict=False)

    def forgiving(self) -> Settings:
        """Return these settings where a chosen profile that no layer defines is passed over.

        For a run that goes on in another file, which need not define what the first one does.
        """
        return Settings(self.layers, self._chosen, self._environ, strict=False)

    def check_profiles(self) -> None:
        """Raise `UsageError` where a chosen profile is defined by no layer."""
        for name in self._chosen:
            self._profile(name)

    def configured(self, values: Mapping[str, Any], *, strict: bool = True) -> Settings:
        """Return these settings with stronger ones from the host; `UsageError` for what is no setting.

        `strict=False` keeps settings that are not known, for a function that has its own.
        """
        problems: list[Problem] = []
        patch = fitted(FILE, merge_of(thawed(values), _HOST), problems.append, lax=not strict)
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise UsageError(problems[0].message + more, hint=problems[0].help)
        assert isinstance(patch, Merge)
        return self.with_layer(Layer(LayerKind.CONFIGURE, "configure", patch))

    def check_steps(self, known: Collection[str]) -> None:
        """Raise `UsageError` where a flag, a variable or the host addresses a step that is not known.

        Files are passed over: they may be there for other flows, too.
        """
        for layer in self.layers:
            addressed = inside(layer.patch, "steps") if layer.kind > LayerKind.STEP else None
            for id, patch in addressed.keys.items() if isinstance(addressed, Merge) else ():
                if id not in known:
                    place = patch.trail[-1] if patch.trail else Place(layer.name)
                    raise UsageError(
                        f"{place}: no `generate` step has the id `{id}`",
                        hint=did_you_mean(id, known) or (None if known else "give the step an `id`"),
                    )

    # Layers in order -----------------------------------------------------------------------------------

    @property
    def order(self) -> tuple[Layer, ...]:
        """The layers that count, weak to strong: with the chosen profiles where profiles stand."""
        if self._order is None:
            weak = [layer for layer in self.layers if layer.kind < LayerKind.PROFILE]
            strong = [layer for layer in self.layers if layer.kind >= LayerKind.PROFILE]
            chosen = [layer for name in self._chosen for layer in self._profile(name, self._strict)]
            self._order = (*weak, *chosen, *strong)
        return self._order

    def _profile(self, name: str, strict: bool = True) -> list[Layer]:
        """Return the definitions of a profile as layers, weak to strong."""
        found = [(layer, layer.profile(name)) for layer in self.layers]
        layers = [Layer(LayerKind.PROFILE, name, patch) for layer, patch in found if isinstance(patch, Merge)]
        if not layers and strict:
            raise UsageError(f"no profile is called `{name}`", hint=did_you_mean(name, self.profiles))
        return layers

    @property
    def profiles(self) -> list[str]:
        """The names of the profiles that some layer defines."""
        names: dict[str, None] = {}
        for layer in self.layers:
            defined = inside(layer.patch, "profiles")
            names |= dict.fromkeys((*layer.profiles, *(defined.keys if isinstance(defined, Merge) else ())))
        return list(names)

    # Values --------------------------------------------------------------------------------------------

    @property
    def values(self) -> FrozenDict:
        """What holds for the run, built-in values included; `steps` and `profiles` are not in it."""
        if self._values is None:
            self._values = self._bounded(self._resolved(self._plain()))
        return self._values

    def _bounded(self, values: FrozenDict) -> FrozenDict:
        """Return the values without what a flow grants itself: it may lower what bounds it, not raise it."""
        asks = (inside(layer.patch, key) for layer in self.order for key in BOUNDS)
        if not any(layer.bounded for layer in self.layers) or not any(asks):
            return values
        allowed = self.without_flows().values
        return FrozenDict(values | {key: _least(values.get(key), allowed.get(key)) for key in BOUNDS})

    @property
    def given(self) -> FrozenDict:
        """What somebody set: the values without the built-in ones."""
        return self._resolved(self._plain(), complete=False)

    @property
    def steps(self) -> dict[str, Place]:
        """The ids that layers address as `steps.<id>`, each with a place that does."""
        found: dict[str, Place] = {}
        for layer in self.order:
            addressed = inside(layer.patch, "steps")
            for name, patch in addressed.keys.items() if isinstance(addressed, Merge) else ():
                found[name] = patch.trail[-1] if patch.trail else Place(layer.name)
        return found

    def for_step(self, id: str | None = None, own: Mapping[str, Any] | None = None) -> FrozenDict:
        """Return the values for one turn. `own` are the step's settings; its `profile` names a profile.

        Weak to strong: the values, that profile, `steps.<id>` of layers up to the flow, `own`, and
        `steps.<id>` of the environment, the command line and the host.
        """
        addressed = self._of_step(id)
        if addressed is _NOBODY:
            if not own:
                return self.values
            if self._values is not None and "profile" not in own and all(map(_is_plain, own.values())):
                return FrozenDict({**self._values, **own})
        own = {} if own is None or addressed.alone else dict(own)
        profile = own.pop("profile", None)
        patches = [] if profile is None else [layer.patch for layer in self._profile(profile)]
        values = self._plain()
        for patch in (*patches, addressed.weak, merge_of(own), addressed.strong):
            values = apply(patch, values)
        return self._resolved(values)

    def _of_step(self, id: str | None) -> _Addressed:
        if self._tiers is None:
            weak = (layer.patch for layer in self.order if layer.kind <= LayerKind.STEP)
            strong = (layer.patch for layer in self.order if layer.kind > LayerKind.STEP)
            self._tiers = (inside(stacked(weak), "steps"), inside(stacked(strong), "steps"))
        if id is None or self._tiers == (None, None):
            return _NOBODY
        found = self._addressed.get(id)
        if found is None:
            found = self._addressed[id] = _addressed(*self._tiers, id)
        return found

    def _plain(self) -> dict[str, Any]:
        """Return what the layers add up to, variables not looked up; kept, so never to be changed."""
        if self._sum is None:
            self._sum = apply(stacked(layer.patch for layer in self.order), {})
        return self._sum

    def _resolved(self, values: Mapping[str, Any], *, complete: bool = True) -> FrozenDict:
        """Look variables up, and where `complete` fill in what is built in."""
        plain = {key: value for key, value in values.items() if key not in ("steps", "profiles")}
        return resolved(over(BUILT_IN, plain) if complete else plain, self.environ)


def _least(asked: Any, allowed: Any) -> Any:
    """Return the lower of two bounds, or of each in two maps of them; null is none."""
    if isinstance(asked, dict) and isinstance(allowed, dict):
        return FrozenDict({key: _least(asked.get(key), allowed.get(key)) for key in {**allowed, **asked}})
    if asked is None or allowed is None:
        return allowed if asked is None else asked
    return min(asked, allowed)


class _Addressed(NamedTuple):
    """What layers say of one step from outside. `alone`: the strong ones forget all that is weaker."""

    weak: Merge
    strong: Merge
    alone: bool


_NOBODY = _Addressed(EMPTY, EMPTY, False)


def _addressed(weak: Patch | None, strong: Patch | None, id: str) -> _Addressed:
    below, above = (None if tier is None else inside(tier, id) for tier in (weak, strong))
    alone = _forgets(strong) or _forgets(above)
    if below is None and above is None and not alone:
        return _NOBODY
    return _Addressed(EMPTY if alone else _joining(below), _joining(above), alone)


def _forgets(patch: Patch | None) -> bool:
    return isinstance(patch, Unset) or (isinstance(patch, Merge) and patch.fresh)


def _joining(patch: Patch | None) -> Merge:
    """Return a step's map as one that joins the values of the run."""
    return Merge(patch.keys) if isinstance(patch, Merge) else EMPTY


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)
