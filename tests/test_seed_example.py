"""The example from which this project grew, as it is printed."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.language.leaks import Watch, leaves_nothing
from turbo_yaml.protocol import Generate, GetInput, Result, User

EXAMPLE = """
# Define a custom TurboGenTemplateFn
async def custom_turbo_gen_template(memory: Optional[BaseMemory] = None, **context) -> TurboGenTemplate:
    # Generate messages based on the given context and memory
    ...

# Create a TurboGenFn instance with the custom template function
turbo_gen_fn = TurboGenFn(fn=custom_turbo_gen_template, settings={})

# Configure the generator with new settings
new_settings = {"setting1": "value1", "setting2": "value2"}
turbo_gen_fn = turbo_gen_fn.configure(new_settings)

# Generate messages using the generator
turbo_gen_wrapper = turbo_gen_fn(**context)
"""
GENERATES = """
    yield User(f"I am {context['name']}.")
    answer = yield GetInput("How are you?")
    reply = yield Generate(forward=False, setting1="step")
    yield Result({"answer": answer, "reply": reply.value, "said": len(await memory.get())})
"""


def run_example(text: str, **context: Any) -> dict[str, Any]:
    """Run the example's text; return its names."""
    names: dict[str, Any] = {"context": context, "Generate": Generate, "GetInput": GetInput}
    names |= {"User": User, "Result": Result}
    exec(
        "from typing import Optional\nfrom turbo_yaml import BaseMemory, TurboGenFn, TurboGenTemplate", names
    )
    exec(text, names)
    return names


def test_the_example_runs_as_it_is_printed() -> None:
    async def work(watch: Watch) -> None:
        names = run_example(EXAMPLE, name="Ada")
        assert names["turbo_gen_fn"].settings == {"setting1": "value1", "setting2": "value2"}
        async with names["turbo_gen_wrapper"] as run:
            assert await run.run() == Result(None, done=True)

    leaves_nothing(work)


def test_a_run_of_the_example_may_be_forgotten() -> None:
    async def work(watch: Watch) -> None:
        run_example(EXAMPLE)

    leaves_nothing(work)


def test_the_example_generates_messages_where_its_three_dots_are() -> None:
    names = run_example(EXAMPLE.replace("    ...\n", GENERATES), name="Ada")
    fn = names["turbo_gen_fn"].configure({"model": "echo"})

    async def main() -> list[Result]:
        run = fn(**names["context"])
        return [await run.run(), await run.run("Well."), await run.run()]

    question, result, end = asyncio.run(main())
    assert (question.content, question.needs_input) == ("How are you?", True)
    assert result.content == {"answer": "Well.", "reply": "I am Ada.", "said": 3}
    assert (end.content, end.done) == (result.content, True)


def test_configure_leaves_the_function_as_it_was() -> None:
    names = run_example(EXAMPLE)
    before = names["turbo_gen_fn"]
    after = before.configure({"setting1": "other"})
    assert before.settings == {"setting1": "value1", "setting2": "value2"}
    assert after.settings == {"setting1": "other", "setting2": "value2"}
    assert after.fn is before.fn is names["custom_turbo_gen_template"]
