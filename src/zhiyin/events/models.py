"""The event log: outbox for reactions, and the source for analytics."""

from django.db import models

from zhiyin.storage.tenancy import BrandOwned


class Event(BrandOwned):
    """Something that happened, once. Never changed, never deleted; carries ids only."""

    name = models.CharField(max_length=80)
    at = models.DateTimeField()
    payload = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["brand", "name", "at"], name="event_by_name")]
