"""``matterhouse validate``: what a run would reject or not fit, with file, line and column, and without a warehouse."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from matterhouse.reading.positions import Positions
from tests.commands import HOSTILE_NAME, SAMPLE, STEERING, matterhouse
from tests.warehouses import rows

ROOT = Path(__file__).parents[2]
FILES = {
    "a.md": """\
---
title: A
heat: hot
title: B
related:
  - title: x
    quality: [1]
provider:
  name: Second
  name: Third
---
""",
    "_events/b.md": "---\r\nstartDateTime: tomorrow\r\n---\r\n",
    "broken.md": "---\ntitle: [\n---\n",
    "plain.md": "No front matter.\n",
    "fine.md": "---\ntitle: Fine\n---\n",
}
FOUND = [
    ("_events/b.md", 2, 16, "error", "field_error", "startDateTime"),
    ("a.md", 3, 7, "error", "field_error", "heat"),
    ("a.md", 4, 1, "warning", "duplicate_key", "title"),
    ("a.md", 7, 14, "error", "field_error", "related[0].quality"),
    ("a.md", 10, 3, "warning", "duplicate_key", "provider.name"),
    ("broken.md", 3, 1, "error", "yaml_syntax", None),
]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    return folder


def found(*arguments: object, cwd: Path) -> list[tuple]:
    """What is found, as tuples of path, line, column, severity, rule and field."""
    told = matterhouse("validate", *arguments, "--format", "json", cwd=cwd)
    names = ("path", "line", "column", "severity", "rule", "field")
    return [tuple(each[name] for name in names) for each in json.loads(told.stdout)]


def test_everything_is_found_with_its_place_and_no_warehouse_is_made(content: Path):
    told = matterhouse("validate", cwd=content)
    assert (told.returncode, told.stderr) == (1, "")
    lines = told.stdout.splitlines()
    assert lines[1] == "a.md:3:7: error: heat: expected a whole number, found hot [field_error]"
    assert lines[2] == (
        "a.md:4:1: warning: `title` stands here again, first in line 2: the last one holds [duplicate_key]"
    )
    assert lines[-1] == "5 files with 3 records: 4 errors, 2 warnings."
    assert found(cwd=content) == FOUND
    assert sorted(path.name for path in content.iterdir()) == ["_events", *sorted(set(FILES) - {"_events/b.md"})]


def test_a_run_says_the_same(content: Path, tmp_path: Path):
    assert matterhouse("run", "--source", "mine=folder:content", cwd=tmp_path).returncode == 0
    rejects = rows(tmp_path / "warehouse", 'SELECT path, line, "column", reason FROM meta.rejects')
    problems = "SELECT path, line, field FROM meta.field_errors WHERE expected {} '%once%' ORDER BY ALL"
    misfits, twice = (rows(tmp_path / "warehouse", problems.format(like)) for like in ("NOT LIKE", "LIKE"))
    assert rejects == [each[:3] + each[4:5] for each in FOUND if each[4] == "yaml_syntax"]
    assert twice == [("a.md", 2, "title"), ("a.md", 9, "provider.name")], "where the value stands that is not taken"
    assert misfits == [(each[0], each[1], each[5]) for each in FOUND if each[4] == "field_error"]


def test_the_sample_has_the_rejects_and_misfits_of_its_run(tmp_path: Path):
    severities = [each[3] for each in found(SAMPLE, cwd=tmp_path)]
    assert severities.count("error") == 3, "two files that cannot be read, one value that does not fit"


def test_sources_are_names_folders_and_uris(content: Path, tmp_path: Path):
    (tmp_path / "matterhouse.yml").write_text(
        "sources:\n  mine:\n    uri: folder:content\n    exclude: [a.md, broken.md]\n  other:\n    uri: https://h/${NO}\n"
    )
    in_content = [(f"content/{path}", *rest) for path, *rest in FOUND]
    assert matterhouse("validate", "mine", cwd=tmp_path).returncode == 2, "the other source's variable is not set"
    text = (tmp_path / "matterhouse.yml").read_text().replace("https://h/${NO}", "folder:absent")
    (tmp_path / "matterhouse.yml").write_text(text)
    assert found("mine", cwd=tmp_path) == in_content[:1]
    assert found("content", cwd=tmp_path) == in_content
    assert found("mine", "again=folder:content", "--exclude", "a.md", cwd=tmp_path) == [
        *in_content[:1],
        *in_content[:1],
        in_content[-1],
    ]
    gone = matterhouse("validate", "other", cwd=tmp_path)
    assert gone.returncode == 1 and "there is no such folder" in gone.stderr and "Traceback" not in gone.stderr


def test_of_a_repository_the_commit_is_read_and_warnings_alone_are_no_failure(content: Path):
    (content / "broken.md").unlink()
    (content / "_events" / "b.md").unlink()
    (content / "a.md").write_text("---\ntitle: A\ntitle: B\n---\n")
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "All"]):
        subprocess.run(["git", *command], cwd=content, check=True)
    (content / "a.md").write_text("---\ntitle: [\n---\n")
    told = matterhouse("validate", f"mine=git+{content}", cwd=content)
    assert told.returncode == 0
    assert told.stdout.splitlines()[-1] == "3 files with 2 records: 0 errors, 1 warning."
    assert matterhouse("validate", cwd=content).returncode == 1, "the folder itself is read as it is"


def test_annotations_of_github_name_file_line_and_column(content: Path):
    (content / "a,b:50%.md").write_text("---\nheat: 50%\n---\n")
    told = matterhouse("validate", "--include", "a,b*.md", "--format", "github", cwd=content)
    assert told.returncode == 1 and told.stderr == "1 file with 1 record: 1 error, 0 warnings.\n"
    assert told.stdout == (
        "::error file=a%2Cb%3A50%25.md,line=2,col=7,title=field_error::heat: expected a whole number, found 50%25\n"
    )


def test_sarif_has_a_result_and_a_rule_for_each_finding(content: Path):
    told = matterhouse("validate", "--format", "sarif", cwd=content)
    log = json.loads(told.stdout)
    [run] = log["runs"]
    assert (log["version"], run["tool"]["driver"]["name"]) == ("2.1.0", "matterhouse")
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["duplicate_key", "field_error", "yaml_syntax"]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert [
        (
            place["artifactLocation"]["uri"],
            place["region"]["startLine"],
            place["region"]["startColumn"],
            result["level"],
        )
        for place, result in zip(places, run["results"])
    ] == [each[:4] for each in FOUND]


def test_nothing_that_content_says_steers_the_terminal_or_ends_an_annotation(content: Path):
    (content / HOSTILE_NAME).write_text('---\nheat: "\\e[31m\\n::error::x"\n---\n')
    for format in ("text", "github"):
        told = matterhouse("validate", "--format", format, cwd=content)
        assert not STEERING.search(told.stdout)
        assert not any(line.startswith("::error::") for line in told.stdout.splitlines())


@pytest.mark.parametrize(
    "path, line, column",
    [
        ('"a.b"', 1, 6),
        ("a.b.c", 2, 12),
        ("list[1].x", 5, 6),
        ("list[1].absent", 5, 3),
        ("list[9]", 4, 1),
        ("absent", 1, 1),
        ("deep[0][1]", 6, 12),
    ],
)
def test_places_of_front_matter_paths(path: str, line: int, column: int):
    head = b"a.b: 1\na: {b: {c: 2}}\nlist:\n- x: 1\n- x: 2\ndeep: [[1, 2]]\n"
    at = Positions(head, 1).of(path)
    assert (at.line, at.column) == (line, column)


def test_toml_and_json_have_lines_too(content: Path):
    (content / "t.md").write_text("+++\ntitle = 'T'\nheat = 'hot'\n[provider]\nname = ['x']\n+++\n")
    (content / "j.md").write_text('---json\n{\n  "title": "J",\n  "heat": "hot"\n}\n---\n')
    places = [each[:3] for each in found("--include", "[tj].md", "--include", "?.md", "--exclude", "a.md", cwd=content)]
    assert places == [("j.md", 4, 11), ("t.md", 3, 1), ("t.md", 5, 1)]


def test_the_workflow_in_the_documentation_is_yaml_that_runs_the_command():
    page = (ROOT / "docs" / "validate.md").read_text()
    workflow = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    steps = workflow["jobs"]["front-matter"]["steps"]
    assert [step["run"] for step in steps if "run" in step][-1] == "matterhouse validate --format github"


@pytest.mark.parametrize(
    "head, told",
    [
        (
            "---\ntags:\n\t- a\n---\n",
            "a.md:3:1: error: while scanning for the next token; found character that cannot start any token;"
            " YAML indents with spaces, not tabs",
        ),
        ("---\ntitle: @a\n---\n", "any token; a text that begins with @, ` or % stands in quotes"),
        ("---\ntitle: One: two\n---\n", "in this context; a text with a colon in it stands in quotes"),
        ("---\ntags: [a b: [c}\n---\n", "is a comma or a closing bracket missing?"),
        ('+++\ntitle = "A"\ntitle = "B"\n+++\n', "the key has a value already: TOML takes each key once"),
    ],
)
def test_frequent_mistakes_are_told_with_what_to_do(head: str, told: str, tmp_path: Path):
    (tmp_path / "a.md").write_text(head)
    assert told in matterhouse("validate", ".", cwd=tmp_path).stdout
