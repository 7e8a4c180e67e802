"""The ratios that a run of the benchmark has to reach: CPU seconds of two runs of one measurement, so that the machine
does not matter much. ``ratios.json`` has them by repository; a fifth more is let pass.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.contest import NAIVE, NEWEST, OURS, SPREAD, UNCHANGED, Result

FILE = Path(__file__).with_name("ratios.json")
SLACK = 1.2
RUNS = {
    "full load": (OURS, NAIVE),
    "nothing changed": (UNCHANGED, OURS),
    "1 % changed": (SPREAD, OURS),
    "the newest 1 % changed": (NEWEST, OURS),
}


def measured(result: Result) -> dict[str, float]:
    """What our runs cost, as shares: of the script a full load, and of a full load the others."""
    costs = result.costs
    return {
        name: costs[run].cpu / costs[beside].cpu
        for name, (run, beside) in RUNS.items()
        if run in costs and beside in costs
    }


def name(result: Result) -> str:
    """What a repository is called in ``ratios.json``."""
    return f"{result.name}: {result.documents:,} documents"


def missed(results: Iterable[Result], committed: dict[str, dict[str, float]] | None = None) -> Iterator[str]:
    """A sentence for each ratio that is missed by more than a fifth."""
    committed = json.loads(FILE.read_text("utf-8")) if committed is None else committed
    for result in results:
        found = measured(result)
        for run, wanted in committed.get(name(result), {}).items():
            if run in found and found[run] > wanted * SLACK:
                yield f"{name(result)}: {run} costs {found[run]:.3f}, the committed ratio is {wanted:.3f}"
