"""The notebook of the docs shows what its cells print: in a loop that runs, and in a real kernel."""

from __future__ import annotations

import asyncio
import json
from importlib.util import find_spec
from typing import Any

import pytest

from tests.docs.pages import ROOT, Block
from tests.docs.test_docs import run_python

pytestmark = pytest.mark.slow

PAGE = ROOT / "docs" / "notebook.ipynb"
NOTEBOOK = json.loads(PAGE.read_text(encoding="utf-8"))


def printed(notebook: Any) -> list[str]:
    """Return what each cell of code printed."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return ["".join("".join(out.get("text", out)) for out in cell["outputs"]) for cell in cells]


def test_the_cells_print_what_they_show_in_a_loop_that_runs() -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    found = []
    with asyncio.Runner() as runner:
        for cell in NOTEBOOK["cells"]:
            if cell["cell_type"] == "code":
                block = Block("python", "".join(cell["source"]), 0, None, ())
                found.append(run_python(block, PAGE, names, runner))
    assert found == printed(NOTEBOOK)


@pytest.mark.skipif(find_spec("nbclient") is None, reason="`pip install -e '.[notebook]'` has the kernel")
@pytest.mark.filterwarnings("default")
def test_a_kernel_prints_what_the_notebook_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    from nbclient import NotebookClient
    from nbformat import NO_CONVERT, read

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = read(PAGE, NO_CONVERT)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    # Past the limit a cell hangs, as it must never do.
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    assert printed(notebook) == printed(NOTEBOOK)
