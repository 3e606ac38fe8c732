"""What a person looks for to the runs that have it: by words, model, flow, tools, state and age."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from turbo_yaml.journal.content import to_json
from turbo_yaml.journal.journal import Journal, Run

_INDEX: Final = "create virtual table if not exists search using fts5(body, content='', tokenize='unicode61')"
_WAYS: Final = (
    "create index if not exists link_before on link(before)",
    "create index if not exists link_text on link(text)",
    "create index if not exists event_prompt on event(prompt)",
)
"""The ways from a text to the runs in which it was said."""
_SAID: Final = (
    "r.id in (with recursive hit(hash) as materialized (select t.hash from search s join text t "
    "on t.id = s.rowid where search match ?), "
    "said(hash) as (select l.hash from link l join hit h on l.text = h.hash "
    "union select l.hash from link l join said s on l.before = s.hash) "
    "select e.run from event e join said s on e.prompt = s.hash "
    "union select run from event where text in hit or ask in hit "
    "union select run from file where text in hit)"
)
"""A text is said in a run that was asked with it, or after it; that was told it; or whose files have it."""
_MARK: Final = "select coalesce((select value from mark where name = 'searched'), 0)"


class Wanted(NamedTuple):
    """What runs are looked for: each None says nothing. `since` is in seconds of the epoch.

    `tools` are the names of tools that were called, all of them; `any_tool`: whether one was, whatever its
    name. `conversation` is one by its name, `current` the one that went on last. `schema` is the JSON Schema
    of a reply. `later_than` and `not_before` are runs, by name.
    """

    query: str | None = None
    model: str | None = None
    flow: str | None = None
    status: str | None = None
    since: float | None = None
    tools: Sequence[str] = ()
    any_tool: bool = False
    schema: Mapping[str, Any] | None = None
    conversation: str | None = None
    current: bool = False
    later_than: str | None = None
    not_before: str | None = None


_CALLED: Final = (
    "(exists (select 1 from event e join text t on t.hash = e.ask "
    "where e.run = r.id and e.kind = 'tool' and (? is null or json_extract(t.body, '$.tool') = ?)) or "
    "exists (select 1 from event e join json_each(e.data, '$.tool_calls') c "
    "where e.run = r.id and e.kind = 'turn' and (? is null or json_extract(c.value, '$[1]') = ?)))"
)
"""A tool is called by a step, or by a model, for which a flow may stand in."""
_CONVERSATION: Final = "json_extract(r.call, '$.conversation.name')"
_OUTPUT: Final = (
    "exists (select 1 from event e join text t on t.hash = e.ask where e.run = r.id and e.kind = 'turn' "
    "and json(json_extract(t.body, '$.output')) = json(?))"
)


def find_runs(journal: Journal, wanted: Wanted | None = None, count: int | None = None) -> list[Run]:
    """Return the runs that are wanted, the newest first, no more than `count`.

    `UsageError` where a run that is named is not there.
    """
    wanted = wanted or Wanted()
    if wanted.query is not None:
        _index(journal)
    conditions = [*_conditions(journal, wanted)]
    where = f"where {' and '.join(condition for condition, *_ in conditions)} " if conditions else ""
    values = [_sound(value) for _, *given in conditions for value in given]
    limit = f" limit {count}" if count is not None and wanted.status is None else ""
    runs = journal.select(f"{where}order by r.began desc, r.id{limit}", *values)
    if wanted.status is not None:
        # Whether a run was interrupted its lock tells, and not the file.
        runs = [run for run in runs if run.status == wanted.status][:count]
    return runs


def _sound(value: Any) -> Any:
    """Return a value that SQLite takes: in text, halves of characters become question marks."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _conditions(journal: Journal, wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """Yield each condition with its values."""
    for phrase in _phrases(wanted.query or ""):
        yield _SAID, phrase
    if wanted.model is not None:
        asked = "exists (select 1 from event e where e.run = r.id and (e.model = ? or e.model like ?))"
        yield asked, wanted.model, f"%/{wanted.model}"
    if wanted.flow is not None:
        yield "(r.flow = ? or r.file = ? or r.file like ?)", wanted.flow, wanted.flow, f"%/{wanted.flow}"
    if wanted.since is not None:
        yield "r.began >= ?", wanted.since
    for tool in (*wanted.tools, *((None,) if wanted.any_tool else ())):
        yield _CALLED, *[tool] * 4
    if wanted.schema is not None:
        yield _OUTPUT, to_json(wanted.schema)
    if wanted.conversation is not None:
        yield f"{_CONVERSATION} = ?", wanted.conversation
    if wanted.current:
        last = f"select {_CONVERSATION} from run r where {_CONVERSATION} is not null"
        yield (f"{_CONVERSATION} = ({last} order by r.began desc limit 1)",)
    if wanted.later_than is not None:
        yield "r.began > ?", journal.run(wanted.later_than).began
    if wanted.not_before is not None:
        yield "r.began >= ?", journal.run(wanted.not_before).began


def _phrases(query: str) -> list[str]:
    """Return words as the index takes them; a last `*` stands for any ending."""
    found = []
    for word in query.split():
        bare = word.rstrip("*")
        found.append('"' + bare.replace('"', '""') + '"' + ("*" if bare != word else ""))
    return found


def _index(journal: Journal) -> None:
    """Put what is new into the index: nobody waits for that while runs go on."""
    journal.write(
        [
            *((statement, ()) for statement in (_INDEX, *_WAYS)),
            (
                "insert into search(rowid, body) select id, cast(body as text) from text "
                f"where id > ({_MARK}) and length(body) < 1000000",
                (),
            ),
            (
                "insert or replace into mark(name, value) select 'searched', coalesce(max(id), 0) from text",
                (),
            ),
        ]
    )
