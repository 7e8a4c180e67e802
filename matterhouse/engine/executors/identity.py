"""What shapes rows on a machine: this package's code, and the versions of Python and of the libraries that it uses."""

import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from matterhouse.engine import fingerprint

CODE = "code"
_LIBRARIES = ("duckdb", "numpy", "orjson", "pandas", "pyarrow", "pyyaml")


def here() -> dict[str, str]:
    """The fingerprint of the code and the versions on this machine, each under its name."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {CODE: fingerprint.of_code(), "Python": python} | {name: _version(name) for name in _LIBRARIES}


def difference(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str | None:
    """In words, what is another there than here; None where nothing is."""
    differing = [name for name in ours if theirs.get(name) != ours[name]]
    return ", ".join(f"{name} {theirs.get(name, 'none')} there and {ours[name]} here" for name in differing) or None


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
