"""What groups of settings have in common, and types of settings."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d{1,6})([smhdw])")


def seconds(duration: str) -> int:
    """Seconds of a duration such as ``15m``: a whole number and s, m, h, d or w."""
    found = _DURATION.fullmatch(duration)
    assert found is not None  # the settings are checked
    return int(found[1]) * _UNITS[found[2]]


def _is_duration(given: Any) -> Any:
    if not isinstance(given, str) or not _DURATION.fullmatch(given):
        raise ValueError("expected a whole number and its unit s, m, h, d or w, as in 15m, 6h or 30d")
    return given


Duration = Annotated[str, BeforeValidator(_is_duration)]


class Group(BaseModel):
    """Settings that stand together; a setting without a value (``ref:``) is one that is left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_what_is_empty(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None or name not in cls.model_fields}
