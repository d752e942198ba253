"""The only writers of wallets."""

from zhiyin.domain.wallets.operations.approving import approve, refuse
from zhiyin.domain.wallets.operations.payees import forget_payee, set_terms, state_payee
from zhiyin.domain.wallets.operations.sending import answered, claim_due, retry
from zhiyin.domain.wallets.operations.withdrawing import withdraw

__all__ = [
    "answered",
    "approve",
    "claim_due",
    "forget_payee",
    "refuse",
    "retry",
    "set_terms",
    "state_payee",
    "withdraw",
]
