"""`zhiyin db`: the database's life."""

import os

import click

from zhiyin.interfaces.cli.output import print_json
from zhiyin.storage import addresses, roles


@click.group(name="db")
def database() -> None:
    """Create, migrate, start and stop the database."""


@database.command()
@click.option(
    "--admin", "admin_url", required=True, help="Address of a role that may create roles."
)
@click.option("--name", default="zhiyin", show_default=True, help="Name of the database.")
def init(admin_url: str, name: str) -> None:
    """Create the database and its three roles on your own PostgreSQL (15 or newer).

    Prints the three addresses to put into the environment. May be repeated.
    """
    print_json(roles.init(admin_url=admin_url, database=name).environment())


@database.command()
def start() -> None:
    """Start the embedded PostgreSQL, if it is not running, and create what it lacks."""
    addresses.start()
    print_json({"address": addresses.url("web")})


@database.command()
def stop() -> None:
    """Stop the embedded PostgreSQL."""
    addresses.stop()


@database.command()
def remove() -> None:
    """Stop the embedded PostgreSQL and delete everything in it."""
    addresses.remove()


@database.command()
def migrate() -> None:
    """Bring the schema up to date, as the role that owns it."""
    addresses.start()
    os.environ["ZHIYIN_DB_ROLE"] = "owner"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
