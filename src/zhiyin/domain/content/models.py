"""Tables of content: buyer shows with their trait snapshot and rights, and looks."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from zhiyin.domain.content.types import REPORT_CHARS_MAX, FitVerdict, ShowSource, ShowState
from zhiyin.storage.choices import choices
from zhiyin.storage.fields import SealedField
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class BuyerShow(BrandOwned):
    """Somebody wore it: her size, how it went, and what her body was like on that day."""

    product = SameBrandKey("catalog.Product")
    author = SameBrandKey("members.Member", null=True)
    koc = SameBrandKey("kocs.KocProfile", null=True)
    color = models.CharField(max_length=8, blank=True)
    size_code = models.PositiveSmallIntegerField()
    fit = models.CharField(max_length=5, choices=choices(FitVerdict), blank=True)
    rating = models.PositiveSmallIntegerField(null=True)
    text_zh = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    occasion = models.CharField(max_length=12, blank=True)
    worn_at = models.DateTimeField()
    facts_sealed = SealedField(null=True)
    source = models.CharField(max_length=8, choices=choices(ShowSource))
    external_ref = models.CharField(max_length=80, null=True)
    purchase_id = models.UUIDField(null=True)
    media_refs = models.JSONField(default=list)
    rights_granted_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=9, choices=choices(ShowState))
    state_reason = models.CharField(max_length=200, blank=True)
    moderated_at = models.DateTimeField(null=True)
    moderated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "external_ref"],
                condition=Q(external_ref__isnull=False),
                name="show_ref_once",
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=10),
                name="show_rating_of_ten",
            ),
            # A KOC's show is a person's, to be deleted with her and to lose her body facts.
            models.CheckConstraint(
                condition=Q(koc__isnull=True) | Q(author__isnull=False),
                name="show_of_koc_has_author",
            ),
        ]


class ShowVote(BrandOwned):
    """A member found a show useful."""

    show = SameBrandKey("content.BuyerShow")
    member = SameBrandKey("members.Member")
    voted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "show", "member"], name="show_vote_once"),
        ]


class ShowReport(BrandOwned):
    """A member asks a person of the brand to look at a show."""

    show = SameBrandKey("content.BuyerShow")
    reporter = SameBrandKey("members.Member")
    reason = models.CharField(max_length=REPORT_CHARS_MAX)
    reported_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=REPORT_CHARS_MAX, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "show", "reporter"], name="show_report_once"),
        ]


class Look(BrandOwned):
    """Several garments that answer a need together, composed by a KOC or the brand."""

    code = models.CharField(max_length=60)
    koc = SameBrandKey("kocs.KocProfile", null=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    why_zh = models.CharField(max_length=200, blank=True)
    why_en = models.CharField(max_length=200, blank=True)
    answers = models.JSONField(default=dict)
    published_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "code"], name="look_code_once"),
        ]


class LookItem(BrandOwned):
    """One part of a look, in its place."""

    look = SameBrandKey("content.Look")
    product = SameBrandKey("catalog.Product")
    color = models.CharField(max_length=8)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "look", "position"], name="look_place_once"),
            models.UniqueConstraint(fields=["brand", "look", "product"], name="look_item_once"),
        ]
