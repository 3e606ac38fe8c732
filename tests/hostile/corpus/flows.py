"""Whole flows whose steps ask for all time or memory, and flows that reach for what is not theirs."""

# ruff: noqa: E501 (tables, one case a line)

# ruff: noqa: E501 (tables, one case a line)

from __future__ import annotations

from typing import Final

from tests.hostile.stages.flows import DECLARED

_BIG: Final = "{{ 'x' * 99999 }}"
_LOOP: Final = "  - {indent}for: {name}\n{pad}in: range(99999)\n{pad}do:\n"


def _loops(depth: int, body: str, of: str = "range(99999)") -> str:
    """Return loops in one another around a step."""
    lines = []
    for level in range(depth):
        pad = "  " + "    " * level
        lines += [f"{pad}- for: v{level}", f"{pad}  in: {of}", f"{pad}  do:"]
    pad = "  " + "    " * depth
    return "\n".join([*lines, *(pad + line for line in body.splitlines())]) + "\n"


def _steps(steps: str, head: str = "") -> dict[str, str]:
    return {"flow": f"turbo: 1\n{head}{DECLARED}steps:\n{steps}"}


FLOWS: Final[dict[str, dict[str, str]]] = {
    "loops in loops": _steps(_loops(3, "- set: {a: 1}")),
    "loops in loops with a text": _steps(_loops(2, '- set: {a: "{{ name }}"}')),
    "a loop of long messages": _steps(_loops(1, f'- user: "{_BIG}"')),
    "a loop of long messages that are made": _steps(
        f'  - set: {{big: "{_BIG}"}}\n' + _loops(1, '- user: "{{ v0 }} {{ big }}"')
    ),
    "a loop of long wide messages": _steps(
        "  - set: {big: \"{{ '\U0001f600' * 99999 }}\"}\n" + _loops(1, '- user: "{{ v0 }} {{ big }}"')
    ),
    "a loop of short messages": _steps(_loops(2, "- user: hello")),
    "a loop that keeps long texts": _steps(
        '  - set: {all: "{{ [] }}"}\n' + _loops(1, f'- set: {{all: "{{{{ [all, \'{"x" * 50}\' * 1999] }}}}"}}')
    ),
    "a loop that doubles a text": _steps(
        "  - set: {all: xx}\n" + _loops(1, '- set: {all: "{{ all ~ all }}"}', "range(99)")
    ),
    "a loop that doubles a list": _steps(
        '  - set: {all: "{{ [1] }}"}\n' + _loops(1, '- set: {all: "{{ all + all }}"}', "range(99)")
    ),
    "a loop that nests a list": _steps(
        '  - set: {all: "{{ [1] }}"}\n' + _loops(1, '- set: {all: "{{ [all] }}"}') + '  - user: "{{ all }}"\n'
    ),
    "a loop that nests a list twice": _steps(
        '  - set: {all: "{{ [1] }}"}\n'
        + _loops(1, '- set: {all: "{{ [all, all] }}"}', "range(60)")
        + "  - return: {a: \"{{ all }}\"}\n"
    ),
    "a loop that remembers": _steps(_loops(1, f'- remember: {{k: "{_BIG}"}}')),
    "a loop that remembers more and more": _steps(
        _loops(1, '- remember: {k: "{{ [memory.k | default([]), v0] }}"}')
    ),
    "a loop that logs": _steps(_loops(1, f'- log: "{_BIG}"')),
    "a loop of results": _steps(_loops(1, f'- result: "{_BIG}"')),
    "a loop of turns": _steps(f'  - user: "{_BIG}"\n' + _loops(1, "- generate", "range(999)")),
    "a loop that collects": _steps(
        "  - for: v\n    in: range(99999)\n    do:\n      - set: {a: 1}\n"
        "    collect: \"'x' * 99999 ~ v\"\n    as: all\n"
    ),
    "loops that collect": _steps(
        "  - for: v\n    in: range(9999)\n    do:\n      - for: w\n        in: range(9999)\n        do:\n"
        "          - set: {a: 1}\n        collect: w\n        as: inner\n    collect: inner\n    as: all\n"
    ),
    "a while that never ends": _steps("  - while: true\n    limit: 999999999999\n    do:\n      - set: {a: 1}\n"),
    "whiles in whiles": _steps(
        "  - while: true\n    limit: 99999\n    do:\n      - while: true\n        limit: 99999\n        do:\n"
        "          - set: {a: 1}\n        otherwise:\n          - set: {b: 1}\n    otherwise:\n      - stop\n"
    ),
    "a while with a costly condition": _steps(
        "  - while: range(99999) | list | sort | length > 0\n    limit: 99999\n    do:\n      - set: {a: 1}\n"
    ),
    "forks in forks": _steps(
        "  - for: v\n    in: range(99999)\n    at_once: 99999\n    do:\n      - for: w\n        in: range(99999)\n"
        "        at_once: 99999\n        do:\n          - set: {a: 1}\n"
    ),
    "forks with long texts": _steps(
        "  - for: v\n    in: range(99999)\n    at_once: 999\n    do:\n"
        "      - set: {a: \"{{ 'x' * 99999 ~ v }}\"}\n    collect: a\n    as: all\n"
    ),
    "forks of a long chat": _steps(
        _loops(1, "- user: hello", "range(9999)")
        + "  - for: v\n    in: range(99999)\n    at_once: 99999\n    do:\n      - user: more\n"
    ),
    "a flow that calls itself": {
        "flow": "turbo: 1\nflows:\n  a:\n    steps:\n      - call: a\nsteps:\n  - call: a\n"
    },
    "a flow that calls itself twice": {
        "flow": "turbo: 1\nflows:\n  a:\n    inputs: {n: integer}\n    steps:\n      - if: n > 0\n        then:\n"
        "          - call: a\n            with: {n: \"{{ n - 1 }}\"}\n          - call: a\n"
        "            with: {n: \"{{ n - 1 }}\"}\nsteps:\n  - call: a\n    with: {n: 45}\n"
    },
    "a flow that includes itself": {
        "flow": "turbo: 1\nflows:\n  a:\n    steps:\n      - include: a\nsteps:\n  - include: a\n"
    },
    "flows that hand over for ever": {
        "flow": "turbo: 1\nflows:\n  a:\n    steps:\n      - handoff: b\n  b:\n    steps:\n      - handoff: a\n"
        "steps:\n  - handoff: a\n"
    },
    "flows that hand over and say something": {
        "flow": "turbo: 1\nflows:\n  a:\n    steps:\n      - user: \"{{ 'x' * 99999 }}\"\n      - handoff: a\n"
        "steps:\n  - handoff: a\n"
    },
    "a try that catches its limit": _steps(
        "  - for: v\n    in: range(99999)\n    do:\n      - try:\n"
        "          - set: {a: \"{{ 'x' * 9 ** 99 }}\"}\n        catch:\n          - set: {b: 1}\n"
    ),
    "a try that catches the budget": _steps(
        _loops(2, "- try:\n    - set: {a: \"{{ range(99999) | list | sort | length }}\"}\n"
        "  catch:\n    - set: {b: 1}")
    ),
    "a finally that goes on": _steps(
        "  - try:\n      - while: true\n        limit: 999999999\n        do:\n          - set: {a: 1}\n"
        "    finally:\n      - while: true\n        limit: 999999999\n        do:\n          - set: {a: 1}\n"
    ),
    "limits that the flow lifts": _steps(
        _loops(3, "- set: {a: 1}"),
        "settings: {limits: {rounds: 999999999999, output: 999999999999, repeat: 999999999999, "
        "padding: 999999999999, integer: 100000}}\n",
    ),
    "a length that the flow lifts": _steps(
        "  - user: \"{{ 'x' * 10 ** 9 }}\"\n",
        "settings: {limits: {output: 999999999999, repeat: 999999999999}}\n",
    ),
    "a profile that lifts limits": _steps(
        "  - user: \"{{ 'x' * 10 ** 9 }}\"\n", "profiles: {x: {limits: {output: 999999999999, repeat: 999999999999}}}\n"
    ),
    "messages of data": _steps(
        "  - messages: \"{{ [{'role': 'user', 'content': 'x' * 9999}] * 99999 }}\"\n"
    ),
    "messages of a system": _steps("  - messages: \"{{ [{'role': 'system', 'content': 'x'}] }}\"\n"),
    "an example without end": _steps(
        "  - example: {user: \"{{ 'x' * 99999 }}\", assistant: \"{{ 'y' * 99999 }}\"}\n"
        + _loops(1, "- example: {user: \"{{ 'x' * 99999 }}\", assistant: y}")
    ),
    "a question without end": _steps('  - input: "{{ \'x\' * 99999 * 99 }}"\n    as: a\n'),
    "choices without end": _steps('  - input: which\n    choices: "{{ range(99999) | list }}"\n    as: a\n'),
    "a match on a list": _steps("  - match: xs\n    cases: {a: [stop]}\n"),
    "a file that is not there": _steps("  - user: [{image: /etc/passwd}]\n"),
    "a device": _steps("  - user: [{file: /dev/zero}]\n"),
    "a file by a template": _steps('  - user: [{file: "{{ \'/etc/pass\' ~ \'wd\' }}"}]\n'),
    "a file above": _steps("  - user: [{file: ../../../../../../etc/passwd}]\n"),
    "data from above": {"flow": "turbo: 1\ndata: {a: /etc/passwd}\nsteps:\n  - user: \"{{ a }}\"\n"},
    "a used file from above": {"flow": "turbo: 1\nuse: {a: ../../etc/x.yaml}\nsteps:\n  - include: a\n"},
    "a variable of the environment": {
        "flow": "turbo: 1\nsettings: {model: script, script: [!env SECRET_KEY]}\nsteps:\n  - generate: {forward: true}\n"
    },
    "a variable of the environment, sent": {
        "flow": "turbo: 1\nsettings: {user: !env SECRET_KEY}\nsteps:\n  - user: hi\n  - generate\n"
    },
    "a variable of the environment in a step": {
        "flow": "turbo: 1\nsteps:\n  - user: hi\n  - generate: {model: script, script: [!env SECRET_KEY]}\n"
    },
    "a server of its own": {
        "flow": "turbo: 1\nsettings: {providers: {x: {base_url: http://127.0.0.1:9/v1}}}\nsteps:\n  - generate\n"
    },
    "python by a tag": {"flow": "turbo: 1\nsteps:\n  - user: !!python/object/apply:os.system [id]\n"},
    "python by a key": {"flow": "turbo: 1\nsteps:\n  - python: open('x')\n"},
    "a shell": {"flow": "turbo: 1\nsteps:\n  - shell: id\n"},
    "a role by a template": _steps("  - \"{{ 'system' }}\": hello\n"),
    "a tool that nobody gave": {
        "flow": "turbo: 1\ntools: {system: {with: {command: string}}}\nsteps:\n"
        "  - tool: system\n    with: {command: id}\n"
    },
    "a tool that leads out": {
        "flow": "turbo: 1\ntools: {system: {http: 'GET http://127.0.0.1:9/x'}}\nsteps:\n  - tool: system\n"
    },
    "an endless type": {
        "flow": "turbo: 1\ninputs: {a?: {$ref: '#'}}\nsteps:\n  - user: hi\n"
    },
    "a wide type": {
        "flow": "turbo: 1\ninputs: {a?: {anyOf: [" + "{type: string}, " * 9000 + "{type: integer}]}}\nsteps:\n  - user: hi\n"
    },
    "a deep type": {
        "flow": "turbo: 1\ninputs: {a?: " + "[" * 50 + "string" + "]" * 50 + "}\nsteps:\n  - user: hi\n"
    },
    "a slow pattern": {
        "flow": "turbo: 1\ninputs: {a?: {type: string, pattern: '((a{0,30}){0,30})*b'}}\nsteps:\n  - user: hi\n"
    },
    "a slow pattern with a default": {
        "flow": "turbo: 1\ninputs: {a?: {type: string, pattern: '(a+)+$', default: '"
        + "a" * 50_000
        + "b'}}\nsteps:\n  - user: hi\n"
    },
    "many steps": _steps("  - user: hi\n" * 30_000),
    "many costly steps": _steps('  - set: {a: "{{ range(99999)|list|sort|length }}"}\n' * 9_000),
    "many long messages": _steps(f'  - user: "{_BIG}"\n' * 9_000),
    "many inputs": {
        "flow": "turbo: 1\ninputs:\n"
        + "".join(f"  a{number}?: string\n" for number in range(9000))
        + "steps:\n  - user: hi\n"
    },
    "many flows": {
        "flow": "turbo: 1\nflows:\n"
        + "".join(f"  f{number}:\n    steps:\n      - call: f{number + 1}\n" for number in range(900))
        + "  f900:\n    steps:\n      - user: hi\nsteps:\n  - call: f0\n"
    },
    "many branches": _steps(
        "  - parallel:\n" + "".join(f"      b{number}: [{{user: hi}}]\n" for number in range(5000))
    ),
    "many cases": _steps(
        "  - match: name\n    cases:\n" + "".join(f"      c{number}: [stop]\n" for number in range(5000)) + "    else: [stop]\n"
    ),
    "many names": _steps("".join(f"  - set: {{v{number}: 1}}\n" for number in range(9000))),
    "many mistakes": _steps('  - user: "{{ nowhere }}"\n' * 9000),
    "many unknown keys": _steps("  - usr: hi\n" * 20_000),
    "deep steps": _steps(
        "".join("  " * (2 * level + 1) + "- if: true\n" + "  " * (2 * level + 2) + "then:\n" for level in range(29))
        + "  " * 60
        + "- user: hi\n"
    ),
    "a name of a megabyte": _steps("  - set: {" + "a" * 900_000 + ": 1}\n"),
    "an expression of a megabyte": _steps("  - if: " + "name == 'a' or " * 60_000 + "true\n    then: [stop]\n"),
    "ids by the thousand": _steps("".join(f"  - {{generate: {{max_tokens: 1}}, id: i{n}}}\n" for n in range(2000))),
}  # fmt: skip
