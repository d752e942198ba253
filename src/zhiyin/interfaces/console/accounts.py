"""How staff sign in: accounts are made by an admin, with a password and a second factor."""

import base64
from datetime import datetime

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from zhiyin.domain.brands import operations as brands
from zhiyin.kit.ids import NO_ID
from zhiyin.storage.encryption import Place
from zhiyin.storage.fields import key_ring

SECRET_PLACE = Place(brand_id=NO_ID, table="mfa_authenticator", column="data", row_id=NO_ID)


class StaffAccounts(DefaultAccountAdapter):
    """Closes sign-up; everything else is allauth's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class StaffSecondFactor(DefaultMFAAdapter):
    """Keeps the secrets of second factors sealed."""

    def encrypt(self, text: str) -> str:
        return key_ring().seal(text, place=SECRET_PLACE).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return key_ring().open_(bytes.fromhex(encrypted_text), place=SECRET_PLACE).decode()


@transaction.atomic
def add_account(*, name: str, password: str) -> tuple[int, str]:
    """Make a staff account with a second factor. Returns its id and the secret of the factor.

    The secret is returned once, for her authenticator. An account of that name is replaced in
    both. Staff accounts are no brand's: a role at a brand is granted apart.
    """
    user_id = brands.save_account(name=name, password=password)
    return user_id, _renewed_secret(user_id)


@transaction.atomic
def new_account(*, name: str, password: str) -> tuple[int, str]:
    """`add_account` for a name that nobody has: nobody's account is replaced. Raises AccountTaken.

    Whoever has the name may work for another brand.
    """
    user_id = brands.create_account(name=name, password=password)
    return user_id, _renewed_secret(user_id)


def authenticator_link(name: str, secret: str) -> tuple[str, str]:
    """What an authenticator app opens for a secret, and the same as a picture's address to scan."""
    adapter = get_adapter()
    link = adapter.build_totp_url(User(username=name), secret)
    picture = base64.b64encode(adapter.build_totp_svg(link).encode()).decode()
    return link, f"data:image/svg+xml;base64,{picture}"


def six_digits(secret: str, now: datetime) -> str:
    """What an authenticator shows for a secret at a moment."""
    step = int(now.timestamp()) // app_settings.TOTP_PERIOD
    return format_hotp_value(hotp_value(secret, step))


def _renewed_secret(user_id: int) -> str:
    user = User.objects.get(pk=user_id)
    secret = generate_totp_secret()
    user.authenticator_set.all().delete()
    TOTP.activate(user, secret)
    return secret
