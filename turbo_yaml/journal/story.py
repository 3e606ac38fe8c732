"""A recorded run to what happened in it: each event with what was said since the one before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import unified_diff
from typing import Any, NamedTuple

from turbo_yaml.journal.content import unpacked
from turbo_yaml.journal.database import reading
from turbo_yaml.journal.journal import Journal, Run
from turbo_yaml.journal.log import Event, Link, prompt


class Scene(NamedTuple):
    """An event, the messages that are new in its prompt, and what was asked for beside them."""

    event: Event
    said: list[Link]
    asked: dict[str, Any] | None


def story(journal: Journal, run: Run) -> Iterator[Scene]:
    """Yield what happened in a run, in the order in which it was asked. Replies are not said twice."""
    db = journal.reader()
    seen: set[bytes] = set()
    replies: set[str] = set()
    for event in journal.events(run):
        said = []
        with reading(journal.folder):
            for link in _new(db, run, event, seen):
                if not (link.role == "assistant" and link.text in replies):
                    said.append(link)
        if event.kind == "turn" and event.text is not None:
            replies.add(event.text)
        asked = None
        if event.ask is not None:
            with reading(journal.folder):
                row = db.execute("select body from text where hash = ?", (event.ask,)).fetchone()
                asked = None if row is None else dict(json.loads(unpacked(row[0])))
        yield Scene(event, said, asked)


def _new(db: Any, run: Run, event: Event, seen: set[bytes]) -> list[Link]:
    if event.prompt is None or event.prompt in seen:
        return []
    links = [link for link in prompt(db, run.id, event.prompt) if link.hash not in seen]
    seen.update(link.hash for link in links)
    return links


def run_data(journal: Journal, run: Run) -> dict[str, Any]:
    """Return all that is known of a run, as JSON data."""
    facts = run._asdict() | {"run": run.name, "sources": journal.sources(run)}
    del facts["id"]
    facts["parent"] = None if run.parent is None else run._replace(id=run.parent).name
    with reading(journal.folder):
        facts["events"] = [scene_data(scene) for scene in story(journal, run)]
    return {key: value for key, value in facts.items() if value is not None}


def scene_data(scene: Scene) -> dict[str, Any]:
    """Return an event as JSON data."""
    event = scene.event
    data: dict[str, Any] = {
        name: getattr(event, name)
        for name in ("place", "kind", "state", "line", "model", "began", "ended", "text", "data")
        if getattr(event, name) is not None
    }
    if event.input_tokens is not None or event.output_tokens is not None:
        data["usage"] = {"input_tokens": event.input_tokens, "output_tokens": event.output_tokens}
        data["usage"]["cost"] = None if event.data is None else event.data.get("cost")
    if scene.said:
        data["said"] = [message_data(link) for link in scene.said]
    if scene.asked is not None:
        data["asked"] = scene.asked
    return data


def message_data(link: Link) -> dict[str, Any]:
    """Return a message as JSON data."""
    content = json.loads(link.text) if link.form.startswith("parts") else link.text
    data: dict[str, Any] = {"role": link.role, "content": content}
    return data | {"name": link.name} if link.name else data


def told(scene: Scene) -> list[str]:
    """Return an event as lines: what was said or asked, and what came."""
    event = scene.event
    lines = []
    for link in scene.said:
        head, *rest = link.text.splitlines() or [""]
        lines += [f"{link.role}: {head}", *(f"  {line}" for line in rest)]
    if event.kind == "input" and scene.asked is not None:
        lines += [f"? {line}" for line in str(scene.asked.get("question", "")).splitlines()]
    return lines + [f"> {line}" for line in answer(event).splitlines()]


def answer(event: Event) -> str:
    """Return what was answered, as text."""
    if event.state == "started":
        return "(no answer)"
    data = event.data
    if event.state == "failed" or (isinstance(data, dict) and "failure" in data):
        failure = data if event.state == "failed" else data["failure"]
        return f"{failure['kind']}: {failure['message']}"
    if event.text is not None:
        return event.text
    if event.kind == "input" and isinstance(data, dict):
        data = data["value"]
    return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)


def difference(journal: Journal, first: Run, second: Run) -> list[str]:
    """Return how two runs differ, as a unified diff of their stories; none where they do not."""
    before, after = _lines(journal, first), _lines(journal, second)
    return list(unified_diff(before, after, first.name, second.name, n=2, lineterm=""))


def _lines(journal: Journal, run: Run) -> list[str]:
    lines = []
    for scene in story(journal, run):
        lines.append(scene.event.place)
        lines += [f"  {line}" for line in told(scene)]
    return lines
