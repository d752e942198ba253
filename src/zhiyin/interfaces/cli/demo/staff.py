"""The demo's operator: a name, a random password and a second factor, kept in the state folder."""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from zhiyin.domain.brands import operations, queries
from zhiyin.domain.brands.types import Role
from zhiyin.interfaces.console.accounts import add_account, six_digits
from zhiyin.storage.tenancy import brand_tx

NAME = "demo"
FILE = "demo-login.json"


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """What the terminal prints."""

    name: str
    password: str
    six_digits: str


def demo_login(now: datetime) -> DemoLogin:
    """The demo operator's login, made on first use: an admin of every demo brand."""
    path = Path(settings.STATE) / FILE
    if not path.exists():
        password = secrets.token_urlsafe(9)
        user_id, secret = add_account(name=NAME, password=password)
        for brand in queries.open_brands():
            if brand.is_demo:
                with brand_tx(brand.id):
                    operations.grant_role(
                        brand_id=brand.id, user_id=user_id, role=Role.ADMIN, store_id=None, now=now
                    )
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"password": password, "secret": secret}, file)
    kept = json.loads(path.read_text(encoding="utf-8"))
    return DemoLogin(NAME, kept["password"], six_digits(kept["secret"], now))
