"""Tables of the ledger. Triggers in the migrations keep what a constraint cannot."""

from django.db import models
from django.db.models import F, Q

from zhiyin.storage.tenancy import BrandOwned, SameBrandKey

LONGEST_KIND = 40


class Entry(BrandOwned):
    """What was posted for one cause: `legs` transfers, told apart from any others by `digest`.

    It is written together with all its transfers by one statement, and never changes.
    """

    cause = models.CharField(max_length=160)
    legs = models.PositiveSmallIntegerField()
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "cause"], name="ledger_cause_once"),
            models.CheckConstraint(condition=Q(legs__gte=1), name="ledger_entry_has_legs"),
        ]


class Transfer(BrandOwned):
    """A positive sum from the credited account to the debited one; `at` is its entry's."""

    entry = SameBrandKey("ledger.Entry")
    leg = models.PositiveSmallIntegerField()
    debit_kind = models.CharField(max_length=LONGEST_KIND)
    debit_owner_id = models.UUIDField()
    credit_kind = models.CharField(max_length=LONGEST_KIND)
    credit_owner_id = models.UUIDField()
    amount_fen = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "entry", "leg"], name="ledger_leg_once"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="ledger_transfer_above_zero"
            ),
            models.CheckConstraint(
                condition=~Q(debit_kind=F("credit_kind"), debit_owner_id=F("credit_owner_id")),
                name="ledger_transfer_between_two",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "debit_kind", "debit_owner_id", "at", "id"], name="ledger_debits"
            ),
            models.Index(
                fields=["brand", "credit_kind", "credit_owner_id", "at", "id"],
                name="ledger_credits",
            ),
        ]


class Seal(BrandOwned):
    """A link of the chain: so many entries, and a digest over them and the link before."""

    number = models.PositiveIntegerField()
    entries = models.PositiveIntegerField()
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "number"], name="ledger_seal_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, entries__gte=1), name="ledger_seal_of_some"
            ),
        ]


class SealedEntry(BrandOwned):
    """That an entry, whose id it bears, is under a seal. So each is under one at most."""

    seal = SameBrandKey("ledger.Seal")


class Balance(BrandOwned):
    """What a guarded account holds: its credits less its debits. Only the trigger moves it."""

    kind = models.CharField(max_length=LONGEST_KIND)
    owner_id = models.UUIDField()
    balance_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "kind", "owner_id"], name="ledger_balance_once"
            ),
            models.CheckConstraint(
                condition=Q(balance_fen__gte=0), name="ledger_balance_not_negative"
            ),
        ]
