"""A finding to a name that stays as lines come and go around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256

from turbo_yaml.diagnostics.diagnostic import Diagnostic


def with_fingerprints(diagnostics: Iterable[Diagnostic]) -> Iterator[tuple[Diagnostic, str]]:
    """Yield each finding, sorted by place, with its fingerprint, which no other finding has.

    It is made of the rule, the file, the text of the line and how many alike come before: neither the number
    of the line nor the words of the message count.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    for one in sorted(diagnostics, key=Diagnostic.sort_key):
        line = one.source.position(one.span.start).line
        key = (one.rule, one.source.name, one.source.line_text(line).strip())
        words = "\0".join((*key, str(seen[key])))
        seen[key] += 1
        yield one, sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]
