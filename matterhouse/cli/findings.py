"""Findings of ``matterhouse validate`` as people, GitHub and code scanners read them."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from matterhouse import __version__
from matterhouse.cli.terminal import safe, say, say_json

if TYPE_CHECKING:
    from matterhouse.engine.validation import Finding


class FindingFormat(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


def show(findings: Iterable["Finding"], format: FindingFormat) -> None:
    """Print findings; text and GitHub's annotations line by line, as they come."""
    line_of: dict[FindingFormat, Callable[[Finding], str]] = {
        FindingFormat.TEXT: _text,
        FindingFormat.GITHUB: _annotation,
    }
    if format in line_of:
        for each in findings:
            say(line_of[format](each))
    elif format is FindingFormat.JSON:
        say_json([asdict(each) for each in findings], indent=1)
    else:
        say_json(_sarif(findings), indent=1)


def _text(finding: "Finding") -> str:
    """``path:line:column: error: message [rule]``, as compilers have it."""
    place = ":".join(safe(part) for part in (finding.path, finding.line, finding.column) if part is not None)
    return f"{place}: {finding.severity}: {_message(finding)} [{finding.rule}]"


def _annotation(finding: "Finding") -> str:
    """A workflow command of GitHub Actions, which shows the finding beside its line."""
    places = (("file", finding.path), ("line", finding.line), ("col", finding.column), ("title", finding.rule))
    properties = ",".join(f"{name}={_property(value)}" for name, value in places if value is not None)
    return f"::{finding.severity} {properties}::{_data(_message(finding))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    return _data(safe(value)).replace(":", "%3A").replace(",", "%2C")


def _message(finding: "Finding") -> str:
    field = f"{finding.field}: " if finding.field and finding.rule == "field_error" else ""
    return safe(field + finding.message)


def _sarif(findings: Iterable["Finding"]) -> dict[str, Any]:
    """A SARIF 2.1.0 log, for code scanning."""
    results = [_result(each) for each in findings]
    rules = sorted({result["ruleId"] for result in results})
    driver = {"name": "matterhouse", "version": __version__, "rules": [{"id": rule} for rule in rules]}
    return {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(finding: "Finding") -> dict[str, Any]:
    from urllib.parse import quote

    location: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.path)}}
    if finding.line is not None:
        location["region"] = {"startLine": finding.line} | (
            {"startColumn": finding.column} if finding.column is not None else {}
        )
    return {
        "ruleId": finding.rule,
        "level": finding.severity,
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": location}],
    }
