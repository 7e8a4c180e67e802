"""One repository, every contender, a few rounds: what each cost and what it wrote."""

import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import rivals
from benchmarks.measure import Cost, Failed, least, measure
from benchmarks.repositories import Repository

NAIVE, DLT, OURS = "naive script", "dlt", "Matterhouse, full load"
UNCHANGED, SPREAD, NEWEST = (
    "Matterhouse, nothing changed",
    "Matterhouse, 1 % changed",
    "Matterhouse, the newest 1 % changed",
)
_WRITER = {NAIVE: "naive", DLT: "dlt", OURS: "ours"}
_READING = {
    "ours": sys.executable,
    "pyyaml": sys.executable,
    "read_and_hash": sys.executable,
    "rapidyaml": rivals.PYTHON,
}


@dataclass
class Result:
    """``costs`` has what each contender cost, ``failures`` why it has none, ``found`` the rows it wrote.

    ``changed`` counts the documents edited before a run; ``reading`` has CPU seconds per million bytes, ``imports``
    those of importing pandas, pyarrow and DuckDB.
    """

    name: str
    documents: int
    bytes: int
    is_generated: bool = False
    costs: dict[str, Cost] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    found: dict[str, dict] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    reading: dict[str, float] = field(default_factory=dict)
    imports: float | None = None

    @property
    def floor(self) -> float | None:
        """CPU seconds that are left when nothing is done but importing, reading, hashing and a bare parse."""
        if self.imports is None or not {"read_and_hash", "rapidyaml"} <= self.reading.keys():
            return None
        return self.imports + (self.reading["read_and_hash"] + self.reading["rapidyaml"]) * self.bytes / 1e6

    @property
    def agree(self) -> bool:
        """Whether all found the same rows."""
        return len({json.dumps(found) for found in self.found.values()}) <= 1


class Contest:
    """Measures on ``repository``, writing below ``scratch``."""

    def __init__(self, repository: Repository, scratch: Path):
        self._repository, self._scratch = repository, scratch
        self._costs: dict[str, list[Cost]] = {}
        self.result = Result(repository.name, len(repository.files), repository.bytes, repository.is_generated)

    def run(self, rounds: int, with_rivals: bool) -> Result:
        """Take turns, so that a busy minute of the machine hits all of them."""
        for _ in range(rounds):
            if with_rivals:
                self._rival(NAIVE, sys.executable, "benchmarks.naive")
                self._rival(DLT, rivals.PYTHON, "benchmarks.dlt_pipeline")
            self._ours()
        if with_rivals:
            self._read()
        self.result.costs = {label: least(costs) for label, costs in self._costs.items()}
        return self.result

    def _rival(self, label: str, python: str | Path, module: str) -> None:
        out = self._scratch / "rival"
        if self._measured(label, python, "-m", module, self._repository.folder, out):
            self._look(label, label, out)
        shutil.rmtree(out, ignore_errors=True)

    def _ours(self) -> None:
        """A full load, a run with nothing to do, and two with a hundredth of the documents edited."""
        out, repository = self._scratch / "warehouse", self._repository
        if self._run_ours(OURS, out, publishes=True):
            self._look(OURS, OURS, out)
            self._run_ours(UNCHANGED, out, publishes=False)
            for label, edit in ((SPREAD, repository.edit_spread), (NEWEST, repository.edit_newest)):
                self.result.changed[label] = edit()
                if self.result.changed[label] and self._run_ours(label, out, publishes=True):
                    self._look(label, OURS, out)
        shutil.rmtree(out, ignore_errors=True)

    def _run_ours(self, label: str, out: Path, publishes: bool) -> bool:
        source = f"content=folder:{self._repository.folder}"
        before = _snapshot(out)
        done = self._measured(
            label, sys.executable, "-m", "matterhouse.cli", "run", "--source", source, "--warehouse", out
        )
        if done and (_snapshot(out) != before) != publishes:
            self.result.failures[label] = "published nothing" if publishes else "published although nothing changed"
        return done

    def _measured(self, label: str, *command: str | Path) -> bool:
        try:
            cost, _ = measure(command, self._scratch)
        except Failed as failure:
            self.result.failures[label] = str(failure)
            print(f"  {label}: {failure}", file=sys.stderr)
            return False
        self._costs.setdefault(label, []).append(cost)
        print(f"  {label}: {cost.cpu:.2f} CPU s, {cost.wall:.1f} s, {cost.peak_bytes / 1e6:.0f} MB", file=sys.stderr)
        return True

    def _look(self, label: str, writer: str, out: Path) -> None:
        try:
            _, printed = measure([sys.executable, "-m", "benchmarks.rows", _WRITER[writer], out], self._scratch)
            self.result.found[label] = json.loads(printed)
        except Failed as failure:
            self.result.failures[f"{label}: looking at its rows"] = str(failure)

    def _read(self) -> None:
        cost, _ = measure([sys.executable, "-c", "import duckdb, pandas, pyarrow.parquet"], self._scratch)
        self.result.imports = cost.cpu
        for way, python in _READING.items():
            try:
                _, printed = measure([python, "-m", "benchmarks.readers", way, self._repository.folder], self._scratch)
                self.result.reading[way] = float(printed)
            except Failed as failure:
                self.result.failures[f"reading: {way}"] = str(failure)


def _snapshot(out: Path) -> str | None:
    current = out / "current"
    return current.readlink().name if current.is_symlink() else None
