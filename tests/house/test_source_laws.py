"""Laws 1 to 4 hold in this tree, and each check catches a breach planted in a copy of it."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house import laws

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "src"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the source tree, to plant breaches in."""
    skipped = shutil.ignore_patterns("__pycache__", "*.gz", "static")
    shutil.copytree(SOURCE, tmp_path / "src", ignore=skipped)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path / "src"


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the tree below `root`, which holds pyproject.toml and src/."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path.insert(0, {str(root / 'src')!r});"
            "from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))",
        ],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


def plant(path: Path, line: str) -> None:
    """Append a line of code to a module."""
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")


def test_the_floors_hold() -> None:
    linted = lint_imports(REPOSITORY)
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize(
    ("module", "breach", "law"),
    [
        ("kit/ids.py", "import zhiyin.storage.sql", "Law 1"),
        ("domain/brands/queries.py", "import zhiyin.flows.join", "Law 1"),
        ("domain/catalog/rules.py", "import zhiyin.domain.members.types", "Law 2"),
        ("domain/brands/queries.py", "import zhiyin.domain.matching.types", "Law 2"),
    ],
)
def test_an_import_that_runs_up_is_caught(copy: Path, module: str, breach: str, law: str) -> None:
    plant(copy / "zhiyin" / module, breach)
    linted = lint_imports(copy.parent)
    assert linted.returncode == 1
    assert any(law in line and "BROKEN" in line for line in linted.stdout.splitlines())


def test_a_package_without_a_floor_is_caught(copy: Path) -> None:
    (copy / "zhiyin" / "utils").mkdir()
    (copy / "zhiyin" / "utils" / "__init__.py").write_text("")
    assert lint_imports(copy.parent).returncode == 1


@pytest.mark.parametrize("law", [laws.impure_imports, laws.side_doors, laws.stray_writes])
def test_the_source_keeps_the_law(law: Callable[[Path], list[str]]) -> None:
    assert law(SOURCE) == []


@pytest.mark.parametrize(
    ("law", "module", "breach"),
    [
        (laws.impure_imports, "kit/ids.py", "from django.db import models"),
        (laws.impure_imports, "domain/brands/types.py", "import psycopg"),
        (laws.impure_imports, "domain/catalog/rules.py", "import httpx"),
        (laws.side_doors, "flows/join.py", "from zhiyin.domain.members import models"),
        (laws.side_doors, "flows/join.py", "from zhiyin.domain.members.models import Member"),
        (
            laws.stray_writes,
            "domain/brands/queries.py",
            "def breach():\n    Store.objects.filter(id=1).update(code='x')",
        ),
    ],
)
def test_a_planted_breach_is_caught(
    copy: Path, law: Callable[[Path], list[str]], module: str, breach: str
) -> None:
    plant(copy / "zhiyin" / module, breach)
    assert {line.split(":")[0] for line in law(copy)} == {f"zhiyin/{module}"}
