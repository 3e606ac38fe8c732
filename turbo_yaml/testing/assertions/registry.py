"""The name of each assertion to what looks whether it holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from turbo_yaml.testing.assertions import data, graded, html, measures, meteor, run, sql, texts
from turbo_yaml.testing.assertions.finding import Finding, Look

PLAIN: Final[dict[str, Callable[[Look], Finding]]] = {
    "result": data.result,
    "equals": data.equals,
    "assert": data.expression,
    "is-json": data.is_json,
    "contains-json": data.contains_json,
    "is-xml": data.is_xml,
    "contains-xml": data.contains_xml,
    "is-html": html.is_html,
    "contains-html": html.contains_html,
    "is-sql": sql.is_sql,
    "contains-sql": sql.contains_sql,
    "contains": texts.contains,
    "icontains": texts.icontains,
    "contains-all": texts.contains_all,
    "contains-any": texts.contains_any,
    "icontains-all": texts.icontains_all,
    "icontains-any": texts.icontains_any,
    "starts-with": texts.starts_with,
    "ends-with": texts.ends_with,
    "regex": texts.regex,
    "word-count": texts.word_count,
    "is-refusal": texts.is_refusal,
    "levenshtein": measures.levenshtein,
    "rouge-n": measures.rouge_n,
    "bleu": measures.bleu,
    "gleu": measures.gleu,
    "meteor": meteor.meteor,
    "perplexity": measures.perplexity,
    "perplexity-score": measures.perplexity_score,
    "messages[0]": run.message,
    "question": run.question,
    "error": run.error,
    "latency": run.latency,
    "cost": run.cost,
    "finish-reason": run.finish_reason,
    "trajectory:tool-used": run.tool_used,
    "trajectory:tool-sequence": run.tool_sequence,
    "trajectory:tool-args-match": run.tool_args_match,
    "tool-call-f1": run.tool_call_f1,
    "is-valid-openai-tools-call": run.valid_tool_calls,
    "is-valid-openai-function-call": run.valid_tool_calls,
    "is-valid-function-call": run.valid_tool_calls,
    "trajectory:step-used": run.step_used,
    "trajectory:step-sequence": run.step_sequence,
    "trajectory:step-count": run.step_count,
}
"""The assertions that need nothing but the run."""
ASKED: Final[dict[str, Callable[[Look, graded.Ask], Awaitable[Finding]]]] = {
    "llm-rubric": graded.llm_rubric,
    "factuality": graded.factuality,
}
"""The assertions that a model grades."""
WATCHED: Final = frozenset(name for name in PLAIN if name.startswith("trajectory:step-"))
"""The assertions that want to know which steps ran."""
