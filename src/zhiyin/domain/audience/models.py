"""Tables of the audience: the taxonomy a brand edits, what members told us, what they need."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from zhiyin.domain.audience.kept import BODY_SLOTS, NeedPurpose, TraitSource
from zhiyin.storage.choices import choices
from zhiyin.storage.fields import SealedField
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class TaxonomyVersion(BrandOwned):
    """A brand's additions to the shipped taxonomy of a category, as of one edit."""

    category = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    extension = models.JSONField()
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    edited_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "category", "version"], name="taxonomy_version_once"
            ),
        ]


class Trait(BrandOwned):
    """A fact that a member told us about herself, with its source.

    A body fact bears the separate consent that it is kept under; a matter of taste needs none.
    """

    member = SameBrandKey("members.Member")
    slot = models.CharField(max_length=20)
    value_sealed = SealedField()
    source = models.CharField(max_length=10, choices=choices(TraitSource))
    consent = SameBrandKey("members.Consent", null=True)
    stated_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "member", "slot"],
                condition=Q(replaced_at__isnull=True),
                name="trait_once",
            ),
            models.CheckConstraint(
                condition=Q(consent__isnull=False) | ~Q(slot__in=sorted(BODY_SLOTS)),
                name="trait_body_fact_has_consent",
            ),
        ]


class Need(BrandOwned):
    """What somebody said she needs. A guest's need bears her guest key until she signs in.

    `heard_sealed` holds the chips that a second reader found, where there were any.
    """

    member = SameBrandKey("members.Member", null=True)
    guest_key = models.UUIDField(null=True)
    text_sealed = SealedField()
    slots_sealed = SealedField()
    heard_sealed = SealedField(null=True)
    taxonomy_version = models.PositiveIntegerField()
    purpose = models.CharField(
        max_length=5, choices=choices(NeedPurpose), default=NeedPurpose.ASKED
    )
    asked_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=False) | Q(guest_key__isnull=False),
                name="need_has_asker",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "member", "-asked_at"], name="need_by_member"),
            models.Index(fields=["brand", "guest_key"], name="need_by_guest"),
        ]


class Tag(BrandOwned):
    """A word that staff use to find members again."""

    group = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "group", "name"], name="tag_once"),
        ]


class MemberTag(BrandOwned):
    """A tag that a member bears, from a day to a day."""

    member = SameBrandKey("members.Member")
    tag = SameBrandKey("audience.Tag")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "member", "tag"],
                condition=Q(until__isnull=True),
                name="member_tag_once",
            ),
        ]
