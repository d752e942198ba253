"""The `zhiyin` command. `--json` prints one JSON object on stdout; all else goes to stderr."""

import json
import os
import sys
from collections.abc import Mapping
from pkgutil import resolve_name

import click
from rich.console import Console

from zhiyin.kit.errors import DomainError

REFUSED = 2
stderr = Console(stderr=True)


class Commands(click.Group):
    """The commands by name, imported when they are used: most of them need Django, some do not."""

    places: Mapping[str, str] = {
        "api-key": "zhiyin.interfaces.cli.brands:api_key",
        "audit": "zhiyin.interfaces.cli.audit:audit",
        "db": "zhiyin.interfaces.cli.database:database",
        "demo": "zhiyin.interfaces.cli.demo.command:demo",
        "evaluate": "zhiyin.interfaces.cli.evaluate:evaluate",
        "import": "zhiyin.interfaces.cli.importing:import_file",
        "match": "zhiyin.interfaces.cli.match:match",
        "members": "zhiyin.interfaces.cli.members:members",
        "openapi": "zhiyin.interfaces.cli.openapi:openapi",
        "pay-account": "zhiyin.interfaces.cli.payments:pay_account",
        "reap": "zhiyin.interfaces.cli.worker:reap",
        "serve": "zhiyin.interfaces.cli.serve:serve",
        "staff": "zhiyin.interfaces.cli.brands:staff",
        "train": "zhiyin.interfaces.cli.train:train",
        "worker": "zhiyin.interfaces.cli.worker:worker",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self.places.get(cmd_name)
        if place is None:
            return None
        command: click.Command = resolve_name(place)
        return command


@click.command(cls=Commands)
@click.version_option(package_name="zhiyin")
def group() -> None:
    """Private-domain commerce: a need, answered by a person like her."""


def main() -> None:
    """Run a command; a refusal is one line with its code, and exit status 2.

    Numbers are crunched by one thread a process, unless OMP_NUM_THREADS says otherwise: threads
    that spin on every core make the other processes of the house wait.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiyin.project.settings")
    try:
        group.main(standalone_mode=False)
    except DomainError as refusal:
        stderr.print(f"[bold]{refusal.code}[/]  {refusal.sentence}")
        if refusal.details:
            stderr.print(json.dumps(refusal.details, ensure_ascii=False, default=str))
        sys.exit(REFUSED)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except click.Abort:
        sys.exit(130)
