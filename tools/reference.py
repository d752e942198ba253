"""Write the reference pages that follow from the code: the errors, and what an import may say.

Run: python tools/reference.py [--check]. With --check, says which page is stale and exits 1.
"""

import importlib
import inspect
import os
import pkgutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
REFERENCE = REPOSITORY / "docs" / "reference"
ANSWERS_WITHOUT_A_CLASS = (
    ("api_key_needed", "denied", 401, "The header `X-Api-Key` is missing, or the key is unknown."),
    ("not_found", "missing", 404, "There is nothing at this address."),
    (
        "request_malformed",
        "invalid",
        422,
        "The request is not what the call takes. Details: where.",
    ),
    ("rows_conflict", "conflict", 409, "It conflicts with something the brand has already."),
)


def pages() -> dict[Path, str]:
    """Every page that is made here, by its place."""
    return {
        REFERENCE / "errors.md": errors(),
        REFERENCE / "import.md": imports(),
        REFERENCE / "webhooks.md": webhooks(),
    }


def errors() -> str:
    """Every refusal by code: its kind, its HTTP status, and what to do."""
    from zhiyin.flows.importing.problems import SENTENCES
    from zhiyin.interfaces.refusals import STATUS

    rows = [
        (refusal.code, refusal.kind.value, int(STATUS[refusal.kind]), _sentence(refusal))
        for refusal in refusals()
    ]
    bad_rows = [(code, en, zh) for code, (zh, en) in sorted(SENTENCES.items())]
    return "\n".join(
        [
            "# Errors",
            "",
            "Made by `tools/reference.py`. A refusal has a stable `code` and a `kind`;",
            'over HTTP it is `{"code", "kind", "message", "details"}` with the status of its kind,',
            "on the command line one line on stderr (under `--json` the same object on stdout) and",
            "exit status 2.",
            "",
            *table(
                ("code", "kind", "HTTP", "what it says"), sorted([*rows, *ANSWERS_WITHOUT_A_CLASS])
            ),
            "",
            "## Rows of an import",
            "",
            "In the report of bad rows. The row did not load, except where the sentence says so.",
            "",
            *table(("code", "what to do", "怎么办"), bad_rows),
            "",
        ]
    )


def webhooks() -> str:
    """What leaves for a brand's own programs: each event type, its fields, and when it is sent."""
    from typing import get_origin, get_type_hints

    from zhiyin.flows.outward import LEAVING, TEST_TYPE

    def says(hint: object) -> str:
        words = {"UUID": "id", "int": "number", "bool": "yes or no", "datetime": "moment"}
        if get_origin(hint) is tuple:
            return "ids"
        kinds = [one for one in getattr(hint, "__args__", (hint,)) if one is not type(None)]
        (kind,) = kinds
        if hasattr(kind, "__members__"):
            return ", ".join(f"`{word.value}`" for word in kind)
        return words[kind.__name__] + (", or null" if kind is not hint else "")

    rows = []
    for kind, fields in sorted(LEAVING.items(), key=lambda one: one[0].name):
        hints = get_type_hints(kind)
        data = "; ".join(f"`{field}`: {says(hints[field])}" for field in fields)
        rows.append((f"`{kind.name}`", _sentence(kind), data))
    test = (f"`{TEST_TYPE}`", "Somebody asked for a test. Needs no subscription.")
    rows.append((*test, "`endpoint_id`: id"))
    head = (REFERENCE / "webhooks.head.md").read_text(encoding="utf-8").rstrip()
    return "\n".join([head, "", *table(("type", "it happened that", "`data`"), rows), ""])


def refusals() -> list[type]:
    """Every refusal of the product that has a code, by code."""
    from zhiyin.kit.errors import DomainError

    _import_everything()
    found: set[type] = set()
    waiting: list[type] = [DomainError]
    while waiting:
        for each in waiting.pop().__subclasses__():
            waiting.append(each)
            if each.__module__.startswith("zhiyin.") and "code" in vars(each):
                found.add(each)
    return sorted(found, key=lambda each: (each.code, each.__module__))  # type: ignore[attr-defined]


def imports() -> str:
    """What each kind of file may say, and how a mapping says it."""
    from zhiyin.domain.brands.types import ImportKind
    from zhiyin.flows.importing.fields import FIELDS, Field
    from zhiyin.flows.importing.units import UNITS

    def says(field: Field) -> str:
        if field.words and len(field.words) <= 20:
            return ", ".join(f"`{word}`" for word in sorted(field.words))
        if field.quantity is not None:
            units = ", ".join(f"`{unit}`" for unit in UNITS[field.quantity])
            return f"a measure in {units}; default `{field.default_unit}`"
        if field.max_chars:
            return f"text, {field.max_chars} characters at most"
        return SHAPES[field.shape.value]

    lines = [(REFERENCE / "import.head.md").read_text(encoding="utf-8").rstrip(), ""]
    for kind in ImportKind:
        lines += [f"## {kind.value.capitalize()}", ""]
        rows = [
            (
                f"`{name}`",
                "yes" if field.is_required else "",
                "body fact" if field.is_body else "",
                says(field),
            )
            for name, field in FIELDS[kind].items()
        ]
        lines += [*table(("field", "needed", "consent", "what it holds"), rows), ""]
    return "\n".join(lines)


SHAPES: Mapping[str, str] = {
    "choice": "one of a list of words",
    "words": "one or several of the catalogue's words, apart by `|`",
    "whole": "a whole number",
    "degrees": "decimal degrees (WGS 84)",
    "rating": "a rating; `of` is 5, 10 or 100 (kept of ten)",
    "date": "a date or a moment; ISO 8601, or `format`",
    "slot": "what the taxonomy's slot of this name allows; lists apart by `|`",
}


def table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    """A Markdown table."""
    cells = [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in cells),
    ]


def _sentence(refusal: type) -> str:
    return " ".join((inspect.getdoc(refusal) or "").split("\n\n")[0].split())


def _import_everything() -> None:
    import zhiyin

    for module in pkgutil.walk_packages(zhiyin.__path__, "zhiyin."):
        parts = module.name.split(".")
        if not {"tests", "migrations", "__main__", "sample"} & set(parts):
            importlib.import_module(module.name)


def main(arguments: list[str]) -> int:
    """Write the pages, or say which are stale."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiyin.project.settings")
    import django

    django.setup()
    stale = [
        place
        for place, text in pages().items()
        if not place.exists() or place.read_text(encoding="utf-8") != text
    ]
    for place in stale:
        if "--check" in arguments:
            sys.stderr.write(f"stale: {place.relative_to(REPOSITORY)}\n")
        else:
            place.write_text(pages()[place], encoding="utf-8")
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
