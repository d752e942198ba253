"""Tables of wallets: how a brand pays out, to whom, and each withdrawal with its history."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from zhiyin.domain.wallets.types import (
    APPROVERS,
    LEAST_TRANSFER_FEN,
    MOST_TRANSFER_FEN,
    WithdrawalAct,
    WithdrawalState,
    Withholding,
)
from zhiyin.storage.choices import choices
from zhiyin.storage.fields import SealedField
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class Terms(BrandOwned):
    """How a brand pays out; none: `PayoutTerms()`."""

    withholding = models.CharField(max_length=12, choices=choices(Withholding))
    approve_above_fen = models.BigIntegerField()
    least_fen = models.BigIntegerField()
    most_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand"], name="payout_terms_once"),
            models.CheckConstraint(
                condition=Q(
                    approve_above_fen__gte=0,
                    least_fen__gte=LEAST_TRANSFER_FEN,
                    most_fen__gte=F("least_fen"),
                    most_fen__lte=MOST_TRANSFER_FEN,
                ),
                name="payout_terms_sums",
            ),
        ]


class Payee(BrandOwned):
    """Who a promoter is to the tax office, sealed; `card_index` finds a card given twice."""

    member = SameBrandKey("members.Member")
    name_sealed = SealedField()
    card_sealed = SealedField()
    card_index = models.BinaryField(max_length=16)
    agreement = models.CharField(max_length=20)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "member"], name="payee_once"),
            models.UniqueConstraint(fields=["brand", "card_index"], name="payee_of_card_once"),
        ]


class Withdrawal(BrandOwned):
    """A sum on its way to a payee, under one number: its id. `key` is the page's, once a member."""

    member = SameBrandKey("members.Member")
    key = models.CharField(max_length=64)
    amount_fen = models.BigIntegerField()
    tax_fen = models.BigIntegerField()
    withholding = models.CharField(max_length=12, choices=choices(Withholding))
    needed = models.PositiveSmallIntegerField()
    requested_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=choices(WithdrawalState))
    provider = models.CharField(max_length=20, default="")
    merchant_id = models.CharField(max_length=64, default="")
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    page = models.JSONField(default=dict)
    why = models.CharField(max_length=60, default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "member", "key"], name="withdrawal_once"),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=1, tax_fen__gte=0, tax_fen__lt=F("amount_fen")),
                name="withdrawal_sums",
            ),
            models.CheckConstraint(
                condition=Q(needed__in=[0, APPROVERS]), name="withdrawal_approvers"
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "next_try_at", "id"],
                condition=Q(state__in=[WithdrawalState.GRANTED.value, WithdrawalState.ASKED.value]),
                name="withdrawal_due",
            ),
            models.Index(fields=["brand", "-requested_at", "-id"], name="withdrawal_newest"),
        ]


class WithdrawalMove(BrandOwned):
    """A line of a withdrawal's history. Rows are only added; an account approves once."""

    withdrawal = SameBrandKey("wallets.Withdrawal")
    act = models.CharField(max_length=9, choices=choices(WithdrawalAct))
    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    said = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "withdrawal", "user"],
                condition=Q(act=WithdrawalAct.APPROVED.value),
                name="withdrawal_approved_once_each",
            ),
        ]
