"""The only writers of the tenant's tables."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F

from zhiyin.domain.brands.models import (
    ApiKey,
    Brand,
    ImportProblem,
    ImportRun,
    PaymentAccount,
    StaffRole,
    Store,
)
from zhiyin.domain.brands.rules import hash_key, hash_mapping
from zhiyin.domain.brands.sealing import sealed_secret
from zhiyin.domain.brands.types import (
    AccountTaken,
    ApiKeyNotFound,
    ImportBusy,
    ImportFacts,
    ImportNotFound,
    ImportState,
    LastAdmin,
    PaymentAccountFacts,
    Role,
    RowProblem,
    StaffNotFound,
    StoreCodeTaken,
    StoreFacts,
    StoreNotFound,
)
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import one

ACCOUNTS_IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(%(queue)s, 0))"


def create_brand(*, slug: str, name_zh: str, name_en: str, is_demo: bool, now: datetime) -> UUID:
    """Open a tenant. Brands belong to nobody, so this needs no `brand_tx`."""
    brand = Brand.objects.create(
        slug=slug, name_zh=name_zh, name_en=name_en, is_demo=is_demo, created_at=now
    )
    return brand.id


def save_stores(*, brand_id: UUID, stores: Sequence[StoreFacts], now: datetime) -> int:
    """Add stores, or correct those whose code the brand has already. Returns how many rows."""
    rows = Store.objects.bulk_create(
        [Store(brand_id=brand_id, opened_at=now, **store.as_columns()) for store in stores],
        update_conflicts=True,
        unique_fields=["brand", "code"],
        update_fields=["name_zh", "name_en", "city", "address", "hours", "latitude", "longitude"],
    )
    return len(rows)


def add_store(*, brand_id: UUID, store: StoreFacts, now: datetime) -> UUID:
    """Open one store. Raises StoreCodeTaken."""
    try:
        with transaction.atomic():
            row = Store.objects.create(brand_id=brand_id, opened_at=now, **store.as_columns())
    except IntegrityError:
        raise StoreCodeTaken(code=store.code) from None
    return row.id


def change_store(*, brand_id: UUID, store_id: UUID, store: StoreFacts) -> None:
    """Correct a store's facts. Raises StoreNotFound, StoreCodeTaken."""
    try:
        with transaction.atomic():
            changed = Store.objects.filter(brand_id=brand_id, id=store_id).update(
                **store.as_columns()
            )
    except IntegrityError:
        raise StoreCodeTaken(code=store.code) from None
    if not changed:
        raise StoreNotFound(store_id=store_id)


def close_stores(*, brand_id: UUID, store_ids: Sequence[UUID], now: datetime) -> int:
    """Close stores from now on; those closed already stay as they are. Returns how many closed."""
    return Store.objects.filter(
        brand_id=brand_id, id__in=list(store_ids), closed_at__isnull=True
    ).update(closed_at=now)


def reopen_stores(*, brand_id: UUID, store_ids: Sequence[UUID]) -> int:
    """Undo `close_stores`. Returns how many opened again."""
    return Store.objects.filter(
        brand_id=brand_id, id__in=list(store_ids), closed_at__isnull=False
    ).update(closed_at=None)


def save_account(*, name: str, password: str) -> int:
    """Make a staff account, or give the one of that name a new password. Returns its id.

    Accounts belong to people, who may work for several brands, so this needs no `brand_tx`.
    """
    user, _ = User.objects.get_or_create(username=name)
    user.set_password(password)
    user.save(update_fields=["password"])
    return user.pk


def create_account(*, name: str, password: str) -> int:
    """Make a staff account of a name that nobody has, in whatever case. Returns its id.

    Of two who make it at once, the second is refused. Needs a transaction, and no `brand_tx`.
    Raises AccountTaken.
    """
    one(ACCOUNTS_IN_TURN, queue="brands.accounts")
    if User.objects.filter(username__iexact=name).exists():
        raise AccountTaken()
    return save_account(name=name, password=password)


def grant_role(
    *, brand_id: UUID, user_id: int, role: Role, store_id: UUID | None, now: datetime
) -> UUID:
    """Give somebody a role; giving it again changes nothing. Raises StoreNotFound."""
    if store_id and not Store.objects.filter(brand_id=brand_id, id=store_id).exists():
        raise StoreNotFound(store_id=store_id)
    row, _ = StaffRole.objects.get_or_create(
        brand_id=brand_id,
        user_id=user_id,
        role=role,
        store_id=store_id,
        until=None,
        defaults={"since": now},
    )
    return row.id


def end_role(*, brand_id: UUID, role_id: UUID, now: datetime) -> None:
    """End a role from now on. The last admin stays. Raises StaffNotFound, LastAdmin."""
    current = StaffRole.objects.select_for_update(no_key=True).filter(
        brand_id=brand_id, until__isnull=True
    )
    admins = list(current.filter(role=Role.ADMIN).order_by("id").values_list("id", flat=True))
    if admins == [role_id]:
        raise LastAdmin(role_id=role_id)
    if not StaffRole.objects.filter(brand_id=brand_id, id=role_id, until__isnull=True).update(
        until=now
    ):
        raise StaffNotFound(role_id=role_id)


def issue_api_key(*, brand_id: UUID, slug: str, label: str, role: Role, now: datetime) -> str:
    """Make a key to the HTTP API. It is returned once; only its hash is kept."""
    key = f"zy.{slug}.{secrets.token_urlsafe(24)}"
    ApiKey.objects.create(
        brand_id=brand_id, label=label, key_hash=hash_key(key), role=role, created_at=now
    )
    return key


def revoke_api_key(*, brand_id: UUID, key_id: UUID, now: datetime) -> None:
    """Make a key useless from now on. Raises ApiKeyNotFound if it was already."""
    live = ApiKey.objects.filter(brand_id=brand_id, id=key_id, revoked_at__isnull=True)
    if not live.update(revoked_at=now):
        raise ApiKeyNotFound(key_id=key_id)


def open_import(*, brand_id: UUID, facts: ImportFacts, now: datetime) -> UUID:
    """Begin to load a file, or find the run that has: one for each content and mapping.

    A run that failed goes on where it stopped. Returns the run's id.
    """
    row, is_new = ImportRun.objects.get_or_create(
        brand_id=brand_id,
        kind=facts.kind,
        file_hash=facts.file_hash,
        mapping_hash=hash_mapping(facts.mapping),
        defaults={
            "file_name": facts.file_name,
            "mapping": dict(facts.mapping),
            "state": ImportState.RUNNING,
            "rows_total": facts.rows_total,
            "started_at": now,
        },
    )
    if not is_new:
        ImportRun.objects.filter(brand_id=brand_id, id=row.id, state=ImportState.FAILED).update(
            state=ImportState.RUNNING, finished_at=None
        )
    return row.id


def restart_import(*, brand_id: UUID, run_id: UUID, now: datetime) -> None:
    """Let a run begin from its first row again, its problems forgotten. Raises ImportNotFound."""
    ImportProblem.objects.filter(brand_id=brand_id, run_id=run_id).delete()
    if not ImportRun.objects.filter(brand_id=brand_id, id=run_id).update(
        state=ImportState.RUNNING, rows_read=0, rows_bad=0, started_at=now, finished_at=None
    ):
        raise ImportNotFound(run_id=run_id)


def hold_import(*, brand_id: UUID, run_id: UUID, rows_read: int) -> None:
    """Keep a running run to this transaction, if it stands where the caller believes it does.

    Raises ImportBusy when another process took it further.
    """
    held = ImportRun.objects.select_for_update(no_key=True).filter(
        brand_id=brand_id, id=run_id, state=ImportState.RUNNING, rows_read=rows_read
    )
    if not held.values_list("id", flat=True):
        raise ImportBusy(run_id=run_id)


def advance_import(
    *, brand_id: UUID, run_id: UUID, rows_read: int, rows_bad: int, problems: Sequence[RowProblem]
) -> None:
    """Say how far a run has come, in the transaction that loaded the rows.

    `rows_read` and `rows_bad` count from the file's first row; `problems` are those of this batch.
    """
    ImportProblem.objects.bulk_create(
        ImportProblem(
            brand_id=brand_id,
            run_id=run_id,
            line=problem.line,
            column=problem.column[:80],
            code=problem.code,
            reason=problem.reason[:200],
        )
        for problem in {
            (problem.line, problem.column[:80]): problem for problem in problems
        }.values()
    )
    ImportRun.objects.filter(brand_id=brand_id, id=run_id).update(
        rows_read=rows_read, rows_bad=rows_bad
    )


def end_import(*, brand_id: UUID, run_id: UUID, state: ImportState, now: datetime) -> None:
    """Close a run as done or failed; a closed one stays as it is."""
    row = ImportRun.objects.filter(brand_id=brand_id, id=run_id, state=ImportState.RUNNING)
    if state is ImportState.DONE:
        row.update(state=state, finished_at=now, rows_total=F("rows_read"))
    else:
        row.update(state=state, finished_at=now)


def set_payment_account(*, brand_id: UUID, facts: PaymentAccountFacts, now: datetime) -> UUID:
    """Have the brand paid into this account from now on. Returns the account's id.

    The one before is retired, and goes on telling of what was paid into it; one that was there
    already is corrected and comes back. Of two at once, the second stands.
    """
    one(ACCOUNTS_IN_TURN, queue=f"brands.payment:{brand_id}")
    known = PaymentAccount.objects.filter(
        brand_id=brand_id,
        provider=facts.provider,
        merchant_id=facts.merchant_id,
        app_id=facts.app_id,
    ).values_list("id", flat=True)
    account_id = known.first() or uuid7()
    PaymentAccount.objects.filter(brand_id=brand_id, retired_at__isnull=True).exclude(
        id=account_id
    ).update(retired_at=now)
    columns = {
        "serial": facts.serial,
        "base_url": facts.base_url,
        "platform_keys": [{"serial": key.serial, "pem": key.pem} for key in facts.platform_keys],
    }
    secrets_said = {
        "private_key_sealed": facts.private_key_pem,
        "api_key_sealed": facts.api_key,
        "app_secret_sealed": facts.app_secret,
    }
    columns |= {
        field: sealed_secret(brand_id=brand_id, account_id=account_id, field=field, secret=secret)
        for field, secret in secrets_said.items()
    }
    found = PaymentAccount.objects.filter(brand_id=brand_id, id=account_id)
    if not found.update(**columns, retired_at=None, version=F("version") + 1):
        PaymentAccount.objects.create(
            id=account_id,
            brand_id=brand_id,
            provider=facts.provider,
            merchant_id=facts.merchant_id,
            app_id=facts.app_id,
            active_since=now,
            **columns,
        )
    return account_id
