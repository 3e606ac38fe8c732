"""What a person looks for to the runs that have it: by words, model, flow, state and age."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

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
    """What runs are looked for: each None says nothing. `since` is in seconds of the epoch."""

    query: str | None = None
    model: str | None = None
    flow: str | None = None
    status: str | None = None
    since: float | None = None


def find_runs(journal: Journal, wanted: Wanted | None = None, count: int | None = None) -> list[Run]:
    """Return the runs that are wanted, the newest first, no more than `count`."""
    wanted = wanted or Wanted()
    conditions: list[str] = []
    values: list[Any] = []
    if wanted.query is not None:
        _index(journal)
        for phrase in _phrases(wanted.query):
            conditions.append(_SAID)
            values.append(phrase)
    if wanted.model is not None:
        conditions.append(
            "exists (select 1 from event e where e.run = r.id and (e.model = ? or e.model like ?))"
        )
        values += [wanted.model, f"%/{wanted.model}"]
    if wanted.flow is not None:
        conditions.append("(r.flow = ? or r.file = ? or r.file like ?)")
        values += [wanted.flow, wanted.flow, f"%/{wanted.flow}"]
    if wanted.since is not None:
        conditions.append("r.began >= ?")
        values.append(wanted.since)
    where = f"where {' and '.join(conditions)} " if conditions else ""
    limit = f" limit {count}" if count is not None and wanted.status is None else ""
    runs = journal.select(f"{where}order by r.began desc, r.id{limit}", *values)
    if wanted.status is not None:
        # Whether a run was interrupted its lock tells, and not the file.
        runs = [run for run in runs if run.status == wanted.status][:count]
    return runs


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
