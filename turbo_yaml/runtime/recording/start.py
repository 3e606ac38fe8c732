"""A function and a journal to a run that is recorded, or to one that goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

from turbo_yaml.journal.journal import Journal
from turbo_yaml.journal.log import RunLog
from turbo_yaml.journal.privacy import Privacy
from turbo_yaml.runtime.frames import Frame
from turbo_yaml.runtime.recording.chat import Part
from turbo_yaml.runtime.recording.places import Place
from turbo_yaml.runtime.recording.recorder import OnChange, Recorder, Rules, Unsure
from turbo_yaml.runtime.recording.replay import Replaying
from turbo_yaml.runtime.recording.scripts import GIVEN, given_by_script
from turbo_yaml.source import Source


class Recording(NamedTuple):
    """How runs of a function are recorded. `call`: what else is kept with a run, as JSON data.

    `resumed` is the name of a run that goes on; without it each run is a new one.
    """

    journal: Journal
    rules: Rules = Rules()
    call: Mapping[str, Any] | None = None
    resumed: str | None = None

    @classmethod
    def resuming(
        cls, journal: Journal | Recording | Replaying | Part, name: str, on_change: OnChange, unsure: Unsure
    ) -> Recording:
        """Return how a recorded run goes on."""
        if isinstance(journal, Recording):
            rules = journal.rules._replace(on_change=on_change, unsure=unsure)
            return journal._replace(rules=rules, resumed=name)
        journal = journal if isinstance(journal, Journal) else journal.journal
        return cls(journal, Rules(on_change, unsure), resumed=name)


def inputs_of(journal: Journal | Recording | Replaying | Part, name: str) -> dict[str, Any]:
    """Return the inputs that a recorded run had."""
    journal = journal if isinstance(journal, Journal) else journal.journal
    return dict(journal.run(name).call["inputs"])


def record(
    recording: Journal | Recording | Replaying | Part,
    frame: Frame,
    fn: Callable[..., Any],
    context: Mapping[str, Any],
) -> None:
    """Let what a new run is told be recorded; `JournalError` where the journal cannot be used."""
    journal = recording if isinstance(recording, Journal) else recording.journal
    privacy = Privacy.of(frame.scope.values.get("redact") or (), journal.secrets, context)
    sources = sources_of(fn)
    frame.place = Place()
    host = frame.host
    if isinstance(recording, Replaying | Part):
        host.recorder = recording.start(frame, privacy, sources)
    else:
        recording = recording if isinstance(recording, Recording) else Recording(recording)
        host.recorder = _recorder(recording, frame, context, sources, privacy)
    # What is recorded takes the way of what is watched, not the short one.
    host.open_gate()


def _recorder(
    recording: Recording,
    frame: Frame,
    context: Mapping[str, Any],
    sources: Mapping[str, str],
    privacy: Privacy,
) -> Recorder:
    edited = False
    if recording.resumed is None:
        log = _begin(recording, frame, context, sources, privacy)
    else:
        run = recording.journal.run(recording.resumed)
        given = given_by_script(recording.journal.events(run), run.call)
        log = recording.journal.reopen(recording.resumed, privacy=privacy)
        if given:
            frame.host.run_models().go_on(given)
            log.put(log.call({**run.call, GIVEN: given}))
        then = recording.journal.sources(run)
        edited = then != {name: privacy.text(text) for name, text in sources.items()}
        log.put(log.status("running"))
    return Recorder(log, frame.host, recording.rules, edited=edited, live=recording.resumed is None)


def _begin(
    recording: Recording,
    frame: Frame,
    context: Mapping[str, Any],
    sources: Mapping[str, str],
    privacy: Privacy,
) -> RunLog:
    call = {"inputs": dict(context), **(recording.call or {})}
    info = frame.info
    file = None if info is None or info.source is None else info.source.name
    return recording.journal.begin(frame.name, call, file=file, sources=sources, privacy=privacy)


def sources_of(fn: Callable[..., Any]) -> dict[str, str]:
    """Return the texts of the files that a compiled function and those it uses come from, by name."""
    found: dict[str, str] = {}
    waiting, seen = [fn], set()
    while waiting:
        module = getattr(waiting.pop(), "__globals__", {})
        source = module.get("__turbo_source__")
        if not isinstance(source, Source) or id(module) in seen:
            continue
        seen.add(id(module))
        found[source.name] = source.text
        for value in module.values():
            if isinstance(value, SimpleNamespace):
                waiting += vars(value).values()
            elif callable(value) and hasattr(value, "__globals__"):
                waiting.append(value)
    return found
