"""The only writers of commissions."""

from zhiyin.domain.commissions.operations.following import follow
from zhiyin.domain.commissions.operations.plans import (
    acknowledge_second_level,
    change_plan,
    create_plan,
    switch_off,
    switch_on,
)
from zhiyin.domain.commissions.operations.promoters import enrol, leave, leave_all
from zhiyin.domain.commissions.operations.settling import pay_debts, settle_due

__all__ = [
    "acknowledge_second_level",
    "change_plan",
    "create_plan",
    "enrol",
    "follow",
    "leave",
    "leave_all",
    "pay_debts",
    "settle_due",
    "switch_off",
    "switch_on",
]
