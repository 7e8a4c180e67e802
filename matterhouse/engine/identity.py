"""What tells a source from any other, whatever it is called: where it lies, and how it is read."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from matterhouse.engine import fingerprint
from matterhouse.settings.source import SourceSettings
from matterhouse.sources import Limits, redacted


class Identity(NamedTuple):
    """The ``uri`` without a password, the ``ref``, and a fingerprint of how the source is read."""

    uri: str
    ref: str | None
    reading: str

    @classmethod
    def configured(cls, own: SourceSettings, limits: Limits) -> "Identity":
        """That of a source of the settings."""
        return cls(redacted(own.uri), own.ref, fingerprint.of_source(own, limits))

    @classmethod
    def known(cls, facts: Mapping[str, Any]) -> "Identity":
        """That of a source as the ledger knows it."""
        return cls(facts["uri"], facts["ref"], facts["fingerprint"])

    @property
    def place(self) -> tuple[str, str | None]:
        """Where it lies."""
        return self.uri, self.ref
