"""Why buying is refused, by name."""

from typing import ClassVar

from zhiyin.kit.errors import DomainError, Kind


class OrderNotFound(DomainError):
    """There is no such order, or it is not yours."""

    code: ClassVar[str] = "order_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class OrderMoveRefused(DomainError):
    """The order is past this, or not there yet. `state` says where it stands."""

    code: ClassVar[str] = "order_move_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class OrderEmpty(DomainError):
    """An order has 1 to 50 lines, each of 1 to 99 pieces."""

    code: ClassVar[str] = "order_lines_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class NothingToPay(DomainError):
    """What is left to pay is nothing, and nothing cannot be paid. Leave a coupon out."""

    code: ClassVar[str] = "order_nothing_to_pay"
    kind: ClassVar[Kind] = Kind.CONFLICT


class RequestReused(DomainError):
    """This request has placed another order already. Start anew from the cart."""

    code: ClassVar[str] = "order_request_reused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class PaymentUnknown(DomainError):
    """We opened no such payment."""

    code: ClassVar[str] = "order_payment_unknown"
    kind: ClassVar[Kind] = Kind.MISSING


class TransactionReused(DomainError):
    """This transaction of the provider's has paid for something else already."""

    code: ClassVar[str] = "order_transaction_reused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class CartFull(DomainError):
    """A cart holds 50 lines, and 99 pieces of each. Take something out first."""

    code: ClassVar[str] = "cart_full"
    kind: ClassVar[Kind] = Kind.CONFLICT


class CartItemNotFound(DomainError):
    """This is no longer in your cart."""

    code: ClassVar[str] = "cart_item_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class RefundNotFound(DomainError):
    """There is no such refund."""

    code: ClassVar[str] = "refund_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class NothingToGiveBack(DomainError):
    """Nothing was paid for these pieces, or all of it went back already."""

    code: ClassVar[str] = "refund_of_nothing"
    kind: ClassVar[Kind] = Kind.CONFLICT


class RefundMoveRefused(DomainError):
    """The refund is past this. `state` says where it stands."""

    code: ClassVar[str] = "refund_move_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class StrayNotFound(DomainError):
    """No such money stands apart, or it is not being given back."""

    code: ClassVar[str] = "stray_receipt_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class StrayMoveRefused(DomainError):
    """It was decided otherwise (`settlement`), or no money of its own came that could go back."""

    code: ClassVar[str] = "stray_receipt_move_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class SumRefused(DomainError):
    """A sum is a whole number of fen, zero or more. `field` says which."""

    code: ClassVar[str] = "order_sum_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class PickupNotFound(DomainError):
    """No order of this brand has this code. Ask her to open the order again and show it."""

    code: ClassVar[str] = "pickup_code_unknown"
    kind: ClassVar[Kind] = Kind.MISSING


class PickupElsewhere(DomainError):
    """These goods wait in another store. `store_id` says which."""

    code: ClassVar[str] = "pickup_elsewhere"
    kind: ClassVar[Kind] = Kind.CONFLICT


class AlreadyCollected(DomainError):
    """These goods were handed over already. `at` and `by` say when and by whom."""

    code: ClassVar[str] = "pickup_already_collected"
    kind: ClassVar[Kind] = Kind.CONFLICT


class UndoTooLate(DomainError):
    """A pickup may be undone for a while only. `until` says until when it could be."""

    code: ClassVar[str] = "pickup_undo_too_late"
    kind: ClassVar[Kind] = Kind.CONFLICT


class UndoAfterRefund(DomainError):
    """Money went back after this pickup, so it can no longer be undone."""

    code: ClassVar[str] = "pickup_undo_after_refund"
    kind: ClassVar[Kind] = Kind.CONFLICT


class ReasonNeeded(DomainError):
    """Say why, in 1 to 200 characters."""

    code: ClassVar[str] = "order_reason_needed"
    kind: ClassVar[Kind] = Kind.INVALID


class TooManyWrongCodes(DomainError):
    """Too many wrong codes from this account. Try again in an hour."""

    code: ClassVar[str] = "pickup_codes_too_many"
    kind: ClassVar[Kind] = Kind.TOO_MANY


class PurchaseRefused(DomainError):
    """A purchase has a number, and a price of zero or more."""

    code: ClassVar[str] = "purchase_refused"
    kind: ClassVar[Kind] = Kind.INVALID
