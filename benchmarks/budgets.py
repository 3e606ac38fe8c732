"""What the budgets cost: texts of usual prompts with them, and with all counting taken out.

Prints the ratios, which may be 1.5 at most, and exits with 1 above that. `python -m benchmarks.budgets`
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import process_time
from unittest.mock import patch

from benchmarks.templates import DATA, KEYS, LOOP, SENTENCE, compiled
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.runtime.frames import CURRENT, Frame, frame_for
from turbo_yaml.runtime.values.filters import NAMES, filter_of
from turbo_yaml.runtime.values.writing import Output

MOST = 1.5
ROUNDS = 25
TIMES = 300
FILTERS = (
    "{{ name | trim | title }}: {{ user.orders | map(attribute='title') | join(', ') }}; "
    "{{ user.orders | selectattr('open') | list | length }} open; {{ user | tojson }}"
)
MIXED = (
    "{% for order in user.orders if order.open %}\n- {{ order.title | upper | replace('ORDER', 'No.') }}\n"
    "{% endfor %}\n{{ '%s owes %d' % (name, price) }} {{ user.orders | sort(attribute='title') | first }}"
)
TEXTS = {
    "a sentence": SENTENCE,
    "keys and a filter": KEYS,
    "a loop of 20": LOOP,
    "filters": FILTERS,
    "a loop with filters": MIXED,
}
COUNTING = (
    "spend", "check_length", "check_items", "check_repeated", "check_rounds", "check_padding",
    "check_integer", "charge", "charge_items", "weigh",
)  # fmt: skip


@contextmanager
def uncounted() -> Iterator[None]:
    """Take all counting out of the run time."""
    for name in NAMES:
        filter_of(name)
    with ExitStack() as stack:
        for module in [
            module for name, module in sys.modules.items() if name.startswith("turbo_yaml.runtime")
        ]:
            for name in COUNTING:
                if hasattr(module, name):
                    stack.enter_context(patch.object(module, name, lambda *given: 0))
        stack.enter_context(patch.object(Output, "write", lambda out, text: out._parts.append(text)))
        stack.enter_context(patch.object(Output, "text", lambda out: "".join(out._parts)))
        yield


def ratio(template: str) -> float:
    """Return what a text costs by what it costs uncounted."""
    render = compiled(template)

    def work() -> str:
        return render(**DATA)

    with_budgets, without = [], []
    for _ in range(ROUNDS):
        with_budgets.append(taken(work))
        with uncounted():
            without.append(taken(work))
    return min(with_budgets) / min(without)


def taken(work: Callable[[], object]) -> float:
    """Return the CPU seconds of a work that is done some times."""
    began = process_time()
    for _ in range(TIMES):
        work()
    return process_time() - began


def in_a_run() -> Frame:
    """Return the frame of a run, for which is counted, however long this takes."""
    frame = frame_for(LocalMemory())
    frame.host.limits = {**frame.host.limits, "work": 10**15}
    return frame


def ratios() -> dict[str, float]:
    """Return the ratio for each of the texts."""
    token = CURRENT.set(in_a_run())
    try:
        return {title: ratio(template) for title, template in TEXTS.items()}
    finally:
        CURRENT.reset(token)


def main() -> int:
    """Print the ratios."""
    found = ratios()
    for title, value in found.items():
        print(f"  {title:20} {value:5.2f}")
    print(f"at most {MOST}")
    return max(found.values()) > MOST


if __name__ == "__main__":
    sys.exit(main())
