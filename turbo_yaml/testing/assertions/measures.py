"""Assertions that measure how near a text is to another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import exp, log
from typing import Final

from turbo_yaml.errors import FlowError
from turbo_yaml.testing.assertions.finding import Finding, Look

_WORD: Final = re.compile(r"\w+")
_ORDERS: Final = 4
_LARGEST: Final = 700.0
"""The exponential of more is no number."""
_NEARLY_NONE: Final = 1e-7
"""What stands for a precision of zero, which has no logarithm."""


def levenshtein(look: Look) -> Finding:
    """Count the letters to insert, remove or replace."""
    most = int(look.threshold)
    distance = edit_distance(look.value, look.text, most)
    holds = distance <= most
    many = f"{distance} letters differ" if holds else f"more than {most} letters differ"
    return Finding(holds, many, wanted=look.value, got=look.text)


def edit_distance(one: str, other: str, most: int) -> int:
    """Return how many letters to insert, remove or replace make one text the other; past `most`, one more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        # Only so far from the diagonal can a way be short enough.
        low, high = max(1, i - most), min(len(other), i + most)
        row = [most + 1] * (len(other) + 1)
        row[0] = i
        for j in range(low, high + 1):
            row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other[j - 1]))
        if min(row) > most:
            return most + 1
        last = row
    return min(last[-1], most + 1)


def rouge_n(look: Look) -> Finding:
    """Measure how many words of the expected text are in the subject: ROUGE-1, recall (Lin 2004)."""
    score = rouge_1(look.text, look.value)
    return _scored(look, score, "ROUGE-1", look.value)


def rouge_1(text: str, reference: str) -> float:
    """Return which part of a reference's words a text has, each as often as it stands in both."""
    wanted = Counter(_WORD.findall(reference.lower()))
    shared = wanted & Counter(_WORD.findall(text.lower()))
    return shared.total() / wanted.total() if wanted else 0.0


def bleu(look: Look) -> Finding:
    """Measure how the subject reads beside expected texts: BLEU-4 (Papineni et al. 2002)."""
    score = bleu_4(look.text, look.value)
    return _scored(look, score, "BLEU", "\n".join(look.value))


def bleu_4(text: str, references: Sequence[str]) -> float:
    """Return the BLEU score of a text: the mean precision of up to four words in a row, less for brevity."""
    words = text.lower().split()
    others = [reference.lower().split() for reference in references]
    if not words:
        return 0.0
    total = 0.0
    for order in range(1, _ORDERS + 1):
        counts = _runs(words, order)
        best: Counter[tuple[str, ...]] = Counter()
        for other in others:
            best |= _runs(other, order)
        precision = (counts & best).total() / counts.total() if counts else 0.0
        total += log(precision or _NEARLY_NONE)
    nearest = min((abs(len(other) - len(words)), len(other)) for other in others)[1]
    brevity = 1.0 if len(words) > nearest else exp(1 - nearest / len(words))
    return brevity * exp(total / _ORDERS)


def gleu(look: Look) -> Finding:
    """Measure how the subject reads beside expected texts: Google's BLEU (Wu et al. 2016)."""
    score = gleu_4(look.text, look.value)
    return _scored(look, score, "GLEU", "\n".join(look.value))


def gleu_4(text: str, references: Sequence[str]) -> float:
    """Return the GLEU score of a text; the nearest reference counts."""
    words = text.lower().split()
    return max(gleu_of(words, reference.lower().split()) for reference in references)


def gleu_of(words: Sequence[str], other: Sequence[str]) -> float:
    """Return how many runs of up to four words two texts share, of those in whichever has more of them."""
    orders = range(1, _ORDERS + 1)
    shared = sum((_runs(words, order) & _runs(other, order)).total() for order in orders)
    most = max(sum(_runs(each, order).total() for order in orders) for each in (words, other))
    return shared / most if most else 0.0


def perplexity(look: Look) -> Finding:
    """Measure how little the model was surprised by its own last reply: 1 is not at all."""
    found = _perplexity(look)
    return Finding(
        found <= look.value, f"the perplexity is {found:.3g}, and at most {look.value:g} is asked for"
    )


def perplexity_score(look: Look) -> Finding:
    """Measure how little the model was surprised by its own last reply, from 0 to 1: 1 / (1 + perplexity)."""
    score = 1 / (1 + _perplexity(look))
    fact = f"the perplexity score is {score:.2f}, and {look.value:g} is asked for"
    return Finding(score >= look.value, fact, score=score)


def _perplexity(look: Look) -> float:
    """Return the perplexity of the last reply; `FlowError` where it cannot be known."""
    replies = [call.reply for call in look.story.calls if call.reply is not None]
    if not replies or not replies[-1].logprobs:
        raise FlowError(
            "the last reply does not tell how likely its tokens were: set `extra: {logprobs: true}`, and ask "
            "a server that tells it; in a test with replies, `{content, logprobs: [-0.1, …]}`",
            kind="assert",
        )
    return surprise(replies[-1].logprobs)


def surprise(logprobs: Sequence[float]) -> float:
    """Return the perplexity of tokens by the logarithms of how likely they were."""
    return exp(min(-sum(logprobs) / len(logprobs), _LARGEST))


def _runs(words: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[start : start + order]) for start in range(len(words) - order + 1))


def _scored(look: Look, score: float, name: str, wanted: str) -> Finding:
    holds = score >= look.threshold
    fact = f"{name} is {score:.2f}, and {look.threshold:g} is asked for"
    return Finding(holds, fact, wanted=wanted, got=look.text, score=score)
