"""METEOR (Banerjee and Lavie 2005): how a text reads beside others, by words and by stems of words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from turbo_yaml.errors import FlowError
from turbo_yaml.testing.assertions.finding import Finding, Look

_WORD: Final = re.compile(r"\w+")
_ALPHA, _BETA, _GAMMA = 0.9, 3.0, 0.5
"""How much recall counts beside precision, and how order does: as METEOR has them since 2007."""
EXTRA: Final = "pip install turbo-yaml[assertions]"


def meteor(look: Look) -> Finding:
    """Measure how the subject reads beside expected texts; the nearest counts."""
    stem = _stemmer()
    score = max(meteor_score(look.text, reference, stem) for reference in look.value)
    fact = f"METEOR is {score:.2f}, and {look.threshold:g} is asked for"
    return Finding(score >= look.threshold, fact, "\n".join(look.value), look.text, score)


def _stemmer() -> Callable[[str], str]:
    try:
        import snowballstemmer  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise FlowError(f"`meteor` needs what is not installed: `{EXTRA}`", kind="configuration") from None
    stem: Callable[[str], str] = snowballstemmer.stemmer("porter").stemWord
    return stem


def meteor_score(text: str, reference: str, stem: Callable[[str], str]) -> float:
    """Return the METEOR score of a text: words in common, the fewer pieces they stand in the better.

    Words are the same where they are, else where their stems are. Synonyms are not looked up.
    """
    words, others = _WORD.findall(text.lower()), _WORD.findall(reference.lower())
    pairs = _aligned(words, others, stem)
    if not pairs:
        return 0.0
    precision, recall = len(pairs) / len(words), len(pairs) / len(others)
    mean = precision * recall / (_ALPHA * precision + (1 - _ALPHA) * recall)
    scattered: float = (_pieces(pairs) / len(pairs)) ** _BETA
    return mean * (1 - _GAMMA * scattered)


def _aligned(
    words: Sequence[str], others: Sequence[str], stem: Callable[[str], str]
) -> list[tuple[int, int]]:
    """Return which words are the same, by their numbers, each at most once; the last ones first."""
    pairs: list[tuple[int, int]] = []
    left = dict(enumerate(words))
    free = dict(enumerate(others))
    for form in (str, stem):
        forms = {j: form(other) for j, other in free.items()}
        for i in reversed([*left]):
            wanted = form(left[i])
            found = next((j for j in reversed([*free]) if forms[j] == wanted), None)
            if found is not None:
                pairs.append((i, found))
                del left[i], free[found]
    return sorted(pairs)


def _pieces(pairs: Sequence[tuple[int, int]]) -> int:
    """Return in how many pieces the words stand that are the same, in the same order in both texts."""
    return 1 + sum((i + 1, j + 1) != after for (i, j), after in pairwise(pairs))
