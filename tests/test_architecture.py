"""The layers hold, files stay short, every kernel has a reference and a test, and the README tells the truth."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("kernels", "synthesis", "briefings")
SOURCES = sorted(
    path for package in PACKAGES for path in (PROJECT / package).rglob("*.py") if "migrations" not in path.parts
)
README = (PROJECT / "README.md").read_text("utf-8")

ABOVE = {"kernels": {"synthesis", "briefings"}, "synthesis": {"briefings"}, "briefings": set()}
FORBIDDEN = {
    "kernels": {"django", "celery", "requests", "pydub", "torchaudio", "numpy"},
    "synthesis": {"django", "celery", "requests", "feedparser", "transformers"},
    "briefings": {"pydub", "torchaudio", "triton", "transformers"},
}
# The one file of `synthesis` or `briefings` that may import the package.
SOLE_IMPORTER = {
    "torchaudio": "synthesis/audio/resample.py",
    "pydub": "synthesis/audio/encode.py",
    "urllib3": "briefings/web_client.py",
    "urllib.request": "synthesis/downloads.py",
    "huggingface_hub": "synthesis/downloads.py",
}
NEVER_CALLED = ("torch.load", "pickle.load", "pickle.loads", "eval", "exec", "os.system")
BANNED_NAMES = re.compile(r"(^|_)(manager|helper|util|utils|common|handle)(_|$)")


def relative(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def imports(path: Path) -> set[str]:
    """Every module that a file imports, at any depth of nesting."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "importlib.import_module":
            found |= {argument.value for argument in node.args if isinstance(argument, ast.Constant)}
    return found


def imports_package(path: Path, package: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for name in imports(path))


def calls(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_imports_point_down(path):
    package = path.relative_to(PROJECT).parts[0]
    tops = {name.split(".")[0] for name in imports(path)}
    assert not tops & (ABOVE[package] | FORBIDDEN[package])


@pytest.mark.parametrize(("package", "owner"), SOLE_IMPORTER.items())
def test_a_package_with_traps_has_one_importer(package, owner):
    importers = {relative(path) for path in SOURCES if imports_package(path, package)}
    assert importers == {owner}


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_no_file_is_long(path):
    assert len(path.read_text("utf-8").splitlines()) <= 350


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_nothing_loads_a_pickle_or_runs_a_string(path):
    assert not calls(path) & set(NEVER_CALLED)


@pytest.mark.parametrize("path", [p for p in SOURCES if p.stat().st_size and p.name != "__init__.py"], ids=relative)
def test_a_file_opens_with_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_names_are_exact(path):
    assert not BANNED_NAMES.search(path.stem)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name != "handle":  # Django's own name
            assert not BANNED_NAMES.search(node.name.lower()), f"line {node.lineno}"


def test_feedparser_never_gets_an_address():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "feedparser.parse":
                assert "BytesIO" in ast.unparse(node.args[0]), relative(path)


KERNELS = [path for path in SOURCES if path.parts[-2] == "kernels" and "\n@jit\n" in path.read_text("utf-8")]


@pytest.mark.parametrize("path", KERNELS, ids=lambda path: path.stem)
def test_a_kernel_stands_beside_its_reference_and_has_a_test(path):
    functions = {n.name for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef)}
    assert f"{path.stem}_reference" in functions
    assert path.stem in functions
    assert (PROJECT / "tests" / "kernels" / f"test_{path.stem}.py").is_file()
    assert path.stem in (PROJECT / "kernels" / "README.md").read_text("utf-8")


def test_the_layers_hold_by_the_linter_too():
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter, "--no-cache"], cwd=PROJECT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_the_readme_lists_every_setting():
    source = "".join((PROJECT / name).read_text("utf-8") for name in ("briefings/settings.py", "synthesis/device.py"))
    read = set(re.findall(r'\benv\w*\("([A-Z_]+)"', source))
    read |= set(re.findall(r'environ(?:\.get)?[\[(]"([A-Z_]+)"', source))
    assert {"TANDEM_BASE_URL", "TANDEM_LOG_LEVEL", "TANDEM_FETCH_TIMEOUT_S", "COMPUTE_DEVICE"} <= read
    for name in read - {"DJANGO_SETTINGS_MODULE"}:
        assert f"`{name}`" in README, name


def test_the_readme_lists_every_command():
    commands = {path.stem for path in (PROJECT / "briefings/management/commands").glob("[a-z]*.py")}
    for name in commands:
        assert f"manage.py {name}" in README, name


def test_the_readme_names_every_make_target():
    targets = re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text(), re.M).group(1).split()
    for name in targets:
        assert f"make {name}" in README, name


def test_the_project_speaks_of_itself_alone():
    """No path of a machine, no address of a package registry, in anything that is committed."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    told = re.compile(r"(?<![\w.])/(?:home|root|mnt|work)/[a-z.]|(?:pypi|npmjs)\.org|pythonhosted")
    for name in listed.stdout.split("\0"):
        path = PROJECT / name
        if path.suffix in {".py", ".md", ".toml", ".html", ".js", ".css", ""} and path.is_file() and name != "LICENSE":
            found = told.search(path.read_text("utf-8"))
            assert found is None or path == Path(__file__), f"{name}: {found.group()}"
