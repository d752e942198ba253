"""`zhiyin staff` and `zhiyin api-key`: who may come in, with a password or with a key."""

import secrets
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click

from zhiyin.interfaces.cli.output import print_json
from zhiyin.interfaces.cli.refused import one_object
from zhiyin.storage import addresses

ROLES = ("admin", "operator", "moderator", "manager", "clerk", "auditor")
PASSWORD_BYTES = 12
brand_option = click.option("--brand", "slug", required=True, help="The brand's short name.")
role_option = click.option("--role", required=True, type=click.Choice(ROLES))
as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def ready() -> None:
    """Django, set up, with the database started."""
    addresses.start()
    import django

    django.setup()


@click.group()
def staff() -> None:
    """The people who work for a brand."""


@staff.command(name="add")
@brand_option
@role_option
@click.option("--name", required=True, help="What she signs in with.")
@click.option("--store", help="The code of her store, for a manager or a clerk.")
@click.option("--new-password", is_flag=True, help="Give an account that exists a new password.")
@as_json_option
def add_staff(
    slug: str, role: str, name: str, store: str | None, new_password: bool, as_json: bool
) -> None:
    """Give somebody a role; a new name also gets a password and a second factor, shown once."""
    with one_object(as_json):
        ready()
        found = _add(slug, role, name, store, new_password)
    say(found, as_json)


def _add(slug: str, role: str, name: str, store: str | None, renew: bool) -> dict[str, Any]:
    from django.contrib.auth import get_user_model

    from zhiyin.domain.brands import operations, queries
    from zhiyin.domain.brands.types import Role, StoreNotFound
    from zhiyin.interfaces.console.accounts import add_account, six_digits
    from zhiyin.storage.tenancy import brand_tx

    now = datetime.now(UTC)
    brand = queries.brand_by_slug(slug=slug)
    with brand_tx(brand.id):
        codes = [store] if store else []
        store_ids = queries.store_ids_by_code(brand_id=brand.id, codes=codes)
    if store and store not in store_ids:
        raise StoreNotFound(code=store)
    found: dict[str, Any] = {"brand": slug, "name": name, "role": role, "store": store}
    known = get_user_model().objects.filter(username=name).values_list("pk", flat=True).first()
    if known is None or renew:
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        known, secret = add_account(name=name, password=password)
        found |= {
            "password": password,
            "authenticator_secret": secret,
            "six_digits": six_digits(secret, now),
        }
    with brand_tx(brand.id):
        operations.grant_role(
            brand_id=brand.id,
            user_id=known,
            role=Role(role),
            store_id=store_ids.get(store) if store else None,
            now=now,
        )
    return found


@staff.command(name="list")
@brand_option
@as_json_option
def list_staff(slug: str, as_json: bool) -> None:
    """Everybody who holds a role now."""
    with one_object(as_json):
        ready()
        from zhiyin.domain.brands import queries
        from zhiyin.storage.tenancy import brand_tx

        brand = queries.brand_by_slug(slug=slug)
        with brand_tx(brand.id):
            people = queries.staff(brand_id=brand.id)
    rows = [{"name": p.user_name, "role": p.role.value, "store": p.store_name} for p in people]
    say({"brand": slug, "staff": rows}, as_json)


@staff.command(name="code")
@click.argument("name")
@as_json_option
def code(name: str, as_json: bool) -> None:
    """Show the six digits of a second factor now: for whoever holds this server's keys."""
    with one_object(as_json):
        ready()
        from allauth.mfa.models import Authenticator

        from zhiyin.domain.brands.types import StaffNotFound
        from zhiyin.interfaces.console.accounts import StaffSecondFactor, six_digits

        held = Authenticator.objects.filter(
            user__username=name, type=Authenticator.Type.TOTP
        ).first()
        if held is None:
            raise StaffNotFound(name=name)
        secret = StaffSecondFactor().decrypt(held.data["secret"])
        digits = six_digits(secret, datetime.now(UTC))
    say({"name": name, "six_digits": digits}, as_json)


@click.group(name="api-key")
def api_key() -> None:
    """The keys with which other programs call a brand's API."""


@api_key.command(name="create")
@brand_option
@role_option
@click.option("--label", required=True, help="What it is for; shown in lists.")
@as_json_option
def create_key(slug: str, role: str, label: str, as_json: bool) -> None:
    """Make a key and print it, this once: only its hash is kept."""
    with one_object(as_json):
        ready()
        from zhiyin.domain.brands import operations, queries
        from zhiyin.domain.brands.types import Role
        from zhiyin.storage.tenancy import brand_tx

        brand = queries.brand_by_slug(slug=slug)
        with brand_tx(brand.id):
            key = operations.issue_api_key(
                brand_id=brand.id,
                slug=slug,
                label=label[:60],
                role=Role(role),
                now=datetime.now(UTC),
            )
    say({"brand": slug, "label": label, "role": role, "key": key}, as_json)


@api_key.command(name="list")
@brand_option
@as_json_option
def list_keys(slug: str, as_json: bool) -> None:
    """The keys of a brand, revoked ones too; never the keys themselves."""
    with one_object(as_json):
        ready()
        from zhiyin.domain.brands import queries
        from zhiyin.storage.tenancy import brand_tx

        brand = queries.brand_by_slug(slug=slug)
        with brand_tx(brand.id):
            keys = queries.api_keys(brand_id=brand.id)
    rows = [
        {
            "id": str(key.id),
            "label": key.label,
            "role": key.role.value,
            "created_at": key.created_at,
            "revoked_at": key.revoked_at,
        }
        for key in keys
    ]
    say({"brand": slug, "keys": rows}, as_json)


@api_key.command(name="revoke")
@brand_option
@click.option("--id", "key_id", required=True, type=click.UUID, help="As `api-key list` shows it.")
@as_json_option
def revoke_key(slug: str, key_id: UUID, as_json: bool) -> None:
    """Make a key useless from now on."""
    with one_object(as_json):
        ready()
        from zhiyin.domain.brands import operations, queries
        from zhiyin.storage.tenancy import brand_tx

        brand = queries.brand_by_slug(slug=slug)
        with brand_tx(brand.id):
            operations.revoke_api_key(brand_id=brand.id, key_id=key_id, now=datetime.now(UTC))
    say({"brand": slug, "id": str(key_id), "revoked": True}, as_json)


def say(found: dict[str, Any], as_json: bool) -> None:
    """Print an answer: one JSON object, or a line for each part of it."""
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        for line in value if isinstance(value, list) else [value]:
            shown = (
                "  ".join(str(part or "-") for part in line.values())
                if isinstance(line, dict)
                else line
            )
            click.echo(f"{name:<22} {'-' if shown is None else shown}")
