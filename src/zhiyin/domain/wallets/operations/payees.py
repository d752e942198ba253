"""Who is paid out, and how a brand does it."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from zhiyin.domain.wallets.models import Payee, Terms, Withdrawal
from zhiyin.domain.wallets.rules import checked_payee, checked_terms
from zhiyin.domain.wallets.types import (
    AGREEMENT_VERSION,
    PayeeCardTaken,
    PayeeFacts,
    PayoutTerms,
    WithdrawalState,
)
from zhiyin.kit.ids import uuid7
from zhiyin.kit.times import day_of
from zhiyin.storage.fields import blind_index, seal_text

UNDER_WAY = (
    WithdrawalState.WAITING,
    WithdrawalState.GRANTED,
    WithdrawalState.ASKED,
    WithdrawalState.STUCK,
)


def state_payee(
    *, brand_id: UUID, member_id: UUID, facts: PayeeFacts, zone: str, now: datetime
) -> None:
    """Write down who she is to the tax office, and that she signed the agreement in force.

    What she said before is replaced. `zone` is whose calendar says her age.
    Raises PayeeRefused, PayeeTooYoung, PayeeCardTaken, TextTooLong, TextHasNul.
    """
    said = checked_payee(facts, day_of(now, zone))
    known = Payee.objects.filter(brand_id=brand_id, member_id=member_id).first()
    row_id = known.id if known else uuid7()
    where = {"brand_id": brand_id, "model": Payee, "row_id": row_id}
    values = {
        "name_sealed": seal_text(field="name_sealed", text=said.name, **where),
        "card_sealed": seal_text(field="card_sealed", text=said.card_number, **where),
        "card_index": blind_index(
            brand_id=brand_id, model=Payee, field="card_sealed", value=said.card_number
        ),
        "agreement": AGREEMENT_VERSION,
        "signed_at": now,
    }
    try:
        with transaction.atomic():
            Payee.objects.update_or_create(
                brand_id=brand_id,
                member_id=member_id,
                defaults=values,
                create_defaults=values | {"id": row_id},
            )
    except IntegrityError as refused:
        if "payee_of_card_once" not in str(refused):
            raise
        raise PayeeCardTaken() from None


def forget_payee(*, brand_id: UUID, member_id: UUID) -> bool:
    """Delete who she is, unless tax law wants it kept: something was paid out, or is under way.

    Returns whether anything of her remains.
    """
    kept = Withdrawal.objects.filter(
        brand_id=brand_id, member_id=member_id, state__in=[WithdrawalState.PAID, *UNDER_WAY]
    ).exists()
    if not kept:
        Payee.objects.filter(brand_id=brand_id, member_id=member_id).delete()
    return kept


def set_terms(*, brand_id: UUID, terms: PayoutTerms) -> None:
    """Say how the brand pays out from now on; what was asked for before stays as it was.

    Raises PayoutTermsRefused.
    """
    Terms.objects.update_or_create(brand_id=brand_id, defaults=asdict(checked_terms(terms)))
