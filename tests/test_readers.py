"""docs/readers.md and its notebook: every example runs beside a loaded warehouse."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from matterhouse.warehouse import sending, snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.remote import Remote
from tests.commands import SAMPLE, matterhouse
from tests.stores import bucket

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "readers.md").read_text(encoding="utf-8")
IN_A_STORE = "s3://bucket"
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [line.removeprefix("$ ") for kind, text in BLOCKS if kind == "console" for line in text.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder that holds `warehouse`, loaded from the sample repository."""
    folder = tmp_path_factory.mktemp("readers")
    done = matterhouse("run", "--source", f"sample={SAMPLE}", "--warehouse", "warehouse", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def run(code: str, folder: Path) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_of_the_page_runs(folder: Path):
    counts = "\nprint({name: len(value) for name, value in globals().items() if hasattr(value, '__len__')})"
    printed = run(
        "".join(text for kind, text in BLOCKS if kind == "python" and IN_A_STORE not in text) + counts, folder
    )
    assert re.match(r"000001-\w+ /\S+\n(\d+ \S.*\n){3}", printed)
    sizes = dict(re.findall(r"'(\w+)': (\d+)", printed))
    assert [
        name for name in ("articles", "topics", "providers", "newest", "by_provider", "records") if not int(sizes[name])
    ] == []


def test_the_python_for_object_stores_runs(folder: Path):
    blocks = [text for kind, text in BLOCKS if kind == "python" and IN_A_STORE in text]
    assert len(blocks) == 3
    shown = ("articles", "records", "providers", "images", "topics", "links")
    with bucket() as store:
        sending.send(Remote(f"{store}/warehouse"), snapshots.current(Layout(folder / "warehouse")))
        code = f"{''.join(blocks)}\nprint(*map(len, [{', '.join(shown)}]))"
        printed = run(code.replace(IN_A_STORE, store), folder)
    assert all(int(size) > 0 for size in printed.split()) and len(printed.split()) == len(shown)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_page_run(command: str, folder: Path):
    assert command.startswith("duckdb ")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path}
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "12:30" in done.stdout or "76" in done.stdout  # the first title, and the number of records


def test_the_cells_of_the_notebook_run(folder: Path):
    notebook = json.loads((ROOT / "docs" / "notebook.ipynb").read_text("utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(cells) == 5
    # The last line of a cell is what Jupyter shows.
    assert run("\n".join(cells[:-1]) + "\nprint(len(tables), len(monthly))\n" + cells[-1], folder).split()[0] != "0"
    assert all(cell.get("outputs") == [] for cell in notebook["cells"] if cell["cell_type"] == "code")


def test_the_pitfall_is_real(folder: Path):
    """Below `snapshots/*`, a record stands once for each snapshot that is kept."""
    again = matterhouse("run", "--source", f"sample={SAMPLE}", "--warehouse", "warehouse", "--full-refresh", cwd=folder)
    assert again.returncode == 0, again.stderr
    assert len(list((folder / "warehouse" / "snapshots").iterdir())) == 2
    count = "import polars; print(polars.scan_parquet('warehouse/{}/parquet/records/*.parquet').collect().height)"
    assert int(run(count.format("snapshots/*"), folder)) == 2 * int(run(count.format("current"), folder))
