"""Where a provider tells of a brand's money, as it is reached from outside."""

from django.conf import settings
from django.urls import reverse


def notify_url(slug: str) -> str:
    """The brand's notify address; empty while nobody has said where this installation is reached.

    For whoever speaks outside of a request: a page knows its own address.
    """
    if not settings.ADDRESS:
        return ""
    return settings.ADDRESS.rstrip("/") + reverse("hooks:wxpay", kwargs={"slug": slug})
