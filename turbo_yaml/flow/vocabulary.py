"""The words of the language: every step and every key, once. Parser, JSON Schema and docs read it here."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal, TypeAlias

from turbo_yaml.records import Record

VERSION = 1

Slot: TypeAlias = Literal[
    # one scalar
    "text",  # a template
    "said",  # a template, or as it is with `literal: true`
    "plain",  # text that is never a template
    "word",  # a name, dashes allowed
    "expression",
    "bool",
    "whole",  # a whole number, 0 or more
    "count",  # a whole number, 1 or more, or a template
    "number",
    "duration",  # above zero
    "delay",  # a duration that may be zero
    "pause",  # a duration, or a template that gives one
    "choice",  # one of the key's options
    "flow",  # the name or the path of another flow
    "callee",  # such a name, or a template that gives one of those in `among`
    "callees",  # a list of such names
    "tool",  # the name of a tool
    "path",
    "target",  # the name of a variable
    "targets",  # one or more of them, with commas
    # data
    "value",  # anything; templates inside
    "data",  # anything; no templates
    "type",
    "parameters",  # a type that is a mapping
    "lines",  # text whose lines have typed fields
    "labels",  # a list of texts, or one template
    "words",  # a list of names
    "offer",  # a list of names of tools
    "plains",  # a list of texts that are never templates
    "headers",  # names with texts that are never templates
    "values",  # variables with values
    "arguments",  # inputs of a flow with values
    # structure
    "none",
    "content",  # text, or a list of parts
    "examples",
    "history",
    "body",
    "cases",
    "elifs",
    "branches",
    "turn",
    "request",  # the method and the address of an HTTP request
    "server",  # where an MCP server is
    "retry",
    "forget",
    # a file's own
    "version",
    "inputs",
    "settings",
    "profiles",
    "memory",
    "files",
    "tools",
    "flows",
    "tests",
    # tests
    "test_text",  # a template where the test has rows
    "test_value",
    "json_type",  # a type, or nothing
    "alone",  # nothing
    "texts",  # one text, or a list of them
    "score",  # a number, 0 or more
    "given",  # the inputs of a test
    "answer",
    "answers",
    "replies",
    "results",  # of tools
    "test_turns",
    "rows",
    "expect",
    "bounds",
    "chat",
    "failure",
    "prices",
    "sequence",
    "step_count",
    "tool_args",
]


class Key(Record):
    """One key: what may stand there, and one line about it.

    One of `needs` must and none of `excludes` may stand beside it. `empty`: there may be nothing after it.
    """

    name: str
    slot: Slot
    doc: str
    required: bool = False
    default: Any = None
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    empty: bool = False


class Verb(Record):
    """One step: its head key with what stands there, and the keys that may stand beside it."""

    __slots__ = ("__dict__",)

    head: Key
    group: str
    example: str
    keys: tuple[Key, ...] = ()
    any_of: tuple[str, ...] = ()
    """At least one of these keys must be there."""

    @cached_property
    def name(self) -> str:
        return self.head.name

    @property
    def bare(self) -> bool:
        """Whether the head may stand alone, as a word."""
        return self.head.empty and self.head.slot != "value"

    @cached_property
    def table(self) -> dict[str, Key]:
        """Every key that the step may have, the head first."""
        return {key.name: key for key in (self.head, *self.keys, *COMMON_KEYS)}

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The keys that must stand beside the head."""
        return tuple(key.name for key in self.keys if key.required)


# Keys that several steps share -------------------------------------------------------------------------

COMMON_KEYS = (
    Key("when", "expression", "Skip the step unless this expression is true."),
    Key("id", "word", "A name for this step: in settings (`steps.<id>.temperature`), logs and tests."),
    Key("description", "plain", "What the step is for, in a line."),
)
_AS = Key("as", "target", "The variable that gets the value.")
_WITH = Key("with", "arguments", "The inputs of the flow, by name.")
_AMONG = Key("among", "callees", "The flows of which a template in the head gives the name.")
_LENT = Key("tools", "offer", "The tools that the flow gets, where it takes those of its caller.")
_TIMEOUT = Key("timeout", "duration", "Give up after this long: `500ms`, `30s`, `10m`.")
_RETRY = Key(
    "retry", "retry", "Try again when it fails: how many times, or `{times, wait, backoff, max, on}`."
)
_CHOICES = Key("choices", "labels", "The labels to choose from.")

_MESSAGE_KEYS = (
    Key("name", "text", "The name of who speaks, where there are several."),
    Key("label", "plain", "Of the messages with one label only the last is sent."),
    Key(
        "sticky",
        "choice",
        "Keep the message at the top or the bottom of the chat.",
        options=("top", "bottom"),
    ),
    Key("forward", "bool", "Also give the message to the caller.", default=False),
    Key("literal", "bool", "Take the text as it is: `{{` and `{%` mean nothing in it.", default=False),
)


def _message(role: str, doc: str, example: str) -> Verb:
    return Verb(Key(role, "content", doc), "Messages", example, _MESSAGE_KEYS)


# Steps -------------------------------------------------------------------------------------------------

VERBS = (
    _message("system", "Tell the model who it is and how to behave.", "system: You are a {{ tone }} agent."),
    _message("user", "Say something as the user: text, or a list of parts.", "user: My sign is {{ sign }}."),
    _message("assistant", "Say something as the model.", "assistant: How can I help?"),
    Verb(
        Key("example", "examples", "Show the model a pair of question and answer; a list makes several."),
        "Messages",
        "example: {user: good day, assistant: bonjour}",
        (Key("literal", "bool", "Take the texts as they are, not as templates.", default=False),),
    ),
    Verb(
        Key("messages", "history", "Append a list of messages that are data: `{role, content}`."),
        "Messages",
        'messages: "{{ history }}"',
    ),
    Verb(
        Key("generate", "turn", "Let the model speak once; its reply joins the chat.", empty=True),
        "Turns",
        "generate: {temperature: 0.9}\nas: fortune",
        (
            Key(
                "as", "target", "The variable that gets the reply: text, or data where `output` asks for it."
            ),
            Key("message_as", "target", "The variable that gets the whole message: content, usage, model."),
            _RETRY,
            _TIMEOUT,
            Key(
                "otherwise",
                "body",
                "The steps when `max_turns` is reached; without them that is an error.",
            ),
        ),
    ),
    Verb(
        Key("input", "text", "Ask the caller a question and wait for the answer.", empty=True),
        "Turns",
        "input: What do you want to know?\nas: question",
        (
            Key("as", "target", "The variable that gets the answer."),
            Key("choices", "labels", "The answers to choose from.", excludes=("type",)),
            Key("type", "type", "What the answer is read as.", default="string"),
            Key("default", "value", "The answer where none is given.", empty=True),
            _TIMEOUT,
            Key("record", "bool", "Add the question to the chat.", default=True),
        ),
    ),
    Verb(
        Key("result", "value", "Give the caller a value and go on.", empty=True),
        "Results",
        'result: "{{ summary }}"',
    ),
    Verb(
        Key("return", "value", "Give the caller a value and end the flow.", empty=True),
        "Results",
        'return: {score: "{{ score }}"}',
    ),
    Verb(Key("stop", "none", "End the flow.", empty=True), "Results", "stop"),
    Verb(
        Key("set", "values", "Give variables values, top to bottom."),
        "Variables",
        'set: {n: "{{ n + 1 }}"}',
    ),
    Verb(
        Key("remember", "values", "Keep values in the memory; read them as `memory.name`."),
        "Variables",
        'remember: {city: "{{ city }}"}',
    ),
    Verb(
        Key("forget", "forget", "Drop messages: `all`, `{label: name}` or `{last: n}`."),
        "Variables",
        "forget: {last: 2}",
    ),
    Verb(
        Key("if", "expression", "Do `then` if this expression is true."),
        "Control",
        "if: score > 5\nthen:\n  - result: good\nelse:\n  - result: bad",
        (
            Key("then", "body", "The steps if it is true.", required=True),
            Key("elif", "elifs", "More conditions, each with its steps: `[{if: …, then: […]}]`."),
            Key("else", "body", "The steps if nothing before was true."),
        ),
    ),
    Verb(
        Key("match", "expression", "Do the steps of the case whose label this expression is."),
        "Control",
        "match: kind\ncases:\n  billing:\n    - result: A bill.\nelse:\n  - result: Something else.",
        (
            Key("cases", "cases", "Labels, each with its steps.", required=True),
            Key("else", "body", "The steps where no case has the label."),
        ),
    ),
    Verb(
        Key("for", "targets", "Do the steps once for each item; `a, b` takes items apart."),
        "Control",
        'for: doc\nin: docs\nat_once: 4\ndo:\n  - user: "Summarize: {{ doc }}"\n  - generate\nas: summaries',
        (
            Key("in", "expression", "The list, mapping or range to go through.", required=True),
            Key("do", "body", "The steps of one round.", required=True),
            Key("collect", "expression", "What each round adds to the list in `as`.", needs=("as",)),
            Key(
                "as",
                "target",
                "The variable that gets the list of what the rounds gave.",
                needs=("collect", "at_once"),
            ),
            Key("at_once", "count", "Rounds that run side by side, each on a fork of the chat."),
            Key(
                "on_error",
                "choice",
                "When a round fails: `fail` as a whole, `skip` the round, or `keep` the error in the list.",
                default="fail",
                options=("fail", "skip", "keep"),
                needs=("at_once",),
            ),
        ),
    ),
    Verb(
        Key("while", "expression", "Do the steps as long as this expression is true."),
        "Control",
        "while: not done\nlimit: 10\ndo:\n  - generate",
        (
            Key("limit", "count", "How many rounds at most.", required=True),
            Key("do", "body", "The steps of one round.", required=True),
            Key("otherwise", "body", "The steps when the limit is reached; without them that is an error."),
        ),
    ),
    Verb(
        Key("parallel", "branches", "Run branches side by side, each on a fork of the chat."),
        "Control",
        "parallel:\n  pro:\n    - generate\n  con:\n    - generate",
        (
            Key(
                "wait",
                "choice",
                "Wait for all branches, or for the first.",
                default="all",
                options=("all", "first"),
            ),
            _TIMEOUT,
        ),
    ),
    Verb(
        Key("try", "body", "Do these steps; if one fails, do those in `catch`."),
        "Control",
        'try:\n  - generate\ncatch:\n  - log: "{{ error.message }}"',
        (
            Key("catch", "body", "The steps after a failure: `error.kind`, `error.message`, `error.step`."),
            Key("finally", "body", "The steps at the end, whether it failed or not."),
        ),
        any_of=("catch", "finally"),
    ),
    Verb(
        Key("raise", "text", "Fail with this message."),
        "Control",
        "raise: Nobody is called {{ name }}.\nkind: not_found",
        (
            Key(
                "kind",
                "word",
                "The kind of the failure: what `catch` sees as `error.kind`.",
                default="raised",
            ),
        ),
    ),
    Verb(
        Key("assert", "expression", "Fail unless this expression is true."),
        "Control",
        "assert: docs\nmessage: There is nothing to read.",
        (Key("message", "text", "What the failure says."),),
    ),
    Verb(Key("break", "none", "Leave the loop.", empty=True), "Control", "break"),
    Verb(
        Key("continue", "none", "Go on with the next round of the loop.", empty=True), "Control", "continue"
    ),
    Verb(
        Key("log", "text", "Write a line for whoever watches the run."),
        "Control",
        "log: round {{ n }}",
    ),
    Verb(Key("sleep", "pause", "Wait this long: `2s`."), "Control", "sleep: 2s"),
    Verb(
        Key("include", "callee", "Do another flow's steps in this chat."),
        "Composition",
        "include: house_rules",
        (
            _WITH,
            _AMONG,
            _LENT,
            Key("as", "target", "The variable that gets the flow's outcome."),
            _RETRY,
            _TIMEOUT,
        ),
    ),
    Verb(
        Key("call", "callee", "Run another flow in a new chat; its outcome is the value."),
        "Composition",
        'call: summarize\nwith: {text: "{{ page }}"}\nas: summary',
        (_WITH, _AMONG, _LENT, _AS, _RETRY, _TIMEOUT),
    ),
    Verb(
        Key("tool", "tool", "Call a tool now, without the model; what it gives back is the value."),
        "Composition",
        'tool: find_order\nwith: {id: "{{ number }}"}\nas: order',
        (Key("with", "arguments", "The tool's parameters, by name."), _AS, _RETRY, _TIMEOUT),
    ),
    Verb(
        Key("handoff", "callee", "Go on in another flow with this chat, and end here."),
        "Composition",
        "handoff: refunds",
        (_WITH, _AMONG, _LENT),
    ),
)

HEADS: dict[str, Verb] = {verb.name: verb for verb in VERBS}


# What stands inside a value ----------------------------------------------------------------------------

TURN_KEYS = (
    Key("output", "type", "The type of the reply: it is parsed and checked.", excludes=("choices",)),
    Key("choices", "labels", "The labels of which the reply must be one."),
    Key("tools", "offer", "The tools that the model may call before it answers."),
    Key(
        "max_turns",
        "count",
        "How many replies the model may give in all, those that call tools included.",
        default=10,
        needs=("tools",),
    ),
    Key(
        "lines",
        "lines",
        "Typed lines that the reply must have: `Score: {score:int}`; `as` gets their fields.",
        excludes=("output", "choices"),
    ),
    Key("forward", "bool", "Also give the reply to the caller.", default=True),
    Key("profile", "word", "The profile whose settings this turn takes."),
    Key("repair", "whole", "How often a reply that does not fit goes back to the model.", default=1),
)
PART_KEYS = (
    Key("text", "said", "Text."),
    Key("image", "said", "An image: its URL, or its path from the flow's folder."),
    Key("audio", "said", "A sound: its URL, or its path from the flow's folder."),
    Key("file", "said", "A file: its URL, or its path from the flow's folder."),
)
EXAMPLE_KEYS = (
    Key("user", "said", "What the user says.", required=True),
    Key("assistant", "said", "What the model answers.", required=True),
)
ELIF_KEYS = (
    Key("if", "expression", "Do `then` if this expression is true.", required=True),
    Key("then", "body", "The steps if it is true.", required=True),
)
FORGET_KEYS = (
    Key("label", "text", "The messages with this label."),
    Key("last", "count", "The last messages, this many."),
)
RETRY_KEYS = (
    Key("times", "whole", "How many times to try again.", required=True),
    Key("wait", "delay", "How long to wait before the second try.", default="1s"),
    Key("backoff", "number", "What each wait is multiplied by for the next.", default=2),
    Key("max", "delay", "The longest wait.", default="60s"),
    Key("on", "words", "The kinds of failure worth another try: `timeout`, `rate_limit`, `invalid_output`."),
)
FAILURE_KINDS = (
    "raised", "assert", "undefined", "type", "value", "no_case", "input", "no_answer", "output", "file",
    "timeout", "host", "loop_limit", "limit", "depth", "budget", "invalid_output", "configuration", "auth",
    "quota", "not_found", "bad_request", "unsupported", "context_length", "content_filter", "bad_reply",
    "connection", "rate_limit", "server", "stream", "tool", "arguments", "unknown_tool", "refused",
    "max_turns", "unsure",
)  # fmt: skip
"""What `error.kind` can be, beside the `kind` of a `raise`."""
MEMORY_KEYS = (
    Key(
        "kind",
        "choice",
        "`local` sends everything, `truncated` the newest, `summarize` those after a summary of the rest; "
        "`sqlite` goes on with a named conversation.",
        required=True,
        options=("local", "truncated", "summarize", "sqlite"),
    ),
    Key("max_tokens", "whole", "How many tokens of messages all but `local` send."),
    Key("flow", "flow", "The flow that writes the summary of a `text`; without it `turbo:summarize` does."),
)
BOUNDED_MEMORY = {
    "if": {"properties": {"kind": {"enum": ["truncated", "summarize"]}}, "required": ["kind"]},
    "then": {"properties": {"max_tokens": {"minimum": 1}}, "required": ["max_tokens"]},
}
"""What JSON Schema says beside: a memory that does not send everything has a size."""
TOOL_KEYS = (
    Key("description", "plain", "What the tool does, for the model."),
    Key("with", "parameters", "The tool's parameters: `{id: integer}`.", excludes=("flow", "mcp")),
    Key("returns", "type", "What the tool gives back.", excludes=("flow", "mcp")),
    Key(
        "approve",
        "choice",
        "Whether a person approves calls: `ask` for those of the model, `always` for those of steps, too.",
        default="never",
        options=("never", "always", "ask"),
    ),
    Key("timeout", "duration", "Give a call up after this long."),
    Key(
        "flow", "flow", "The flow that is the tool: its inputs are its parameters.", excludes=("http", "mcp")
    ),
    Key(
        "http", "request", "The method and the address of a request: `GET https://…/{id}`.", excludes=("mcp",)
    ),
    Key("mcp", "server", "The MCP server whose tools these are: `{command: […]}` or `{url: …}`."),
    Key("headers", "headers", "The headers of the requests.", needs=("http", "mcp")),
    Key(
        "secret",
        "word",
        "The environment variable whose value the requests carry, as a bearer token.",
        needs=("http", "mcp"),
    ),
    Key("allow", "plains", "The tools of the MCP server that may be used; without it, all.", needs=("mcp",)),
    Key(
        "from",
        "choice",
        "`caller`: these are the tools that its caller gives the flow; where nobody calls it, the host's.",
        options=("caller",),
        excludes=("with", "returns", "approve", "timeout", "flow", "http", "mcp"),
    ),
)
SERVER_KEYS = (
    Key("command", "plains", "The program that is the server, and its arguments."),
    Key("url", "plain", "The address of the server."),
)
TEST_KEYS = (
    Key("name", "test_text", "What the test shows, in a line.", required=True),
    Key("flow", "word", "The local flow that is tested; without it, the file's own."),
    Key("with", "given", "The inputs, by name."),
    Key("input", "answers", "The answers to `input` steps, in order.", excludes=("turns",)),
    Key("model", "replies", "The replies of the model, in order.", excludes=("turns", "live")),
    Key("turns", "test_turns", "The dialogue, turn by turn, each with its own `expect`."),
    Key("tools", "results", "What tools give back, by name; `{in_order: […]}` one by one."),
    Key("cases", "rows", "Run the test once for each row: a list, a file, or `{file, where, take}`."),
    Key("live", "bool", "Ask the real model; without `--live` the test is skipped.", default=False),
    Key("grader", "replies", "What the model answers that grades `llm-rubric` and its like, in order."),
    Key("threshold", "score", "The least score, up to 1, at which the test passes whatever failed."),
    Key("expect", "expect", "What must hold at the end, as a list."),
)
TEST_TURN_KEYS = (
    Key("input", "answer", "The answer to the question before; the first turn has none."),
    Key("model", "replies", "The replies of the model in this turn, in order."),
    Key("expect", "expect", "What must hold when the flow asks again, or ends."),
)
ROWS_KEYS = (
    Key("file", "path", "A CSV, JSONL, JSON or YAML file with a list of rows.", required=True),
    Key("where", "expression", "Take only the rows for which this is true: `case.lang == 'fr'`."),
    Key("take", "whole", "Take no more rows than this."),
)
TEST_FILE_KEYS = (
    Key("turbo", "version", "The version of the language.", required=True, default=VERSION),
    Key("description", "plain", "What the tests are about."),
    Key("flow", "path", "The flow that is tested, from this file's folder.", required=True),
    Key("tests", "tests", "The tests.", required=True),
)


# Files -------------------------------------------------------------------------------------------------

_FLOW_KEYS = (
    Key("description", "plain", "What the flow does, in a line or two."),
    Key("inputs", "inputs", "What goes in: names with types; `name?` is optional."),
    Key("output", "type", "The type of what comes out; `return` is checked against it."),
    Key("settings", "settings", "Settings of the model and the run, for this flow."),
    Key("memory", "memory", "How the chat is kept.", default={"kind": "local"}),
)
STEPS_KEY = Key("steps", "body", "What the flow does, step by step.")
FILE_KEYS = (
    Key("turbo", "version", "The version of the language.", required=True, default=VERSION),
    Key("name", "word", "The flow's name; without it, the file's."),
    *_FLOW_KEYS,
    Key("profiles", "profiles", "Named sets of settings to choose from: `--profile cheap`."),
    Key("use", "files", "Other flow files, by a name for each."),
    Key("data", "files", "Files read when the flow loads; each becomes a variable."),
    Key("tools", "tools", "Tools that the model may call."),
    Key("flows", "flows", "Local flows, by name: for `include`, `call` and `handoff`."),
    STEPS_KEY,
    Key("tests", "tests", "Tests of the flow."),
)
SUBFLOW_KEYS = (*_FLOW_KEYS, STEPS_KEY)
OF_STEPS = ("inputs", "output")
"""Keys of a file that are about its own steps; a library has none of them."""
