"""The laws of the house that are read from the source, each as a function: tree -> breaches.

A breach is a line `path:line: what is wrong`. Laws 1 and 2 are import-linter's (pyproject.toml),
law 6 is read from PostgreSQL (test_ownership.py), law 7 from the routes (test_matrix.py).
"""

import ast
from collections.abc import Iterator
from pathlib import Path

IMPURE = ("django", "psycopg", "procrastinate", "httpx", "urllib.request", "socket", "ninja")
DOORS = {"types", "operations", "queries"}
ANALYTICS_DOORS = DOORS | {"facts"}
WRITES = {
    "save",
    "create",
    "bulk_create",
    "get_or_create",
    "update_or_create",
    "bulk_update",
    "update",
    "delete",
}


def impure_imports(root: Path) -> list[str]:
    """Law 3: `kit`, every `types` and every `rules` import no Django, database or network."""
    return [
        f"{_at(path, node, root)}: {name} in a pure module"
        for path in _sources(root)
        if _is_pure(path, root)
        for node, name in _imports(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] in IMPURE or name in IMPURE
    ]


def side_doors(root: Path) -> list[str]:
    """Law 4: a room is entered by `types`, `operations`, `queries`; analytics only by `facts`."""
    return [
        f"{_at(path, node, root)}: enters {name}"
        for path in _sources(root)
        for node, name in _imports(ast.parse(path.read_text(encoding="utf-8")))
        if _enters_by_side_door(name, path, root)
    ]


def stray_writes(root: Path) -> list[str]:
    """Law 4: nobody but a room's `operations` saves a row of its models."""
    found = []
    for path in _sources(root):
        relative = path.relative_to(root)
        if "operations" in relative.parts or relative.name in ("operations.py", "models.py"):
            continue
        if "tests" in relative.parts or "migrations" in relative.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        models = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".models")
            for alias in node.names
        }
        found += [
            f"{_at(path, node, root)}: writes {ast.unparse(node.func)}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in WRITES
            and _root_name(node.func) in models
        ]
    return found


def _enters_by_side_door(name: str, path: Path, root: Path) -> bool:
    parts = name.split(".")
    if parts[:2] != ["zhiyin", "domain"] or len(parts) < 4:
        return False
    relative = path.relative_to(root).parts
    if relative[:3] == ("zhiyin", "domain", parts[2]):
        return False
    if "tests" in relative:
        return False
    doors = ANALYTICS_DOORS if relative[:2] == ("zhiyin", "analytics") else DOORS
    return parts[3] not in doors and parts[3] not in OPEN_MODULES.get(parts[2], set())


OPEN_MODULES: dict[str, set[str]] = {
    # `kept` is the second half of the audience's types (400 lines); `reading` is a pure function
    # of text that a query could only pass on (docs/decisions/0003).
    "audience": {"kept", "reading"},
    # `boards` is the second half of the conversations' types (400 lines).
    "conversations": {"boards"},
    # The second half of the types of orders: what comes after paying (400 lines).
    "orders": {"care"},
    # Figures on files of rentals: no brand, no database, nothing of the shop (decisions/0003).
    "matching": {"evaluation"},
    # A room without tables: its one pure function is its door.
    "pricing": {"rules"},
}
"""Modules beside the three doors that a room opens to others. They are held to law 3 as well."""


def _is_pure(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    if "tests" in parts:
        return False
    in_kit = parts[:2] == ("zhiyin", "kit")
    if parts[:2] != ("zhiyin", "domain") or len(parts) < 4:
        return in_kit
    opened = OPEN_MODULES.get(parts[2], set())
    return parts[3].removesuffix(".py") in {"types", "rules", *opened}


def _sources(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.rglob("*.py")) if "node_modules" not in path.parts)


def _imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node, node.module
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"


def _root_name(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _at(path: Path, node: ast.AST, root: Path) -> str:
    return f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}"
