"""Assertions about SQL: whether a text is some, and which tables and columns it touches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from turbo_yaml.errors import FlowError
from turbo_yaml.testing.assertions.finding import Finding, Look, quoted
from turbo_yaml.testing.assertions.meteor import EXTRA

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_BLOCK: Final = re.compile(r"```sql[^\S\n]*\n(.*?)```", re.DOTALL | re.IGNORECASE)
_NONE: Final = "null"
"""What stands for a name that is not written."""
_DIALECTS: Final = {"postgresql": "postgres", "mariadb": "mysql", "transactsql": "tsql", "flinksql": ""}
"""Names of dialects as promptfoo has them, to sqlglot's."""


def is_sql(look: Look) -> Finding:
    """Read the subject as SQL, of a dialect where one is given, with no other tables and columns."""
    return _looked(look, look.text)


def contains_sql(look: Look) -> Finding:
    """Read the first block of SQL in the subject, else all of it, as SQL."""
    found = _BLOCK.search(look.text)
    return _looked(look, look.text if found is None else found[1])


def _looked(look: Look, text: str) -> Finding:
    statements = _statements(text, look.value)
    if isinstance(statements, str):
        return Finding(False, f"the text is no SQL: {statements}", got=look.text)
    for what, key, used in (("table", "tables", _tables), ("column", "columns", _columns)):
        allowed = look.options.get(key)
        if allowed is None:
            continue
        patterns = [re.compile(pattern, re.IGNORECASE) for pattern in allowed]
        for name in (each for statement in statements for each in used(statement)):
            if not any(pattern.fullmatch(name) for pattern in patterns):
                return Finding(False, f"the {what} {quoted(name)} is not among `{key}`", got=look.text)
    return Finding(True, "the text is SQL", got=look.text)


def _statements(text: str, dialect: str | None) -> list[Expr] | str:
    """Return the statements of SQL, or why it is none; `FlowError` where that cannot be known."""
    try:
        import sqlglot
        from sqlglot.errors import SqlglotError
        from sqlglot.expressions import Alias, Column, Command
    except ImportError:
        raise FlowError(f"SQL cannot be read without `{EXTRA}`", kind="configuration") from None
    name = (dialect or "").lower()
    try:
        found = [each for each in sqlglot.parse(text, dialect=_DIALECTS.get(name, name) or None) if each]
    except SqlglotError as problem:
        return str(problem).partition("\n")[0]
    except ValueError as problem:
        raise FlowError(str(problem), kind="configuration") from None
    except RecursionError:
        return "it is nested too deeply"
    if not found:
        return "there is nothing in it"
    if any(isinstance(each, Alias | Column | Command) for each in found):
        return "there is no statement in it"
    return found


def _tables(statement: Expr) -> Iterator[str]:
    """Yield each table as `KIND::DATABASE::NAME`: `select::null::people`."""
    from sqlglot.expressions import CTE, Table

    own = {each.alias for each in statement.find_all(CTE)}
    for table in statement.find_all(Table):
        if table.name not in own or table.db:
            yield f"{_kind(table)}::{table.db or _NONE}::{table.name}"


def _columns(statement: Expr) -> Iterator[str]:
    """Yield each column as `KIND::TABLE::NAME`; `*` is `(.*)`."""
    from sqlglot.expressions import Column, Schema, Star

    for column in statement.find_all(Column):
        name = "(.*)" if isinstance(column.this, Star) else column.name
        yield f"{_kind(column)}::{_full(column.table, statement)}::{name}"
    for star in statement.find_all(Star):
        if not isinstance(star.parent, Column):
            yield f"{_kind(star)}::{_NONE}::(.*)"
    for schema in statement.find_all(Schema):
        for named in schema.expressions:
            yield f"{_kind(schema)}::{schema.this.name or _NONE}::{named.name}"


def _full(name: str, statement: Expr) -> str:
    """Return the table that a name means, which may be an alias of it."""
    from sqlglot.expressions import Table

    found: Sequence[Any] = [table for table in statement.find_all(Table) if table.alias == name]
    return (found[0].name if name and found else name) or _NONE


def _kind(part: Any) -> str:
    """Return what is done with a table or a column: `select`, `insert`, `update`, `delete`, `create`, …."""
    from sqlglot.expressions import Query

    while part.parent is not None and not isinstance(part, Query):
        part = part.parent
    return "select" if isinstance(part, Query) else str(part.key)
