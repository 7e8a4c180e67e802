"""The sections Install and Upgrade of docs/operating.md, run as they stand in an environment of their own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from matterhouse import __version__
from tests.warehouses import rows

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "operating.md").read_text()


def commands(section: str) -> list[str]:
    """The commands of a section, but for those of systemd, which is not there."""
    text = DOCS.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    found = [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [command for command in found if not command.startswith("systemctl ")]


def shell(folder: Path, lines: list[str], **variables: str) -> str:
    """Run commands one after the other, below ``folder`` instead of ``/opt``; what they print."""
    script = "\n".join(lines).replace("/opt/", f"{folder}/opt/")
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **variables}
    done = subprocess.run(["bash", "-eu", "-c", script], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"[-3000:]
    return done.stdout


def test_the_sections_have_the_commands():
    install = commands("Install")
    assert install[0].startswith("pip wheel ") and f"version={__version__}" in install
    assert any("--require-hashes -r requirements.lock" in command for command in install)
    assert commands("Upgrade") == ["ln -sfn /opt/matterhouse-$version /opt/matterhouse"]


@pytest.mark.slow
def test_what_is_installed_runs_and_an_upgrade_has_a_way_back(tmp_path: Path):
    (tmp_path / "opt").mkdir()
    wheel, *install = commands("Install")
    for name in ("matterhouse", "dashboards", "flows", "sql", "transforms"):
        shutil.copytree(ROOT / name, tmp_path / "checkout" / name, symlinks=True)
    for name in ("pyproject.toml", "README.md", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / "checkout" / name)
    shell(tmp_path / "checkout", [wheel])
    for file in (tmp_path / "checkout").glob("matterhouse-*.whl"):
        shutil.copy(file, tmp_path)
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    assert __version__ in shell(tmp_path, install).splitlines()[-1]
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "one.md").write_text("---\ntitle: One\n---\n")
    (tmp_path / "matterhouse.yml").write_text("sources: {news: {uri: 'folder:content'}}\n")
    run = "/opt/matterhouse/bin/matterhouse run --config matterhouse.yml"
    assert "Loaded 1 record" in shell(tmp_path, [run])
    shutil.copytree(
        tmp_path / "opt" / f"matterhouse-{__version__}", tmp_path / "opt" / "matterhouse-next", symlinks=True
    )
    for version in ("next", __version__):
        shell(tmp_path, commands("Upgrade"), version=version)
        assert (tmp_path / "opt" / "matterhouse").resolve().name == f"matterhouse-{version}"
        assert "unchanged" in shell(tmp_path, [f"{run} --json"])
    assert rows(tmp_path / "warehouse", "SELECT title FROM records") == [("One",)]
