"""Why a file is not loaded: a reason code for each, in ``meta.files`` and in the ledger, and a second try where it may pass."""

import shutil
from pathlib import Path

from matterhouse.engine.run import Report, refresh
from matterhouse.settings import loading
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.ledger import Ledger
from tests.sources.conftest import Repository
from tests.warehouses import rows

REASONS = "SELECT path, outcome, reason FROM meta.files ORDER BY path"


def run(warehouse: Path, uri: object, **options) -> Report:
    settings = loading.load(None, [f"docs={uri}"], warehouse)
    limits = settings.limits.model_copy(update={"rejected_share": 1.0})
    return refresh(settings.model_copy(update={"limits": limits}), **options)


def write(folder: Path, files: dict[str, str | bytes]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_every_file_that_is_not_loaded_has_a_reason(tmp_path: Path):
    content = tmp_path / "content"
    write(content, {"good.md": "---\ntitle: a\n---\n", "none.md": "text\n", "broken.md": "---\na: @\n---\n"})
    (content / "link.md").symlink_to(content / "good.md")
    assert run(tmp_path / "w", f"folder:{content}").state == "loaded"
    expected = [
        ("broken.md", "rejected", "yaml_syntax"),
        ("good.md", "loaded", None),
        ("link.md", "skipped", "symlink"),
        ("none.md", "skipped", "no_front_matter"),
    ]
    assert rows(tmp_path / "w", REASONS) == expected
    ledger = Ledger(Layout(tmp_path / "w").ledger, read_only=True)
    assert [(path, entry.outcome, entry.reason) for path, entry in sorted(ledger.files("docs").items())] == expected
    ledger.close()


def test_which_files_are_templates_is_a_setting_of_the_source(tmp_path: Path):
    content, config = tmp_path / "content", tmp_path / "matterhouse.yml"
    head = "---\ntitle: a\n---\n"
    write(
        content,
        {"Templates/a.md": head, "x/_templates/b.md": head, "forms/c.md": head, "marks.md": "---\na: {{b}}\n---\n"},
    )
    for setting, skipped in [
        ("", ["Templates/a.md", "marks.md", "x/_templates/b.md"]),
        ("templates: []", ["marks.md"]),
        ("templates: [forms/**]", ["forms/c.md", "marks.md"]),
    ]:
        config.write_text(f"warehouse: w\nsources:\n  docs:\n    uri: folder:content\n    {setting}\n")
        settings = loading.load(config)
        assert refresh(settings, accept_drop=True).error is None
        found = rows(tmp_path / "w", "SELECT path FROM meta.files WHERE reason = 'template' ORDER BY path")
        assert [path for (path,) in found] == skipped


def test_a_reason_that_changes_is_noted(tmp_path: Path):
    content = tmp_path / "content"
    write(content, {"good.md": "---\ntitle: a\n---\n", "other.md": "text\n"})
    run(tmp_path / "w", f"folder:{content}")
    (content / "other.md").unlink()
    (content / "other.md").symlink_to(content / "good.md")
    assert run(tmp_path / "w", f"folder:{content}").state == "loaded"
    assert rows(tmp_path / "w", REASONS)[1] == ("other.md", "skipped", "symlink")


def test_the_ledger_that_is_made_anew_has_the_reasons(tmp_path: Path):
    content = tmp_path / "content"
    write(content, {"good.md": "---\ntitle: a\n---\n", "none.md": "text\n"})
    run(tmp_path / "w", f"folder:{content}")
    Layout(tmp_path / "w").ledger.unlink()
    assert run(tmp_path / "w", f"folder:{content}").state == "unchanged"
    ledger = Ledger(Layout(tmp_path / "w").ledger, read_only=True)
    assert ledger.files("docs")["none.md"].reason == "no_front_matter"
    ledger.close()


def test_a_file_that_could_not_be_read_is_tried_again_by_each_run(tmp_path: Path):
    """A blob that is missing and comes back: neither the commit nor the listing tells of it."""
    repository = Repository(tmp_path / "content")
    repository.commit({"a.md": "---\ntitle: a\n---\n", "b.md": "---\ntitle: b\n---\n"})
    blob = repository.object_path(repository.git("rev-parse", "HEAD:b.md"))
    shutil.move(blob, tmp_path / "blob")
    assert run(tmp_path / "w", repository).state == "loaded"
    assert rows(tmp_path / "w", REASONS)[1] == ("b.md", "rejected", "vanished")
    assert run(tmp_path / "w", repository).state == "unchanged"
    shutil.move(tmp_path / "blob", blob)
    report = run(tmp_path / "w", repository)
    assert (report.state, report.sources[0].loaded, report.sources[0].unchanged) == ("loaded", 1, 1)
    assert rows(tmp_path / "w", "SELECT title FROM records ORDER BY title") == [("a",), ("b",)]
    assert rows(tmp_path / "w", "SELECT count(*) FROM meta.rejects") == [(0,)]
    assert run(tmp_path / "w", repository).state == "unchanged"


def test_files_that_no_glob_includes_but_that_open_with_a_fence_are_told_of_by_extension(tmp_path: Path):
    head = "---\ntitle: a\n---\n"
    files = {
        "a.md": head,
        "b.ADOC": head,
        "c.adoc": "+++\na = 1\n+++\n",
        "LICENSE": head,
        "drafts/d.org": head,
        "node_modules/e.adoc": head,
        ".github/f.adoc": head,
        "k8s/deploy.yaml": "---\nkind: a\n---\nkind: b\n",
        "g.js": "{}\n---\n",
        "h.org": "text\n",
        "i.bin": b"\xff---\n\x00",
    }
    repository = Repository(tmp_path / "git")
    write(repository.folder, files)
    repository.commit()
    for number, uri in enumerate((f"folder:{repository.folder}", repository)):
        warehouse = tmp_path / f"w{number}"
        told = run(warehouse, uri).notes
        assert told == [
            "source docs has files that open with a fence and that no glob of `include` matches: 2 .adoc, 1 .org,"
            " 1 without extension"
        ]
        assert "2 .adoc, 1 .org" in ((warehouse / "current").resolve() / "report.md").read_text()
        assert run(warehouse, uri).notes == []
        assert run(warehouse, uri, full_refresh=True).notes == told


def test_only_so_many_files_that_no_glob_includes_are_looked_at_and_that_is_said(tmp_path: Path):
    content = tmp_path / "content"
    head = "---\ntitle: a\n---\n"
    write(content, {"a.md": head, "large.org": head + "x" * 30_000})
    write(content, {f"{number:03}.adoc": head for number in range(60)})
    [note] = run(tmp_path / "w", f"folder:{content}").notes
    assert note.endswith("matches: 50 .adoc; 50 of 61 such files were looked at")


def test_tables_of_text_in_folders_of_data_are_told_of(tmp_path: Path):
    content = tmp_path / "content"
    tables = ("_data/people.csv", "site/data/prices.CSV", "data/deep/er/x.tsv", "assets/other.csv", "_data/.hidden.csv")
    write(content, {"_posts/a.md": "---\ntitle: a\n---\n", **dict.fromkeys(tables, "a,b\n1,2\n")})
    assert run(tmp_path / "w", f"folder:{content}").notes == [
        "source docs has data files in languages that are not read, only YAML, JSON and TOML are: 2 .csv, 1 .tsv"
    ]
    assert run(tmp_path / "w", f"folder:{content}").notes == []
