"""The emulator is a program of its own: it imports nothing of the product, nor anything unusual."""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
ALLOWED = {"emulator", "cryptography", *sys.stdlib_module_names}
TALK = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"zhiyin", "django", "httpx", "tests"}:
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
sys.argv = ["emulator"]
from emulator.__main__ import main
main([])
"""


def foreign_imports(root: Path) -> list[str]:
    """`path:line: module` of each import that is neither the emulator's own nor allowed.

    Imports by name (`importlib`, `__import__`) are breaches too: they hide what is imported.
    """
    return [
        f"{path.relative_to(root)}:{line}: {name}"
        for path in sorted(root.rglob("*.py"))
        for line, name in _imports(ast.parse(path.read_text(encoding="utf-8")))
        if name.partition(".")[0] not in ALLOWED or name.partition(".")[0] == "importlib"
    ]


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or "a relative import"
        elif isinstance(node, ast.Name) and node.id == "__import__":
            yield node.lineno, "a hidden import"


def test_the_emulator_imports_nothing_of_the_product() -> None:
    assert foreign_imports(REPOSITORY / "emulator") == []


def test_the_product_imports_nothing_of_the_emulator() -> None:
    said = re.compile(r"^\s*(from|import) emulator\b", re.MULTILINE)
    sources = (REPOSITORY / "src").rglob("*.py")
    assert [path for path in sources if said.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "breach",
    [
        "from zhiyin.kit import money",
        "import zhiyin",
        "import httpx",
        "import importlib",
        "x = __import__('zhiyin')",
    ],
)
def test_a_planted_breach_is_caught(tmp_path: Path, breach: str) -> None:
    shutil.copytree(REPOSITORY / "emulator", tmp_path / "emulator")
    planted = tmp_path / "emulator" / "wxpay" / "bills.py"
    planted.write_text(planted.read_text(encoding="utf-8") + f"\n{breach}\n", encoding="utf-8")
    (found,) = foreign_imports(tmp_path / "emulator")
    assert found.startswith("wxpay/bills.py:")


def test_it_starts_where_the_product_is_not_installed() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", TALK], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert json.loads(process.stdout.readline())["address"].startswith("http://127.0.0.1:")
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()
    assert process.returncode == 0
