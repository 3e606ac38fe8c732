"""What loading a large flow costs: cold and from the store, against the libraries that do the same part-wise.

Ratios of CPU time within one run, medians of several rounds. `python benchmarks/load.py`
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import jinja2
import jsonschema
import yaml

from turbo_yaml.compiler.build import Builder
from turbo_yaml.compiler.files import Files, Place
from turbo_yaml.compiler.link import Linker
from turbo_yaml.compiler.store import Store

STEPS = 2000
ROUNDS = 5
COLD_GOAL = 1 / 6
WARM_GOAL = 1 / 20


def flow_text(steps: int) -> str:
    """Return a flow of so many steps, of the kinds that flows are made of."""
    lines = ["turbo: 1", "inputs: {name: string, topic: string, items: [string]}", "steps:"]
    for i in range(steps // 10):
        lines += [
            f"  - system: You are assistant number {i} of {{{{ name }}}}.",
            "  - user: |",
            "      Hello {{ name }}, today we speak about {{ topic }}.",
            "      There are {{ items | length }} items, the first is {{ items[0] }}.",
            f"  - generate: {{max_tokens: 60, forward: false}}\n    as: reply{i}",
            f'  - user: "{{{{ reply{i} | upper }}}} is what you said about {{{{ topic }}}}."',
            f'  - set: {{count{i}: "{{{{ items | length + {i} }}}}"}}',
            f"  - if: count{i} > 3",
            "    then:",
            "      - user: There are many of them, {{ name }}.",
            "    else:",
            "      - assistant: There are few.",
            "  - log: step {{ topic }}",
            f'  - result: "{{{{ count{i} }}}}"\n    when: items',
            "  - user: plain text without a template",
        ]
    return "\n".join(lines) + "\n"


def median_cpu(work: Callable[[], object]) -> float:
    """Return the median CPU seconds of the work."""
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def by_libraries(text: str, schema: dict[str, object]) -> None:
    """Do with stock libraries what a loader without positions would do."""
    data = yaml.safe_load(text)
    jsonschema.Draft202012Validator(schema).validate(data)
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)

    def templates(value: object) -> None:
        if isinstance(value, str):
            if "{{" in value or "{%" in value:
                environment.from_string(value)
        elif isinstance(value, dict):
            for item in value.values():
                templates(item)
        elif isinstance(value, list):
            for item in value:
                templates(item)

    templates(data)


def main() -> None:
    """Print the ratios."""
    text = flow_text(STEPS)
    schema = json.loads((Path(__file__).parent.parent / "schemas" / "flow.schema.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flow.yaml"
        path.write_text(text)
        place = Place(path, "flow.yaml")

        def load(store: Store | None) -> None:
            Linker(Builder(Files(Path(folder)), store)).function(place)

        store = Store(Path(folder) / "cache")
        load(store)
        cold = median_cpu(lambda: load(None))
        warm = median_cpu(lambda: load(store))
        stock = median_cpu(lambda: by_libraries(text, schema))
    print(f"{STEPS} steps, {len(text.splitlines())} lines, medians of {ROUNDS}")
    print(f"cold / (safe_load + jsonschema + from_string): {cold / stock:.3f}  (goal {COLD_GOAL:.3f})")
    print(f"warm / cold:                                   {warm / cold:.3f}  (goal {WARM_GOAL:.3f})")
    print(f"CPU ms: stock {stock * 1e3:.0f}, cold {cold * 1e3:.0f}, warm {warm * 1e3:.1f}")


if __name__ == "__main__":
    main()
