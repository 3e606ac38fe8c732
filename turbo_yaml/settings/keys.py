"""The table of every setting, from which checks, schemas, docs and completion come."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, NamedTuple

from turbo_yaml.diagnostics.suggest import did_you_mean, nearest, suggestion
from turbo_yaml.settings.kinds import (
    Anything,
    Duration,
    Either,
    Flag,
    Key,
    Kind,
    ListOf,
    MapOf,
    Maybe,
    Number,
    Record,
    Text,
    Words,
    schema,
)
from turbo_yaml.settings.patch import MISSING

VARIABLE: Final = Text(r"[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable")
_COUNT: Final = Number(1, integer=True)
_AMOUNT: Final = Number(0, integer=True)
_ALLOWED: Final = Text(
    rf"(?:http|mcp|secret):\s*\S.*|env:{VARIABLE.pattern}",
    "`http:HOST`, `mcp:COMMAND`, `mcp:https://…`, `secret:VARIABLE@HOST` or `env:VARIABLE`",
)
_SEVERITY: Final = Words(("off", "warning", "error"))
_STRUCTURED: Final = ("schema", "json", "prompt")
CHOOSING: Final = ("first", "most_common", "longest", "shortest")


def _turn(kind: Kind, doc: str, default: Any = MISSING) -> Key:
    return Key(kind, doc, default, turn=True)


TURN: Final[dict[str, Key]] = {
    "model": _turn(Text(), "The model to ask: `provider/model`, or `model` with `provider` set."),
    "provider": _turn(
        ListOf(Text(), lone=True, kept=True),
        "The server of the model: a known one or one of `providers`; of a list the next where one fails.",
    ),
    "temperature": _turn(Maybe(Number(0, 2)), "How far the model strays from the likeliest words."),
    "top_p": _turn(Maybe(Number(0, 1)), "Choose among the likeliest words of this total probability."),
    "max_tokens": _turn(Maybe(_COUNT), "The most tokens that one reply may take."),
    "stop": _turn(Maybe(ListOf(Text(), lone=True)), "A reply ends before any of these texts."),
    "n": _turn(
        Number(1, 128, integer=True), "How many replies to ask for; `select_choice` takes one of them."
    ),
    "select_choice": _turn(
        Words(CHOOSING, or_function=True),
        "Which of `n` replies is taken: the `first`, the `most_common`, the `longest` or the `shortest`.",
        "first",
    ),
    "seed": _turn(Maybe(Number(integer=True)), "Ask the server for repeatable replies."),
    "presence_penalty": _turn(Maybe(Number(-2, 2)), "Above zero: fewer words that were used before."),
    "frequency_penalty": _turn(Maybe(Number(-2, 2)), "Above zero: fewer words the more they were used."),
    "logit_bias": _turn(
        MapOf(Number(-100, 100), "token id"), "Make tokens likelier or less likely, by token id."
    ),
    "reasoning_effort": _turn(
        Maybe(Text()), "How much a reasoning model thinks: `low`, `medium`, `high` or such."
    ),
    "verbosity": _turn(Maybe(Text()), "How much a model says: `low`, `medium` or `high`."),
    "tool_choice": _turn(Maybe(Text()), "`auto`, `none`, `required`, or the name of the tool to call."),
    "parallel_tool_calls": _turn(Maybe(Flag()), "The model may call several tools in one turn."),
    "service_tier": _turn(Maybe(Text()), "The server's class of service."),
    "user": _turn(Maybe(Text()), "A name for the end user, which the server sees."),
    "structured": _turn(
        Words(("auto", *_STRUCTURED)),
        "How `output` and `choices` are asked for: a strict schema, JSON mode, in the prompt, or what fits.",
        "auto",
    ),
    "repair": _turn(_AMOUNT, "How often a reply that does not fit `output` or `choices` goes back.", 1),
    "stream": _turn(Flag(), "Take the reply piece by piece as it comes."),
    "timeout": _turn(Maybe(Duration()), "The most time that one model call may take in all.", 600.0),
    "retries": _turn(_AMOUNT, "How often a failed model call is tried again.", 2),
    "fallback": _turn(
        ListOf(Text(), lone=True),
        "The models to ask in its place, one after another, where a model fails at every `provider`.",
    ),
    "cache": _turn(
        Words(("off", "read", "write", "on")), "Whether replies are taken from and put into the cache.", "off"
    ),
    "script": _turn(ListOf(Anything()), "The replies of the model `script`, in order."),
    "extra": _turn(MapOf(Anything()), "Passed on to the server as it is."),
}

SENT: Final = (
    "temperature",
    "top_p",
    "max_tokens",
    "stop",
    "n",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
    "reasoning_effort",
    "verbosity",
    "tool_choice",
    "parallel_tool_calls",
    "service_tier",
    "user",
)
"""The settings that a server gets as they are, unless it calls them otherwise."""

BUDGET: Final[dict[str, Key]] = {
    "calls": Key(Maybe(_AMOUNT), "Model calls."),
    "tokens": Key(Maybe(_AMOUNT), "Tokens, sent and received."),
    "cost": Key(Maybe(Number(0)), "Cost in US dollars."),
}

LIMITS: Final[dict[str, Key]] = {
    "output": Key(_COUNT, "Characters that one text may render to.", 1_000_000),
    "rounds": Key(_COUNT, "Rounds that one loop may make, in a text or of steps.", 1_000_000),
    "depth": Key(Number(1, 200, integer=True), "Flows and macros inside one another.", 50),
    "integer": Key(
        Number(64, 100_000, integer=True), "Bits of a whole number that an expression makes.", 4096
    ),
    "repeat": Key(_COUNT, "Items or characters that `*` or a range may make.", 100_000),
    "padding": Key(_COUNT, "Width that padding, centring and indenting may ask for.", 10_000),
    "messages": Key(_COUNT, "Messages in one chat.", 100_000),
    "reply": Key(_COUNT, "Characters in one reply of a model.", 4_000_000),
    "tool_failures": Key(_AMOUNT, "Failed calls of tools that one step tells the model of.", 10),
    "work": Key(
        _COUNT,
        "What expressions and loops may cost, in some ten nanoseconds; each model turn adds 10 million.",
        100_000_000,
    ),
}

RATES: Final[dict[str, Key]] = {
    "requests_per_minute": Key(Maybe(_COUNT), "Model calls that may begin within a minute."),
    "tokens_per_minute": Key(Maybe(_COUNT), "Tokens that calls may take within a minute, by estimate first."),
}

PROVIDER: Final[dict[str, Key]] = {
    "base_url": Key(
        Text(r"https?://\S+", "a URL"), "Where the server is, such as `http://localhost:8000/v1`."
    ),
    "api_key_env": Key(Maybe(VARIABLE), "The environment variable that holds the key; null: none is needed."),
    "structured": Key(Words(_STRUCTURED), "How this server is asked for `output` and `choices`."),
    "rename": Key(MapOf(Text(), "setting"), "What this server calls a setting: `{max_tokens: max_length}`."),
    "limits": Key(Record(RATES), "How much this server may be asked; calls wait for their turn."),
    "developer": Key(
        ListOf(Text(), lone=True),
        "Models that get `system` messages in the role `developer`, by name or glob: `[o1*]`.",
    ),
    "stream_usage": Key(Flag(), "The server reports the tokens of a streamed reply when it is asked to."),
}

PRICE: Final[dict[str, Key]] = {
    "input": Key(Number(0), "US dollars for a million tokens sent."),
    "output": Key(Number(0), "US dollars for a million tokens received."),
}

STEP: Final = Record(TURN)
"""What a step may set, and what `steps.<id>` may hold."""

_RUN: Final[dict[str, Key]] = TURN | {
    "max_concurrency": Key(
        _COUNT, "Model calls of one run, and calls of tools, that go on at the same time.", 8
    ),
    "attachments": Key(
        MapOf(ListOf(Words(("image", "audio", "file")), lone=True), "model"),
        "What models take beside text, by `provider/model`, or `provider/*` for all of a provider.",
    ),
    "budget": Key(Record(BUDGET), "What one run may use in all; past it the run fails."),
    "limits": Key(Record(LIMITS), "Bounds on what texts, expressions, loops and flows may do."),
    "steps": Key(MapOf(STEP, "step id"), "Settings of single steps, by the step's `id`."),
}
_OPERATOR: Final[dict[str, Key]] = {
    # Not a flow's to say: it could send the operator's key to a server of its own.
    "providers": Key(
        MapOf(Record(PROVIDER)), "Servers by name: where they are and which key they take.", operator=True
    ),
    # Not a flow's to say: it could make its calls free in the eyes of a budget.
    "prices": Key(
        MapOf(Record(PRICE), "model"),
        "What models cost, by `provider/model`, or `provider/*` for all of a provider.",
        operator=True,
    ),
    "context_lengths": Key(
        MapOf(_COUNT, "model"),
        "How many tokens models take at once, by `provider/model`, or `provider/*` for all of a provider.",
        operator=True,
    ),
    "allow": Key(
        ListOf(_ALLOWED),
        "What flows may reach: hosts, commands, secrets, variables of the environment.",
        operator=True,
    ),
    "redact": Key(
        ListOf(Text()),
        "Patterns of what the journal must not keep: `***` stands there in its place.",
        operator=True,
    ),
    "check": Key(
        MapOf(Either(MapOf(_SEVERITY, "rule"), _SEVERITY), "rule or glob"),
        "How severe the findings of a rule are, everywhere or in files that fit a glob.",
        operator=True,
    ),
}

FLOW: Final = Record(_RUN)
"""What a flow's `settings` and its `profiles` may hold."""

PROFILE: Final = Record(_RUN | _OPERATOR)
"""What a profile in a settings file may hold."""

_PROFILES: Final = Key(MapOf(PROFILE), "Named sets of settings, chosen with `--profile NAME`.", operator=True)
FILE: Final = Record(_RUN | _OPERATOR | {"profiles": _PROFILES})
"""What a settings file, the environment, the command line and a host may set: everything."""


# Keys that are not settings --------------------------------------------------------------------------

SYNONYMS: Final[dict[str, str]] = {
    "api_key": "api_key_env",
    "api_base": "base_url",
    "backup": "fallback",
    "completion_tokens": "max_tokens",
    "context_length": "context_lengths",
    "context_window": "context_lengths",
    "context_windows": "context_lengths",
    "concurrency": "max_concurrency",
    "deadline": "timeout",
    "effort": "reasoning_effort",
    "endpoint": "base_url",
    "engine": "model",
    "extra_body": "extra",
    "fallback_model": "fallback",
    "fallback_models": "fallback",
    "fallbacks": "fallback",
    "frequency": "frequency_penalty",
    "json_mode": "structured",
    "key_env": "api_key_env",
    "llm": "model",
    "max_attempts": "retries",
    "max_completion_tokens": "max_tokens",
    "max_length": "max_tokens",
    "max_new_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "max_parallel": "max_concurrency",
    "max_retries": "retries",
    "model_id": "model",
    "model_kwargs": "extra",
    "model_name": "model",
    "model_params": "extra",
    "nucleus": "top_p",
    "num_predict": "max_tokens",
    "num_retries": "retries",
    "parallelism": "max_concurrency",
    "reasoning": "reasoning_effort",
    "request_timeout": "timeout",
    "responses": "script",
    "replies": "script",
    "retry": "retries",
    "server": "provider",
    "stop_sequence": "stop",
    "stop_sequences": "stop",
    "stop_words": "stop",
    "streaming": "stream",
    "temp": "temperature",
    "thinking": "reasoning_effort",
    "timeout_seconds": "timeout",
    "token_limit": "max_tokens",
    "url": "base_url",
    "vendor": "provider",
    "workers": "max_concurrency",
}
"""What other tools call a setting, to ours."""

_EXTRA: Final = (
    "top_k",
    "min_p",
    "top_a",
    "typical_p",
    "mirostat",
    "repetition_penalty",
    "repeat_penalty",
    "num_ctx",
    "logprobs",
    "top_logprobs",
    "store",
    "metadata",
    "prompt_cache_key",
    "safety_identifier",
)
_OF_A_PROVIDER: Final = {name: name for name in PROVIDER} | {
    "api_base": "base_url",
    "endpoint": "base_url",
    "url": "base_url",
    "key": "api_key_env",
    "key_env": "api_key_env",
    "token": "api_key_env",
    "api_key": "api_key_env",
    "apikey": "api_key_env",
    "openai_api_key": "api_key_env",
}
_ELSEWHERE: Final = (
    {name: f"pass it on to the server: `extra: {{{name}: …}}`" for name in _EXTRA}
    | {
        name: f"it belongs to a server: `providers: {{NAME: {{{ours}: …}}}}`"
        for name, ours in _OF_A_PROVIDER.items()
    }
    | {
        "max_cost": "write `budget: {cost: …}`",
        "max_calls": "write `budget: {calls: …}`",
        "max_total_tokens": "write `budget: {tokens: …}`",
        **dict.fromkeys(
            ("input", "instructions", "message", "messages", "prompt", "system", "system_prompt"),
            "what the model is told stands in a step of its own before: `- user: …`",
        ),
        **dict.fromkeys(
            ("format", "json", "response_format", "response_model", "schema"),
            "say what the reply must be with `output` on the `generate` step",
        ),
        **dict.fromkeys(("function", "functions", "tool"), "`generate: {tools: [name]}` offers tools"),
        "tools": "give them to the `generate` step",
        "profile": "choose a profile with `--profile NAME`, or with `profile` on a `generate` step",
        "settings": "settings stand at the top of the file, with no key above them",
    }
)


class Unknown(NamedTuple):
    """Why a key cannot stand in a map: the rule, the sentence, and the next move."""

    rule: str
    message: str
    help: str | None


def unknown(name: str, shown: str, record: Record) -> Unknown:
    """Return why a record has no key of this name; `shown` is the key with its path."""
    known = FILE.keys.get(name)
    if known is None or not record.keys.keys() >= STEP.keys.keys():
        return Unknown("unknown-setting", f"`{shown}` is not a setting", _advice(name, record))
    if record is STEP:
        return Unknown(
            "misplaced-setting",
            f"`{name}` is a setting of whole runs, not of one step",
            "put it into " + ("`turbo.yaml`" if known.operator else "the flow's `settings`"),
        )
    if name == "profiles":
        help = "in a flow `profiles` stands beside `settings`" if record is FLOW else None
        return Unknown("misplaced-setting", "`profiles` cannot stand here", help)
    return Unknown(
        "misplaced-setting",
        f"a flow cannot set `{name}`: it is for whoever runs the flow",
        f"set `{name}` in `turbo.yaml`",
    )


def _advice(name: str, record: Record) -> str | None:
    folded = name.casefold().replace("-", "_")
    synonym = SYNONYMS.get(folded, folded)
    if synonym in record.keys:
        return suggestion(name, synonym, record.keys)
    if record.keys.keys() >= STEP.keys.keys() and folded in _ELSEWHERE:
        return _ELSEWHERE[folded]
    near = nearest(name, record.keys)
    if near is None and len(record.keys) > 12:
        return "`turbo-yaml settings list` shows every setting"
    return did_you_mean(name, record.keys)


# Layers ------------------------------------------------------------------------------------------------


BOUNDS: Final = ("limits", "budget", "max_concurrency")
"""What bounds a run. A flow's own settings and profiles can lower it, and cannot raise it."""


class LayerKind(IntEnum):
    """Where settings come from, weak to strong."""

    BUILT_IN = 0
    USER_FILE = 1
    PROJECT_FILE = 2
    PROFILE = 3
    FLOW = 4
    STEP = 5
    ENVIRONMENT = 6
    COMMAND_LINE = 7
    CONFIGURE = 8

    @property
    def words(self) -> str:
        """The kind as people read it."""
        return "built-in" if self is LayerKind.BUILT_IN else self.name.lower().replace("_", " ")


def record_of(kind: LayerKind) -> Record:
    """Return what a layer of this kind may hold."""
    match kind:
        case LayerKind.FLOW:
            return FLOW
        case LayerKind.STEP:
            return STEP
        case LayerKind.PROFILE:
            return PROFILE
        case _:
            return FILE


def defaults(record: Record) -> dict[str, Any]:
    """Return the built-in values of a record, maps in it included."""
    found: dict[str, Any] = {}
    for name, key in record.keys.items():
        if key.default is not MISSING:
            found[name] = key.default
        elif isinstance(key.kind, Record) and (inner := defaults(key.kind)):
            found[name] = inner
    return found


BUILT_IN: Final = defaults(FILE)
"""The weakest layer. Read it only."""


def settings_schema() -> dict[str, Any]:
    """Return the JSON Schema 2020-12 of a settings file; the tags `!env`, `!reset`… lie outside of it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "turbo-yaml settings",
        "description": "Settings of flows: `turbo.yaml`, the user's `settings.yaml`, a `--settings` file.",
    } | schema(FILE)
