"""Tables of people. What names a person is sealed; what finds her again is a blind index."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from zhiyin.domain.members.types import CODE_TRIES, Channel, MemberRole, Opened, Purpose
from zhiyin.storage.choices import choices
from zhiyin.storage.fields import SealedField
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class Member(BrandOwned):
    """A person. After erasure the row stays as a pseudonym that other rows may point at."""

    nickname_sealed = SealedField(null=True)
    language = models.CharField(max_length=10, default="zh-hans")
    joined_at = models.DateTimeField()
    personalisation_off_at = models.DateTimeField(null=True)
    merged_into = SameBrandKey("members.Member", null=True)
    erased_at = models.DateTimeField(null=True)


class Identity(BrandOwned):
    """How one channel knows a member: a sealed value, and an index that finds it."""

    member = SameBrandKey("members.Member")
    channel = models.CharField(max_length=8, choices=choices(Channel))
    value_index = models.BinaryField(max_length=16)
    value_sealed = SealedField()
    linked_at = models.DateTimeField()
    unlinked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "channel", "value_index"],
                condition=Q(unlinked_at__isnull=True),
                name="identity_once",
            ),
        ]


class RoleHeld(BrandOwned):
    """A role that a member holds, from a day to a day."""

    member = SameBrandKey("members.Member")
    role = models.CharField(max_length=8, choices=choices(MemberRole))
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "member", "role"],
                condition=Q(until__isnull=True),
                name="role_held_once",
            ),
        ]


class Merge(BrandOwned):
    """Two members found to be one person, with what moved, so that it can be undone.

    `moved` maps the kind of row ("identities", "needs", ...) to the ids that changed hands.
    """

    survivor = SameBrandKey("members.Member")
    absorbed = SameBrandKey("members.Member")
    moved = models.JSONField(default=dict)
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(survivor=F("absorbed")), name="merge_of_two"),
            models.UniqueConstraint(
                fields=["brand", "absorbed"],
                condition=Q(undone_at__isnull=True),
                name="merge_once",
            ),
        ]


class Consent(BrandOwned):
    """A member's agreement to one purpose, in the words of one version of the text."""

    member = SameBrandKey("members.Member")
    purpose = models.CharField(max_length=20, choices=choices(Purpose))
    text_version = models.CharField(max_length=20)
    channel = models.CharField(max_length=20)
    granted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "member", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_once",
            ),
        ]


class PhoneCode(BrandOwned):
    """A code sent to a phone: its hash, its tries and its end. The database counts the tries.

    `client_index` stands for the network address that asked, under a key: it is counted by.
    """

    phone_index = models.BinaryField(max_length=16)
    client_index = models.BinaryField(max_length=16, null=True)
    code_hash = models.BinaryField(max_length=32)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=CODE_TRIES), name="code_tries_capped"),
        ]
        indexes = [
            models.Index(fields=["brand", "phone_index", "-sent_at"], name="code_by_phone"),
            models.Index(fields=["brand", "-sent_at"], name="code_newest"),
        ]


class PersonalRead(BrandOwned):
    """Somebody of the staff, or a key to the API, was shown what is personal of a member.

    Rows are only added: neither the web nor the system role may change or delete one.
    """

    member = SameBrandKey("members.Member")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    key = SameBrandKey("brands.ApiKey", null=True)
    opened = models.CharField(max_length=20, choices=choices(Opened))
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reader__isnull=True) ^ Q(key__isnull=True),
                name="personal_read_by_one",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "-read_at"], name="personal_read_newest"),
            models.Index(fields=["brand", "member", "-read_at"], name="personal_read_of_member"),
        ]


class Erasure(BrandOwned):
    """A member who asked to be deleted: replayed after a restore from backup."""

    member_id = models.UUIDField()
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "member_id"], name="erasure_once"),
        ]
