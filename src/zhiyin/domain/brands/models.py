"""Tables of the tenant. `Brand` itself belongs to nobody; the rest belongs to its brand."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from zhiyin.domain.brands.types import ImportKind, ImportState, PayProvider, Role
from zhiyin.kit.ids import uuid7
from zhiyin.storage.choices import choices
from zhiyin.storage.fields import SealedField
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class Brand(models.Model):
    """A tenant: one company that sells under one name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    is_demo = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)


class Store(BrandOwned):
    """A place where people try things on and collect what they bought."""

    code = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    city = models.CharField(max_length=40)
    address = models.CharField(max_length=200)
    hours = models.CharField(max_length=80, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "code"], name="store_code_once"),
        ]


class StaffRole(BrandOwned):
    """Somebody's role, from a day to a day, at the brand or at one of its stores."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=choices(Role))
    store = SameBrandKey("brands.Store", null=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "user", "role", "store"],
                condition=Q(until__isnull=True),
                nulls_distinct=False,
                name="staff_role_once",
            ),
        ]


class ApiKey(BrandOwned):
    """A developer's key to the HTTP API. Only its hash is kept."""

    label = models.CharField(max_length=60)
    key_hash = models.BinaryField(max_length=32)
    role = models.CharField(max_length=10, choices=choices(Role))
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "key_hash"], name="api_key_once"),
        ]


class ImportRun(BrandOwned):
    """One file being loaded: what it is, how it is read, and how far it has come.

    `mapping_hash` stands for the mapping in the key, because an index row has no room for it.
    """

    kind = models.CharField(max_length=10, choices=choices(ImportKind))
    file_name = models.CharField(max_length=200)
    file_hash = models.CharField(max_length=64)
    mapping = models.JSONField()
    mapping_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=choices(ImportState))
    rows_total = models.BigIntegerField(null=True)
    rows_read = models.BigIntegerField(default=0)
    rows_bad = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "kind", "file_hash", "mapping_hash"], name="import_once"
            ),
            models.CheckConstraint(condition=Q(rows_bad__lte=F("rows_read")), name="import_counts"),
        ]


class ImportProblem(BrandOwned):
    """A row that could not be loaded: where it stands, and what to mend."""

    run = SameBrandKey("brands.ImportRun")
    line = models.BigIntegerField()
    column = models.CharField(max_length=80)
    code = models.CharField(max_length=40)
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "run", "line", "column"], name="import_problem_once"
            ),
        ]


class PaymentAccount(BrandOwned):
    """A merchant number under one app, with its keys sealed. One of a brand's is paid into.

    `version` grows with every change, so that whoever keeps what was made of the row sees it.
    """

    provider = models.CharField(max_length=8, choices=choices(PayProvider))
    merchant_id = models.CharField(max_length=32)
    app_id = models.CharField(max_length=32)
    serial = models.CharField(max_length=64, blank=True)
    private_key_sealed = SealedField(null=True)
    api_key_sealed = SealedField(null=True)
    app_secret_sealed = SealedField(null=True)
    platform_keys = models.JSONField(default=list)
    base_url = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    active_since = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "provider", "merchant_id", "app_id"], name="payment_account_once"
            ),
            models.UniqueConstraint(
                fields=["brand"], condition=Q(retired_at__isnull=True), name="payment_account_one"
            ),
        ]
