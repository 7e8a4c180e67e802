"""What a person or a schedule tells a flow: the parameters of its deployment.

Prefect stores parameters in plain text and shows them to everyone who sees its pages. So they hold no
secret: a ``${NAME}`` in a source's uri is filled in, from the environment, by the run that uses it.
"""

import os
import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from matterhouse.settings.loading import load
from matterhouse.settings.models import Settings
from matterhouse.sources.uris import redacted

# The variable of the environment that names the configuration of runs whose parameters name none.
CONFIG = "MATTERHOUSE_CONFIG"
_VARIABLE = re.compile(r"\$\{\w+\}")
_ONLY_A_VARIABLE = re.compile(r"(://)(?:[^/@:]*:)?\*\*\*@")


class WarehouseParameters(BaseModel):
    """Which warehouse, and what feeds it: the same as the flags of the command line."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    config: Path | None = Field(
        None, description="The configuration file; empty: that of the deployment, or else matterhouse.yml here."
    )
    sources: list[str] = Field(
        [],
        description="Sources as NAME=URI, instead of those of the configuration; secrets as ${NAME}.",
    )
    warehouse: Path | None = Field(None, description="The warehouse folder, instead of the one of the configuration.")

    @field_validator("sources")
    @classmethod
    def _without_secrets(cls, sources: list[str]) -> list[str]:
        for source in sources:
            name, _, uri = source.partition("=")
            masked = _ONLY_A_VARIABLE.sub(r"\1***@", _VARIABLE.sub("***", uri))
            if redacted(masked) != masked or redacted(name) != name:
                raise ValueError(
                    f"the uri of {redacted(name)!r} holds a secret, and Prefect stores parameters in plain text: "
                    "write ${NAME} in its place and set NAME in the environment of the worker"
                )
        return sources

    def settings(self) -> Settings:
        """The settings that hold for the run. Raises ``matterhouse.settings.file.ConfigError``."""
        return load(self.file, self.sources, self.warehouse)

    @property
    def file(self) -> Path | None:
        """The configuration file: a run that is triggered with parameters of its own has that of its deployment."""
        return self.config or (Path(os.environ[CONFIG]) if os.environ.get(CONFIG) else None)


class RefreshParameters(WarehouseParameters):
    """What a refresh is to load, and how."""

    full_refresh: bool = Field(False, description="Read every file again, also those that did not change.")
    accept_drop: bool = Field(
        False,
        description="Publish although a table loses more of its rows than the configuration allows (`dropped_share`).",
    )


class MaintainParameters(WarehouseParameters):
    """What the nightly maintenance is to look at, and how patiently."""

    wait_minutes: float = Field(60, ge=0, description="How long to wait for the lock while a run holds it.")


class BackfillParameters(WarehouseParameters):
    """What is to be loaded again from the sources, and why."""

    reason: str = Field(min_length=1, max_length=200, description="Why: it is kept with the run, in meta.runs.")
    only: list[str] = Field([], description="Names of the sources to read again; empty: all.")
    history_since: str | None = Field(
        None,
        pattern="^[0-9a-f]{7,64}$",
        description="A commit: only the history after it is read again, up to the newest commit; empty: all files are "
        "read again, and the whole history of sources that have one.",
    )
    accept_drop: bool = Field(
        False,
        description="Publish although a table loses more of its rows than the configuration allows (`dropped_share`).",
    )
    wait_minutes: float = Field(60, ge=0, description="How long to wait for the lock while a run holds it.")
