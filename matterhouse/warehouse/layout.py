"""Where things are in a warehouse folder.

::

    <warehouse>/
    ├── current -> snapshots/<id>    the only thing that changes in place: one atomic rename
    ├── snapshots/<id>/              never changed once it has its name
    │   ├── warehouse.duckdb
    │   ├── parquet/<table>/*.parquet
    │   ├── manifest.json
    │   └── report.md                what the run that made it did, for people
    ├── state/                       the pipeline's own: ledger.sqlite, clones/, staging/, damaged/
    └── warehouse.lock
"""

from dataclasses import dataclass
from pathlib import Path

DATABASE = "warehouse.duckdb"
MANIFEST = "manifest.json"
RUNS = "runs.json"
PARQUET = "parquet"
REPORT = "report.md"


@dataclass(frozen=True)
class Layout:
    """The paths of one warehouse, below ``root``."""

    root: Path

    @property
    def current(self) -> Path:
        return self.root / "current"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def lock(self) -> Path:
        return self.root / "warehouse.lock"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def rolled_back(self) -> Path:
        """Holds the id that ``current`` was rolled back to, until a run publishes again."""
        return self.state / "rolled-back"

    @property
    def sent(self) -> Path:
        """Holds the id of the snapshot that each place under ``publish`` was last sent, by its URL."""
        return self.state / "sent.json"

    @property
    def running(self) -> Path:
        """Says which run is going on; left over by one that was killed."""
        return self.state / "running.json"

    @property
    def ledger(self) -> Path:
        return self.state / "ledger.sqlite"

    @property
    def clones(self) -> Path:
        return self.state / "clones"

    @property
    def staging(self) -> Path:
        return self.state / "staging"

    @property
    def damaged(self) -> Path:
        return self.state / "damaged"
