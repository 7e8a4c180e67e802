"""The settings of the engine: where the batches of a run are read."""

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from matterhouse.settings.group import Duration, Group, seconds
from matterhouse.sources.stores import refuse_url

_ADDRESS = re.compile(r"(?:tcp|tls)://[^\s/?#@]+:(?P<port>[0-9]{1,5})")


class EngineSettings(Group):
    """Where the batches of a run are read: in its own process, in more processes beside it, on a Dask cluster."""

    kind: Literal["local", "processes", "dask"] = Field(
        "local",
        description="`local`: in the process of the run, and in a second one where much is new; `processes`: in more "
        "of them on this machine; `dask`: on an existing Dask cluster (docs/cluster.md).",
        examples=["processes"],
    )
    address: str | None = Field(
        None,
        description="With `kind: dask`, where the scheduler of the cluster listens.",
        examples=["tcp://scheduler.example.org:8786"],
    )
    shared: str | None = Field(
        None,
        description="With `kind: dask`, where workers put what they read until the run takes it: a folder that they "
        "have under the same path, or a prefix of an object store; empty: the warehouse's own folder.",
        examples=["/mnt/shared/staging", "s3://bucket/staging"],
    )
    patience: Duration = Field(
        "60s",
        description="With `kind: dask`, how long a run waits while there is no worker or no answer, as a whole number "
        "and s, m, h, d or w; then it reads the rest itself.",
        examples=["5m"],
    )
    processes: int | None = Field(
        None,
        ge=1,
        le=256,
        description="With `kind: processes`, how many read beside the run's own; empty: one less than there are cores.",
        examples=[7],
    )

    @property
    def patience_seconds(self) -> float:
        """How long a run waits while there is no worker or no answer."""
        return seconds(self.patience)

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, address: str | None) -> str | None:
        found = _ADDRESS.fullmatch(address or "")
        if address is not None and (found is None or not 0 < int(found["port"]) < 65536):
            raise ValueError("expected the address of a scheduler, as in tcp://scheduler.example.org:8786")
        return address

    @field_validator("shared")
    @classmethod
    def _is_a_place(cls, shared: str | None) -> str | None:
        if shared is None or "://" not in shared:
            return shared or None
        refuse_url(shared)
        return shared.rstrip("/")

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.kind == "dask" and self.address is None:
            raise ValueError("expected an `address` with `kind: dask`, as in tcp://scheduler.example.org:8786")
        return self
