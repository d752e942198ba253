"""The Chinese catalogue of the pages' words: `extract` new ones, `compile` for the server.

`extract` needs GNU gettext (a developer's tool); `compile` needs nothing but Babel.
"""

import subprocess
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

REPOSITORY = Path(__file__).resolve().parents[1]
LOCALES = REPOSITORY / "locale"


def compile_all() -> None:
    """Write a .mo beside every .po."""
    for po in sorted(LOCALES.glob("*/LC_MESSAGES/*.po")):
        with po.open("rb") as source, po.with_suffix(".mo").open("wb") as target:
            write_mo(target, read_po(source))


def extract() -> None:
    """Bring the catalogue up to date with the code; what nobody uses any more goes."""
    subprocess.run(
        [
            sys.executable,
            "-m",
            "django",
            "makemessages",
            "--locale=zh_Hans",
            "--no-obsolete",
            "--no-wrap",
            "--add-location=file",
            "--ignore=.venv",
            "--ignore=node_modules",
            "--ignore=var",
        ],
        cwd=REPOSITORY,
        check=True,
    )


if __name__ == "__main__":
    {"compile": compile_all, "extract": extract}[sys.argv[1]]()
