"""Tables of matching: the answers given, what she said of them, and the models behind them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from zhiyin.domain.matching.types import FeedbackKind
from zhiyin.storage.choices import choices
from zhiyin.storage.fields import SealedField
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class Decision(BrandOwned):
    """The picks that a need was answered with, as they were shown.

    Sealed, because reasons name the body facts that they speak to.
    """

    need = SameBrandKey("audience.Need")
    answer_sealed = SealedField()
    model_version = models.CharField(max_length=40)
    personalised = models.BooleanField()
    decided_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["brand", "need", "-decided_at"], name="decision_by_need")]


class PickFeedback(BrandOwned):
    """She said of a pick that it is not her style, or not for her body. These are different."""

    decision = SameBrandKey("matching.Decision")
    need = SameBrandKey("audience.Need")
    product = SameBrandKey("catalog.Product")
    feedback = models.CharField(max_length=5, choices=choices(FeedbackKind))
    given_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "need", "product", "feedback"],
                condition=Q(undone_at__isnull=True),
                name="pick_feedback_once",
            ),
        ]


class AdviceVersion(BrandOwned):
    """A brand's edits to the shipped need-to-attribute table, as of one edit."""

    version = models.PositiveIntegerField()
    rows = models.JSONField()
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    edited_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "version"], name="advice_version_once"),
        ]


class TrainedModel(BrandOwned):
    """A trained artefact on disk, and from when to when it served.

    The artefact's files are sealed for this row (see `artefacts`).
    """

    version = models.CharField(max_length=40)
    figures = models.JSONField()
    trained_at = models.DateTimeField()
    serving_since = models.DateTimeField(null=True)
    serving_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "version"], name="trained_model_once"),
        ]
