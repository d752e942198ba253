"""A refusal under `--json`: still exactly one object on stdout, and exit status 2."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from zhiyin.interfaces.cli.output import print_json
from zhiyin.kit.errors import DomainError

REFUSED = 2


@contextmanager
def one_object(as_json: bool) -> Iterator[None]:
    """Run a command's work; under `--json` a refusal is its one object."""
    try:
        yield
    except DomainError as refusal:
        if not as_json:
            raise
        print_json(
            {
                "code": refusal.code,
                "kind": refusal.kind.value,
                "message": refusal.sentence,
                "details": {name: _plain(value) for name, value in refusal.details.items()},
            }
        )
        sys.exit(REFUSED)


def _plain(value: object) -> object:
    return value if isinstance(value, bool | int | float | str | list | None) else str(value)
