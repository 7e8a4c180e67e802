"""Mistakes in the configuration: each is told with its line and in words, and none shows a secret."""

import json
import re
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matterhouse.settings.file import ConfigError
from matterhouse.settings.loading import load
from matterhouse.settings.models import LimitSettings, RetentionSettings, Settings
from matterhouse.settings.reference import template
from matterhouse.settings.source import SourceSettings

GROUPS = {"": Settings, "sources.NAME.": SourceSettings, "limits.": LimitSettings, "retention.": RetentionSettings}
SETTINGS = [(prefix, name) for prefix, model in GROUPS.items() for name in model.model_fields]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of a test: empty, and no other test's."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(text: str) -> None:
    Path("matterhouse.yml").write_text(text, "utf-8")


def mistakes(text: str) -> list[str]:
    """What is said of a file with this text, without the file's name."""
    write(text)
    with pytest.raises(ConfigError) as raised:
        load()
    assert str(raised.value) == "\n".join(raised.value.problems)
    assert all(line.startswith("matterhouse.yml:") for line in raised.value.problems)
    return [line.removeprefix("matterhouse.yml:").strip() for line in raised.value.problems]


def mistake(text: str) -> str:
    [line] = mistakes(text)
    return line


def source(settings: str) -> str:
    return f"sources:\n  news:\n    {settings}\n"


# Settings


@pytest.mark.parametrize(
    "text, expected",
    [
        ("warehose: w", "1: warehose: found a setting that does not exist here; expected one of warehouse, sources, tables, marts, "
         "limits, retention, notices, metrics_file, dashboard, engine, sources_at_once, batch_bytes, audit_share, publish. Did you mean warehouse?"),
        ("\nuri: ../news", "2: uri: found a setting that does not exist here; expected it below the name of a source"),
        ("depth: 5", "1: depth: found a setting that does not exist here; expected it below `limits`"),
        ("limits: {batch_bytes: 5}", "1: limits.batch_bytes: found a setting that does not exist here; expected it outside of any group"),
        ("a: 1\nsources: {}\na: 2", "3: a: found a second time, first in line 1; expected once"),
        (source("ref: 1.50"), "3: sources.news.ref: found the number 1.50; expected text (put it in quotes)"),
        (source("ref: on"), '3: sources.news.ref: found the word "on"; expected text (put it in quotes)'),
        (source("ref: 2024-03-01"), '3: sources.news.ref: found the value "2024-03-01"; expected text (put it in quotes)'),
        (source("ref: a b"), '3: sources.news.ref: found the text "a b"; the ref is not a name: give a branch, a tag or a commit'),
        (source("ref: --upload-pack=x"), "3: sources.news.ref: found the text \"--upload-pack=x\"; the ref is not a name"),
        (source("uri: [a]"), "3: sources.news.uri: found a list; expected text"),
        (source("uri: ''"), '3: sources.news.uri: found the text ""; '),
        (source("uri: http://h/x"), '3: sources.news.uri: found the text "http://h/x"; http:// is not allowed: git URLs begin with'),
        (source("uri: 'ext::sh -c true'"), '3: sources.news.uri: found the text "ext::sh -c true"; this kind of uri is not allowed'),
        (source("uri: file://news"), '3: sources.news.uri: found the text "file://news"; expected two slashes in a URL, and the whole'),
        (source("uri: x${NOT_SET}"), '3: sources.news.uri: found the text "x${NOT_SET}"; expected the environment variable NOT_SET to'),
        (source("uri: x${"), '3: sources.news.uri: found the text "x${"; expected the name of an environment variable between ${ and }'),
        (source("uri: x${a b}"), '3: sources.news.uri: found the text "x${a b}"; expected the name of an environment variable'),
        (source('include: "*.md"'), '3: sources.news.include: found the text "*.md"; expected a list, such as ["**/*.md"]'),
        (source("include: [a, b//c]"), "3: sources.news.include[1]: found the text \"b//c\"; expected a glob from the source's top"),
        (source("exclude:\n    - a\n    - 5"), "5: sources.news.exclude[1]: found the number 5; expected text (put it in quotes)"),
        (source('publish_secured: "yes"'), '3: sources.news.publish_secured: found the text "yes"; expected true or false'),
        (source("max_age: 0"), "3: sources.news.max_age: found the number 0; expected more than 0"),
        (source("max_age: .inf"), "3: sources.news.max_age: found the number .inf; expected a number that is not infinite"),
        ("sources: {news: ../news}", '1: sources.news: found the text "../news"; expected settings, indented below it'),
        ("sources: [news]", "1: sources: found a list; expected names with settings below each"),
        ("sources: {2024: {}}", '1: sources.2024: found the name "2024"; expected text (put it in quotes)'),
        ("sources: {Á: {}}", '1: sources.Á: found the name "Á"; expected up to 64 small letters'),
        (f"sources: {{{'a' * 65}: {{}}}}", f"1: sources.{'a' * 65}: found the name"),
        ("limits: 5", "1: limits: found the number 5; expected settings, indented below it, each as `name: value`"),
        ("notices: {webhook: ftp://x}", '1: notices.webhook: found the text "ftp://x"; expected a URL, as in https://'),
        ("notices: {block: slack}", '1: notices.block: found the text "slack"; expected the type and the name of a block'),
        ("limits: {depth: true}", '1: limits.depth: found the word "true"; expected a whole number such as 200_000, without quotes'),
        ("limits: {depth: 201}", "1: limits.depth: found the number 201; expected 200 or less"),
        ("limits: {depth: 0}", "1: limits.depth: found the number 0; expected 1 or more"),
        ("limits: {depth: {x: y}}", "1: limits.depth: found a group of settings; expected a whole number"),
        ("limits: {rejected_share: 5 %}", '1: limits.rejected_share: found the text "5 %"; expected a number such as 0.05, without quotes'),
        ("retention: {keep: 1.5}", "1: retention.keep: found the number 1.5; expected a whole number"),
        ("audit_share: .nan", "1: audit_share: found the number .nan; expected"),
        ("warehouse: [a]", "1: warehouse: found a list; expected the path of a folder, as text"),
        ("warehouse: 5", "1: warehouse: found the number 5; expected the path of a folder, as text"),
        ("warehouse: ${HOME}/w", '1: warehouse: found the text "${HOME}/w"; expected a folder on this machine'),
        ("warehouse: ''", '1: warehouse: found the text ""; expected a folder on this machine'),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_line_setting_and_what_is_expected(text: str, expected: str):
    assert any(line.startswith(expected) for line in mistakes(text)), mistakes(text)


@pytest.mark.parametrize("prefix, name", SETTINGS)
def test_no_mistake_is_told_in_the_words_of_pydantic(prefix: str, name: str):
    for value in [
        "[a]",
        "{a: b}",
        "-1",
        "2.5",
        "true",
        "text",
        "2024-03-01",
        "!!binary aGVsbG8=",
        "!!set {a}",
        "1e400",
        "''",
    ]:
        group = {"": "{}", "sources.NAME.": "sources: {{news: {{{}}}}}"}.get(prefix, prefix[:-1] + ": {{{}}}")
        write(group.format(f"{name}: {value}"))
        try:
            load()
        except ConfigError as error:
            assert "nput" not in str(error) and "valid" not in str(error)


@given(data=st.data())
@hypothesis.settings(deadline=None)
def test_whatever_is_done_to_a_file_it_loads_or_is_a_configuration_error(data: st.DataObject):
    text = re.sub(r"(?m)^( *)#(?! )", r"\1", template())
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        column = data.draw(st.integers(0, len(lines[at])))
        put = data.draw(
            st.sampled_from(
                [
                    "",
                    "- ",
                    ": ",
                    "[",
                    "]",
                    "{",
                    "? ",
                    "&a ",
                    "*a",
                    "<<: ",
                    "!!set ",
                    "!!binary ",
                    "'",
                    "~",
                    "0x",
                    "1",
                    " ",
                ]
            )
        )
        lines[at] = lines[at][:column] + put + lines[at][column + data.draw(st.integers(0, 4)) :]
    write("\n".join(lines))
    try:
        load()
    except ConfigError as error:
        assert str(error)


def test_all_mistakes_are_told_by_line():
    lines = mistakes(
        "limits:\n  depth: x\n  dept: 5\nsources:\n  a: {uri: 5, ref: 6}\n  B: {uri: 'http://x'}\n  c: {uri: '${NOT_SET}'}\nkeep: 1"
    )
    assert [line.split(": ")[:2] for line in lines] == [
        ["2", "limits.depth"],
        ["3", "limits.dept"],
        ["5", "sources.a.uri"],
        ["5", "sources.a.ref"],
        ["6", "sources.B"],
        ["6", "sources.B.uri"],
        ["7", "sources.c.uri"],
        ["8", "keep"],
    ]


def test_a_setting_that_stands_there_twice_is_told_with_both_lines():
    text = "sources:\n  news:\n    uri: a\n  more: {}\n  news:\n    uri: b\n    uri: c\n"
    assert mistakes(text) == [
        "5: sources.news: found a second time, first in line 2; expected once",
        "7: sources.news.uri: found a second time, first in line 6; expected once",
    ]


def test_what_yaml_can_share_between_sources_is_taken():
    write("sources:\n  a: &a {ref: main, include: [x.md]}\n  b:\n    <<: *a\n    uri: git+b\n  c: *a\n")
    settings = load().sources
    assert [(each.ref, each.include) for each in settings.values()] == [("main", ("x.md",))] * 3
    assert settings["a"].uri == settings["c"].uri != settings["b"].uri


@pytest.mark.parametrize(
    "text, expected",
    [
        (
            "sources:\n\tnews: {}",
            "2: this is not YAML: found character that cannot start any token: indent with spaces, not tabs",
        ),
        (
            "a:\n  - x\n  include: y",
            "3: this is not YAML: did not find expected '-' indicator: look at the indentation",
        ),
        (
            source("include:\n      - **/*.md"),
            "4: this is not YAML: did not find expected alphabetic or numeric character: put text that begins with *",
        ),
        (
            source("include: [*.md]"),
            "3: this is not YAML: did not find expected alphabetic or numeric character: put text",
        ),
        (source("include: *md"), "3: this is not YAML: found undefined alias"),
        (
            source("include: [a"),
            "4: this is not YAML: did not find expected ',' or ']': is a comma or a closing bracket missing?",
        ),
        (
            source("uri: a: b"),
            "3: this is not YAML: mapping values are not allowed in this context: look at the indentation, and put text",
        ),
        (source('uri: "a'), "4: this is not YAML: found unexpected end of stream: is a closing quote missing?"),
        (
            source("ref: !x y"),
            "3: this is not YAML: could not determine a constructor for the tag '!x': put text that begins with !",
        ),
        (
            source("ref: 2024-13-01"),
            '3: this is not YAML: found "2024-13-01", which cannot be what it looks like: put it in quotes',
        ),
        (source("ref: !!int x"), '3: this is not YAML: found "x", which cannot be what it looks like'),
        (source("ref: !!timestamp x"), '3: this is not YAML: found "x", which cannot be what it looks like'),
        ("[a]: b", "1: this is not YAML: found unhashable key: a setting is written `name: value`"),
        ("a: b\n---\nc: d", "2: this is not YAML: but found another document: take the line of dashes away"),
        ("a: \x01", "this is not YAML: found a control character"),
        ("a: " + "[" * 5000, "this is not YAML:"),
        ("- a", "found a list; expected lines such as `warehouse: warehouse`"),
        ("hello", 'found the text "hello"; expected lines such as `warehouse: warehouse`'),
    ],
)
def test_what_is_not_yaml_is_told_with_a_hint(text: str, expected: str):
    assert expected in mistake(text)


def test_a_file_that_is_not_utf_8_is_told_with_its_line():
    Path("matterhouse.yml").write_bytes(b"warehouse: w\n# caf\xe9\n")
    with pytest.raises(ConfigError, match="^matterhouse.yml:2: found bytes that are no UTF-8 text"):
        load()


# Secrets


def test_variables_are_filled_in_once_and_only_in_uris(monkeypatch: pytest.MonkeyPatch, folder: Path):
    monkeypatch.setenv("TOKEN", "hunter2${HOME}")
    monkeypatch.setenv("FOLDER", "/srv")
    write(
        "sources:\n  a: {uri: 'https://me:${TOKEN}@h/$x', ref: '$x'}\n  b: {uri: '${FOLDER}/b'}\n  c: {uri: 'folder:x${FOLDER}'}"
    )
    a, b, c = load().sources.values()
    assert (a.uri, a.ref) == ("https://me:hunter2${HOME}@h/$x", "$x")
    assert (b.uri, c.uri) == ("/srv/b", f"folder:{folder}/x/srv")


def test_an_empty_variable_counts_as_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TOKEN", "")
    assert mistake(source("uri: https://me:${TOKEN}@h/x")) == (
        '3: sources.news.uri: found the text "https://***@h/x"; '
        "expected the environment variable TOKEN to have a value, but it is not set"
    )


def test_settings_do_not_show_secrets():
    write(source("uri: https://reader:hunter2@git.example.org/x?key=hunter2"))
    settings = load(warehouse=Path("w"))
    assert settings.sources["news"].uri == "https://reader:hunter2@git.example.org/x?key=hunter2"
    for shown in (repr(settings), str(settings), f"{settings.sources}", settings.model_dump_json()):
        assert "git.example.org/x" in shown
        assert "hunter2" not in shown and "reader" not in shown
    with pytest.raises(ValueError) as raised:
        Settings(sources={"news": {"uri": "http://reader:hunter2@h/x", "ref": ["https://reader:hunter2@h/x"]}})
    assert "hunter2" not in str(raised.value)


SECRET_URIS = [
    "https://reader:{}@h/x",
    "git+https://{}@h/x",
    "http://reader:{}@h/x",
    "https:/reader:{}@h/x",
    "https://h/x?token={}",
]
SECRET_URIS += [
    "reader:{}@h:x",
    "git+reader:{}@h:x",
    "ssh://git:{}@h/x",
    "ext::https://reader:{}@h",
    "folder:https://reader:{}@h",
]
SECRET_FILES = [
    "{}: 1",
    "warehouse: {}",
    "sources: {}",
    "sources: {{news: {}}}",
    "sources: {{{}: {{}}}}",
    "sources: {{{}: 5}}",
]
SECRET_FILES += [
    "limits: {{depth: {}}}",
    "limits: {{{}: 5}}",
    "{}",
    "[{}]",
    "!!int {}",
    "sources: {{news: {{uri: {}, keep: 1}}}}",
]
SECRET_FILES += [
    "sources: {{news: {{ref: {}}}}}",
    "sources: {{news: {{include: {}}}}}",
    "sources: {{news: {{include: [{}, '/']}}}}",
]
SECRET_FILES += ["sources: {{news: {{uri: [{}]}}}}", "sources: {{news: {{uri: !x {}}}}}", "{0}: 1\n{0}: 2"]


SECRET_FLAGS = ["{}", "news={}", "{}=x", "NEWS={}"]
SECRETS = st.text("abcXYZ019-_.~%!*'():/@ ", min_size=6, max_size=20).map(lambda text: f"s3c{text}r3t")


@pytest.mark.parametrize("uri", SECRET_URIS)
def test_no_message_shows_a_secret(uri: str):
    check_hidden(uri, "hunter2", SECRET_FILES, SECRET_FLAGS)


@given(
    secret=SECRETS,
    uri=st.sampled_from(SECRET_URIS),
    file=st.sampled_from(SECRET_FILES),
    flag=st.sampled_from(SECRET_FLAGS),
)
@hypothesis.settings(max_examples=300)
def test_no_message_shows_an_odd_secret(secret: str, uri: str, file: str, flag: str):
    token_for_a_host = (
        "https://{}@" in uri and "/" in secret
    )  # a URL cannot say so: its host is what precedes the slash
    check_hidden(uri, "hunter2" if token_for_a_host else secret, [file], [flag])


def check_hidden(uri: str, secret: str, files: list[str], flags: list[str]) -> None:
    uri = uri.format(secret)
    for text in files:
        write(text.format(json.dumps(uri)))
        assert_hidden(secret)
    write("warehouse: w")
    for flag in flags:
        assert_hidden(secret, flag.format(uri))


def assert_hidden(secret: str, *flags: str) -> None:
    try:
        shown = repr(load(sources=flags))
    except ConfigError as error:
        shown = str(error)
    assert secret not in shown


def test_messages_are_single_lines_without_signs_that_steer_a_terminal():
    [line] = mistakes(source('ref: "a\\e[31m\\nb"'))
    assert line.isprintable()
