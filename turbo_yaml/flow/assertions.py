"""The words of `expect`: what a test may ask of a run, once. Parser, JSON Schema and docs read it here."""

from __future__ import annotations

from turbo_yaml.flow.vocabulary import Key, Verb

COMMON = (
    Key("of", "expression", "What to look at instead of the flow's result: `messages[1].content`."),
    Key("weight", "score", "How much it counts in the score; with 0 it cannot fail the test.", default=1),
    Key("soft", "bool", "Show that it does not hold, and let the test pass.", default=False),
)
"""The keys that any assertion may have."""

FAILURE_KEYS = (
    Key("kind", "word", "The kind of the failure."),
    Key("message", "test_text", "What the message of the failure contains."),
)
BOUNDS_KEYS = (
    Key("min", "whole", "At least so many."),
    Key("max", "whole", "At most so many."),
)
COUNT_KEYS = (
    Key("step", "plain", "The `id` of the step, or its head."),
    *BOUNDS_KEYS,
)
SEQUENCE_KEYS = (
    Key("steps", "texts", "The steps in order: their `id`s, or their heads.", required=True),
    Key(
        "mode",
        "choice",
        "With `in_order` others may run between; with `exact` none.",
        default="in_order",
        options=("in_order", "exact"),
    ),
)
TOOL_ARGS_KEYS = (
    Key("name", "plain", "The name of the tool.", required=True),
    Key("args", "test_value", "The arguments.", required=True),
    Key(
        "mode",
        "choice",
        "With `partial` others may be there; with `exact` none.",
        default="partial",
        options=("partial", "exact"),
    ),
)
PRICE_KEYS = (
    Key("input", "score", "Dollars for a million tokens that are sent.", required=True),
    Key("output", "score", "Dollars for a million tokens that come back.", required=True),
)


def _threshold(default: float, doc: str) -> Key:
    return Key("threshold", "score", doc, default=default)


def _of_text(name: str, doc: str, example: str) -> Verb:
    return Verb(Key(name, "test_text", doc), "Text", f"{name}: {example}", COMMON)


def _of_texts(name: str, doc: str) -> Verb:
    return Verb(Key(name, "texts", doc), "Text", f"{name}: [one, two]", COMMON)


_RESULT = (
    Verb(
        Key("result", "test_value", "The flow's outcome is this, of this type.", empty=True),
        "The result",
        "result: The stars are kind.",
        COMMON,
    ),
    Verb(
        Key(
            "equals",
            "test_value",
            "The result is this; JSON counts as what it says.",
            empty=True,
        ),
        "The result",
        "equals: {kind: billing}",
        COMMON,
    ),
    Verb(
        Key("assert", "expression", "This expression is true; see [what it may name](../testing.md#names)."),
        "The result",
        "assert: result.score > 5",
        COMMON,
    ),
    Verb(
        Key("is-json", "json_type", "The result is JSON, and of this type.", empty=True),
        "The result",
        "is-json: {people: [string]}",
        COMMON,
    ),
    Verb(
        Key("contains-json", "json_type", "There is JSON in the text, of this type.", empty=True),
        "The result",
        "contains-json: {people: [string]}",
        COMMON,
    ),
    Verb(
        Key("is-xml", "texts", "The text is XML, with these elements: `answer.name`.", empty=True),
        "The result",
        "is-xml: [answer]",
        COMMON,
    ),
    Verb(
        Key("contains-xml", "texts", "There is XML in the text, with these elements.", empty=True),
        "The result",
        "contains-xml: [answer]",
        COMMON,
    ),
)
_SQL_KEYS = (
    Key("tables", "texts", "Patterns of tables that may be touched: `select::null::people`."),
    Key("columns", "texts", "Patterns of columns that may be touched: `select::people::name`."),
    *COMMON,
)
_MARKUP = (
    Verb(Key("is-html", "alone", "The text is HTML, and whole.", empty=True), "Text", "is-html", COMMON),
    Verb(
        Key("contains-html", "alone", "There is an element of HTML in the text.", empty=True),
        "Text",
        "contains-html",
        COMMON,
    ),
    Verb(
        Key("is-sql", "plain", "The text is SQL, of this dialect: `postgres`.", empty=True),
        "Text",
        "is-sql: postgres\ntables: [select::null::people]",
        _SQL_KEYS,
    ),
    Verb(
        Key("contains-sql", "plain", "The text is SQL, or has a block of it.", empty=True),
        "Text",
        "contains-sql: sqlite",
        _SQL_KEYS,
    ),
)
_TEXT = (
    _of_text("contains", "The text has this in it.", "stars"),
    _of_text("icontains", "The text has this in it, in capitals or not.", "stars"),
    _of_texts("contains-all", "The text has all of these in it."),
    _of_texts("contains-any", "The text has one of these in it."),
    _of_texts("icontains-all", "The text has all of these in it, in capitals or not."),
    _of_texts("icontains-any", "The text has one of these in it, in capitals or not."),
    _of_text("starts-with", "The text begins with this.", "Dear"),
    _of_text("ends-with", "The text ends with this.", "Yours"),
    _of_text("regex", "The text has something in it that this pattern fits.", '"[0-9]+ euros"'),
    Verb(
        Key("word-count", "bounds", "The text has so many words: a number, or `{min, max}`."),
        "Text",
        "word-count: {max: 50}",
        COMMON,
    ),
    Verb(
        Key("is-refusal", "alone", "The text declines to help.", empty=True), "Text", "not-is-refusal", COMMON
    ),
    Verb(
        Key("levenshtein", "test_text", "So few single letters differ."),
        "Text",
        "levenshtein: The stars are kind\nthreshold: 3",
        (_threshold(5, "How many letters may differ."), *COMMON),
    ),
    Verb(
        Key("rouge-n", "test_text", "So many words of this text are in the result (ROUGE-1, recall)."),
        "Text",
        "rouge-n: the stars are kind",
        (_threshold(0.75, "The least score, up to 1."), *COMMON),
    ),
    Verb(
        Key("bleu", "texts", "The result reads like one of these texts (BLEU-4, smoothed)."),
        "Text",
        "bleu: the stars are very kind",
        (_threshold(0.5, "The least score, up to 1."), *COMMON),
    ),
    Verb(
        Key("gleu", "texts", "The result reads like one of these texts (Google's BLEU)."),
        "Text",
        "gleu: the stars are very kind",
        (_threshold(0.5, "The least score, up to 1."), *COMMON),
    ),
    Verb(
        Key("meteor", "texts", "The result reads like one of these texts (METEOR: words and stems)."),
        "Text",
        "meteor: the stars are very kind",
        (_threshold(0.5, "The least score, up to 1."), *COMMON),
    ),
)
_RUN = (
    Verb(
        Key("messages[0]", "chat", "A message of the chat, from 0, or from -1 at its end: `{user: text}`."),
        "The run",
        "messages[0]: {user: My sign is pisces.}",
        COMMON,
    ),
    Verb(
        Key("question", "test_text", "The flow asked this last."),
        "The run",
        "question: What do you want to know?",
        COMMON,
    ),
    Verb(
        Key("error", "failure", "The flow fails: any way, with this kind, or `{kind, message}`.", empty=True),
        "The run",
        "error: {kind: assert, message: no order}",
        COMMON,
    ),
    Verb(
        Key("latency", "duration", "The run took no longer than this."),
        "The run",
        "latency: 2s",
        COMMON,
    ),
    Verb(
        Key("cost", "score", "The model calls cost no more dollars than this."),
        "The run",
        "cost: 0.002\nprices: {input: 0.15, output: 0.6}",
        (
            Key("prices", "prices", "What a million tokens cost, in dollars, if not as the settings say."),
            *COMMON,
        ),
    ),
    Verb(
        Key("finish-reason", "plain", "The last reply ended for this reason: `stop`, `length`."),
        "The run",
        "finish-reason: stop",
        COMMON,
    ),
    Verb(
        Key(
            "perplexity",
            "score",
            "The model was no more surprised by its last reply than this; 1: not at all.",
        ),
        "The run",
        "perplexity: 1.5",
        COMMON,
    ),
    Verb(
        Key("perplexity-score", "score", "The same from 0 to 1, and at least this: 1 / (1 + perplexity)."),
        "The run",
        "perplexity-score: 0.4",
        COMMON,
    ),
    Verb(
        Key("trajectory:step-used", "texts", "These steps ran, by `id` or head."),
        "The run",
        "trajectory:step-used: draft",
        COMMON,
    ),
    Verb(
        Key("trajectory:step-sequence", "sequence", "These steps ran in this order."),
        "The run",
        "trajectory:step-sequence: [draft, review]",
        COMMON,
    ),
    Verb(
        Key("trajectory:step-count", "step_count", "A step ran so often: `{step, min, max}`."),
        "The run",
        "trajectory:step-count: {step: generate, max: 3}",
        COMMON,
    ),
    Verb(
        Key("trajectory:tool-used", "texts", "These tools were called."),
        "The run",
        "trajectory:tool-used: find_order",
        COMMON,
    ),
    Verb(
        Key("trajectory:tool-sequence", "sequence", "These tools were called in this order."),
        "The run",
        "trajectory:tool-sequence: [find_order, refund]",
        COMMON,
    ),
    Verb(
        Key("trajectory:tool-args-match", "tool_args", "A tool was called with these arguments."),
        "The run",
        "trajectory:tool-args-match: {name: find_order, args: {id: 7}}",
        COMMON,
    ),
    Verb(
        Key("tool-call-f1", "texts", "The tools that were called are these: the F1 of the two sets."),
        "The run",
        "tool-call-f1: [find_order, refund]",
        (_threshold(1, "The least score, up to 1."), *COMMON),
    ),
    Verb(
        Key("is-valid-openai-tools-call", "alone", "The model called tools, as they take it.", empty=True),
        "The run",
        "is-valid-openai-tools-call",
        COMMON,
    ),
    *(
        Verb(Key(name, "alone", "The same, by its name for functions.", empty=True), "The run", name, COMMON)
        for name in ("is-valid-openai-function-call", "is-valid-function-call")
    ),
    Verb(
        Key("snapshot", "alone", "All that was sent to the model is as it was when written.", empty=True),
        "The run",
        "snapshot",
        COMMON,
    ),
)
_GRADED = (
    Verb(
        Key("llm-rubric", "test_text", "A model finds that the result is as this says."),
        "Graded by a model",
        "llm-rubric: Is kind, and promises nothing.",
        (Key("threshold", "score", "The least score, up to 1."), *COMMON),
    ),
    Verb(
        Key("factuality", "test_text", "A model finds that the result does not contradict this."),
        "Graded by a model",
        "factuality: Sacramento is the capital of California.",
        COMMON,
    ),
    Verb(
        Key("similar", "texts", "The result means much the same as one of these, by its embedding."),
        "Graded by a model",
        "similar: The stars are kind.",
        (_threshold(0.75, "The least similarity, up to 1."), *COMMON),
    ),
)
_SETS = (
    Verb(
        Key("assert-set", "expect", "All of these hold, or enough of them for `threshold`."),
        "Several at once",
        "assert-set:\n  - contains: stars\n  - contains: moon\nthreshold: 0.5",
        (Key("threshold", "score", "The least score of the set, up to 1."), *COMMON[1:]),
    ),
)

ASSERTIONS: dict[str, Verb] = {
    verb.name: verb for verb in (*_RESULT, *_MARKUP, *_TEXT, *_RUN, *_GRADED, *_SETS)
}
"""Every assertion by its head. `not-` before any but those of `ALONE` turns it round."""
ALONE = frozenset(("assert-set", "snapshot"))
GRADED = frozenset(verb.name for verb in _GRADED)
MESSAGE = r"messages\[(-?[0-9]{1,6})\]"
"""How the head of an assertion about one message of the chat looks."""
NOT = "not-"
NAMES = {
    "result": "what the flow came to",
    "results": "all that it gave, its replies among it, in order",
    "messages": "the chat: `{role, content}` each",
    "questions": "what it asked, in order",
    "logs": "the lines of its `log` steps",
    "calls": "the calls of the model: `{messages, model, reply}` each",
    "steps": "the steps that ran: `{step, id, flow, line}` each",
    "tools": "the calls of tools: `{tool, arguments, result, error}` each",
    "error": "the failure, `{kind, message, step}`, or null",
    "inputs": "what the test gave",
    "case": "the row of `cases`",
    "usage": "the tokens: `{input_tokens, output_tokens}`",
    "latency": "how long it took, in seconds",
}
"""The names that `of` and `assert` may read."""
