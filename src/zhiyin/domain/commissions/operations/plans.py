"""What an operator does with plans: set up, change, switch on and off. Each leaves a line."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhiyin.domain.commissions.kept import plan_card
from zhiyin.domain.commissions.models import LevelAcknowledgement, Plan, PlanMove
from zhiyin.domain.commissions.rules import check_together, checked
from zhiyin.domain.commissions.types import (
    STATEMENT_CHARS_MAX,
    AcknowledgementNeeded,
    PlanFacts,
    PlanFixed,
    PlanNotFound,
    PlanRefused,
)
from zhiyin.events.types import plain
from zhiyin.kit.ids import uuid7
from zhiyin.kit.text import clean_block
from zhiyin.storage.sql import one

ONE_SWITCHES = "SELECT pg_advisory_xact_lock(hashtextextended('commission_plans:' || %(brand)s, 0))"
"""Two plans are switched on one after the other, so that the second sees the first's rate."""


@transaction.atomic
def create_plan(*, brand_id: UUID, facts: PlanFacts, user_id: int | None, now: datetime) -> UUID:
    """Set up a plan, switched off. Returns its id.

    `user_id` is the account of who does it, None for a journey or the API.
    Raises JoiningIsFree, OnlySalesArePaid, RateTooHigh, PlanRefused, TextTooLong, TextHasNul.
    """
    said = checked(facts)
    plan = Plan.objects.create(id=uuid7(), brand_id=brand_id, created_at=now, **said)
    _note(plan, "created", said, user_id, now)
    return plan.id


@transaction.atomic
def change_plan(
    *, brand_id: UUID, plan_id: UUID, facts: PlanFacts, user_id: int | None, now: datetime
) -> None:
    """Say anew what a plan is that was never switched on.

    Raises PlanNotFound, PlanFixed, and what `create_plan` raises.
    """
    plan = _locked(brand_id, plan_id)
    if plan.switched_on_at is not None:
        raise PlanFixed(plan_id=plan_id)
    said = checked(facts)
    for name, value in said.items():
        setattr(plan, name, value)
    plan.save(update_fields=list(said))
    _note(plan, "changed", said, user_id, now)


@transaction.atomic
def switch_on(*, brand_id: UUID, plan_id: UUID, user_id: int | None, now: datetime) -> bool:
    """Let people earn by a plan from now on. False if it is on already.

    Raises PlanNotFound, PlanFixed (it was switched off), RateTooHigh (with the plans that run),
    AcknowledgementNeeded.
    """
    one(ONE_SWITCHES, brand=str(brand_id))
    plan = _locked(brand_id, plan_id)
    if plan.switched_off_at is not None:
        raise PlanFixed(plan_id=plan_id)
    if plan.switched_on_at is not None:
        return False
    acknowledged = LevelAcknowledgement.objects.filter(brand_id=brand_id)
    if plan.second_bps and not acknowledged.exists():
        raise AcknowledgementNeeded(plan_id=plan_id)
    running = Plan.objects.filter(
        brand_id=brand_id, switched_on_at__isnull=False, switched_off_at__isnull=True
    )
    check_together(plan_card(plan), [plan_card(other) for other in running.order_by("id")])
    plan.switched_on_at = now
    plan.save(update_fields=["switched_on_at"])
    _note(plan, "switched_on", {}, user_id, now)
    return True


@transaction.atomic
def switch_off(*, brand_id: UUID, plan_id: UUID, user_id: int | None, now: datetime) -> bool:
    """End a plan. What was earned by it stays. False if it is off already.

    Raises PlanNotFound, PlanFixed (it was never on).
    """
    plan = _locked(brand_id, plan_id)
    if plan.switched_off_at is not None:
        return False
    if plan.switched_on_at is None:
        raise PlanFixed(plan_id=plan_id)
    plan.switched_off_at = now
    plan.save(update_fields=["switched_off_at"])
    _note(plan, "switched_off", {}, user_id, now)
    return True


def acknowledge_second_level(
    *, brand_id: UUID, statement: str, user_id: int, now: datetime
) -> UUID:
    """Write down that a person has read, and what, before a second level may be switched on.

    Raises PlanRefused (no words), TextTooLong, TextHasNul.
    """
    words = clean_block(statement, STATEMENT_CHARS_MAX)
    if not words:
        raise PlanRefused(field="statement")
    row = LevelAcknowledgement.objects.create(
        brand_id=brand_id, statement=words, user_id=user_id, at=now
    )
    return row.id


def _locked(brand_id: UUID, plan_id: UUID) -> Plan:
    rows = Plan.objects.select_for_update(no_key=True).filter(brand_id=brand_id, id=plan_id)
    plan = rows.first()
    if plan is None:
        raise PlanNotFound(plan_id=plan_id)
    return plan


def _note(
    plan: Plan, act: str, said: Mapping[str, object], user_id: int | None, now: datetime
) -> None:
    PlanMove.objects.create(
        brand_id=plan.brand_id,
        plan_id=plan.id,
        act=act,
        said={name: plain(value) for name, value in said.items()},
        user_id=user_id,
        at=now,
    )
