"""The project as it is handed out: the lock, the committed files, the wheel."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = ("matterhouse", "dashboards", "flows", "sql", "transforms")  # the latter four are links inside of the first

LOCKED = re.compile(r"([a-z0-9-]+)(?:\[[a-z0-9, ]+\])?==(\S+)(?: ; [^\\]+?)?((?: +--hash=sha256:[0-9a-f]{64})+)")


def lock_lines() -> list[str]:
    """The lock, one line per package: ``name==version ; marker --hash=... --hash=...``."""
    text = (ROOT / "requirements.lock").read_text().replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line and not line.startswith("#")]


def declared() -> list[Requirement]:
    """Everything that pyproject.toml asks for: at run time, for tests, for building."""
    texts = [
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["test"],
        *PROJECT["build-system"]["requires"],
    ]
    return [Requirement(text) for text in texts]


def committed() -> list[Path]:
    """Files that git tracks or would add; skips outside a git repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git repository")
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    paths = [ROOT / name.decode() for name in listed.split(b"\0") if name]
    return [path for path in paths if path.is_file()]


def test_the_lock_pins_every_package_by_version_and_hash():
    assert [line for line in lock_lines() if not LOCKED.fullmatch(line)] == []


def test_the_lock_has_a_line_for_a_package_and_one_for_it_with_its_extras():
    """pip 23 looks for both."""
    lines = lock_lines()
    with_extras = [line for line in lines if "[" in line.partition("==")[0]]
    assert with_extras and all(re.sub(r"\[.*?\]", "", line, count=1) in lines for line in with_extras)


def test_the_lock_has_no_address_and_no_option():
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    assert set(re.findall(r"(?<!\S)--?[a-z-]+", text)) == {"--hash"}


@pytest.mark.parametrize("wanted", declared(), ids=str)
def test_the_lock_satisfies_pyproject(wanted: Requirement):
    versions = [line[2] for line in map(LOCKED.match, lock_lines()) if line[1] == canonicalize_name(wanted.name)]
    assert versions and all(version in wanted.specifier for version in versions)


def test_the_build_group_is_what_the_build_asks_for():
    assert PROJECT["dependency-groups"]["build"] == PROJECT["build-system"]["requires"]


def test_the_installed_packages_fit_together():
    check = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    assert check.returncode == 0, check.stdout


def test_no_committed_file_names_a_registry_or_this_machine():
    hosts = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "deb." + "debian.org"]
    unwanted = [*hosts, "index-" + "url", "/wo" + "rk/main", "/wo" + "rk/shared"]
    found = [
        (path.relative_to(ROOT).as_posix(), word)
        for path in committed()
        for word in unwanted
        if word.encode() in path.read_bytes()
    ]
    assert found == []


def test_every_module_reads_in_one_sitting():
    lines = {
        path.relative_to(ROOT).as_posix(): path.read_bytes().count(b"\n")
        for path in committed()
        if path.suffix == ".py"
    }
    assert {name: count for name, count in lines.items() if count >= 400} == {}


def test_every_function_fits_on_a_screen():
    too_long = []
    for path in (path for path in committed() if path.suffix == ".py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                too_long += [f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {lines} lines"] * (lines > 40)
    assert too_long == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this project, built without the network from a copy in which a warehouse is loaded."""
    copy = tmp_path_factory.mktemp("project")
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, copy)
    for name in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=ignored)
    clone = copy / "warehouse" / "state" / "clones" / "sample"
    clone.mkdir(parents=True)
    for folder in (clone, *clone.parents[:3]):
        (folder / "__init__.py").touch()
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-index", "--no-build-isolation", "."]
    subprocess.run([*command, "-w", "dist"], cwd=copy, check=True, capture_output=True)
    return next((copy / "dist").glob("*.whl"))


def test_the_wheel_has_the_packages_whole_and_nothing_else(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {path.relative_to(ROOT).as_posix() for path in committed() if path.parent != ROOT / "matterhouse"}
    expected |= {f"matterhouse/{path.name}" for path in (ROOT / "matterhouse").glob("*.*")}
    links = {"dashboards", "flows", "sql", "transforms"}
    expected = {f"matterhouse/{name}" if name.split("/")[0] in links else name for name in expected}
    assert packed == {name for name in expected if name.split("/")[0] == "matterhouse"}


def test_nothing_is_imported_under_another_name():
    """`import sql` would be another module object than `matterhouse.sql`, or somebody else's package."""
    old = re.compile(r"^\s*(?:from|import) (?:engine|flows|load|reading|sources|sql|transforms|warehouse)\b", re.M)
    modules = [path for path in committed() if path.suffix == ".py"]
    assert {path.relative_to(ROOT).as_posix() for path in modules if old.search(path.read_text())} == set()


@pytest.mark.slow
def test_the_installed_command_works_from_any_folder(wheel: Path, tmp_path: Path):
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", site, wheel]
    subprocess.run(install, check=True, capture_output=True)
    command = [site / "bin" / "matterhouse", "run", "--source", f"sample={ROOT / 'data' / 'sample'}"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(elsewhere), "PYTHONPATH": str(site)}
    run = subprocess.run(
        [*command, "--warehouse", "loaded"], cwd=elsewhere, env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert (elsewhere / "loaded" / "current" / "warehouse.duckdb").is_file()
