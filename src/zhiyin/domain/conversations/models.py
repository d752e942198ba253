"""Tables of conversations: questions, answers, blocks, reports, and decision boards."""

from django.db import models
from django.db.models import Q

from zhiyin.domain.conversations.boards import ITEMS_MAX, VOTES_MAX, BoardState
from zhiyin.domain.conversations.types import DeclineReason, QuestionState
from zhiyin.storage.choices import choices
from zhiyin.storage.fields import SealedField
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class Question(BrandOwned):
    """A need put to one KOC, with the chips she may see.

    One that got no answer is followed by the question that took its place, at most one, or by
    the moment at which nobody was left to ask. Each side's first look is kept: the KOC's at the
    question, the asker's at the answer.
    """

    need = SameBrandKey("audience.Need")
    asker = SameBrandKey("members.Member")
    koc = SameBrandKey("kocs.KocProfile")
    chips_sealed = SealedField()
    words_sealed = SealedField()
    state = models.CharField(max_length=9, choices=choices(QuestionState))
    asked_at = models.DateTimeField()
    waits_until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    decline_reason = models.CharField(max_length=13, choices=choices(DeclineReason), blank=True)
    instead_of = SameBrandKey("conversations.Question", null=True)
    nobody_left_at = models.DateTimeField(null=True)
    koc_saw_at = models.DateTimeField(null=True)
    answer_seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "need"],
                condition=Q(state=QuestionState.WAITING),
                name="question_waits_once",
            ),
            models.UniqueConstraint(
                fields=["brand", "instead_of"],
                condition=Q(instead_of__isnull=False),
                name="question_passed_on_once",
            ),
            models.UniqueConstraint(fields=["brand", "need", "koc"], name="question_per_koc_once"),
        ]
        indexes = [
            models.Index(fields=["brand", "state", "waits_until"], name="question_due"),
            models.Index(fields=["brand", "koc", "-asked_at"], name="question_by_koc"),
            models.Index(fields=["brand", "asker", "-asked_at"], name="question_by_asker"),
        ]


class Answer(BrandOwned):
    """A KOC's words to one question; sealed, because they speak of the asker's body.

    `is_ad` is as it was at that moment: she could earn from what she picked.
    """

    question = SameBrandKey("conversations.Question")
    text_sealed = SealedField()
    answered_at = models.DateTimeField()
    is_ad = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "question"], name="answer_once"),
        ]


class AnswerPick(BrandOwned):
    """A product that the KOC picked, in her order."""

    answer = SameBrandKey("conversations.Answer")
    product = SameBrandKey("catalog.Product")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "answer", "position"], name="answer_pick_place_once"
            ),
            models.CheckConstraint(condition=Q(position__lt=3), name="answer_picks_three"),
        ]


class Block(BrandOwned):
    """One member does not want to hear from another, in either direction."""

    blocker = SameBrandKey("members.Member")
    blocked = SameBrandKey("members.Member")
    blocked_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "blocker", "blocked"],
                condition=Q(lifted_at__isnull=True),
                name="block_once",
            ),
        ]


class Report(BrandOwned):
    """Something in a conversation that a person should look at."""

    question = SameBrandKey("conversations.Question")
    reporter = SameBrandKey("members.Member")
    reason = models.CharField(max_length=300)
    reported_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "question", "reporter"], name="report_once"),
        ]


class DecisionBoard(BrandOwned):
    """Two or three products and one question, which are the words and slots of its need.

    Whose the need is, the board is. Its link is known by a blind index and kept sealed, so that
    its owner can copy it again; friends vote through it until `link_until` while the board is
    open.
    """

    need = SameBrandKey("audience.Need")
    state = models.CharField(max_length=7, choices=choices(BoardState))
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    link_sealed = SealedField()
    link_index = models.BinaryField()
    link_until = models.DateTimeField()
    votes_taken = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "link_index"], name="board_link_once"),
            models.UniqueConstraint(fields=["brand", "need"], name="board_of_need_once"),
            models.CheckConstraint(condition=Q(votes_taken__lte=VOTES_MAX), name="board_not_full"),
        ]


class BoardItem(BrandOwned):
    """A product on a board, in its place. `chosen_at`: she decided for it then."""

    board = SameBrandKey("conversations.DecisionBoard")
    product = SameBrandKey("catalog.Product")
    position = models.PositiveSmallIntegerField()
    chosen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "board", "position"], name="board_item_place_once"
            ),
            models.UniqueConstraint(fields=["brand", "board", "product"], name="board_item_once"),
            models.UniqueConstraint(
                fields=["brand", "board"],
                condition=Q(chosen_at__isnull=False),
                name="board_chosen_once",
            ),
            models.CheckConstraint(condition=Q(position__lt=ITEMS_MAX), name="board_items_three"),
        ]


class BoardVote(BrandOwned):
    """A friend's vote for one item, with a word of hers. One that was taken off stays, without
    its word, so that it is not given again.
    """

    board = SameBrandKey("conversations.DecisionBoard")
    item = SameBrandKey("conversations.BoardItem")
    member = SameBrandKey("members.Member", null=True)
    guest_key = models.UUIDField(null=True)
    client_index = models.BinaryField(null=True, max_length=16)
    words_sealed = SealedField()
    voted_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "board", "member"],
                condition=Q(member__isnull=False),
                name="board_vote_member_once",
            ),
            models.UniqueConstraint(
                fields=["brand", "board", "guest_key"],
                condition=Q(guest_key__isnull=False),
                name="board_vote_guest_once",
            ),
            models.CheckConstraint(
                condition=Q(member__isnull=True) | Q(guest_key__isnull=True),
                name="board_vote_of_one",
            ),
            models.CheckConstraint(
                condition=Q(member__isnull=False) | Q(guest_key__isnull=False),
                name="board_vote_of_somebody",
            ),
        ]
        indexes = [models.Index(fields=["brand", "guest_key"], name="board_vote_by_guest")]
