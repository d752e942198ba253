"""Who answers which port. A demo's codes are kept in the sandbox; elsewhere the operator names who
carries them, and until then nobody does. Without a second reader of the operator's, nobody is.
Who carries a brand's money stands in its payment account; a demo's may be the sandbox.
"""

import hashlib
import hmac
import sys
from pkgutil import resolve_name
from uuid import UUID

from django.conf import settings

from zhiyin.connectors.openai_reader.client import OpenAiReader
from zhiyin.connectors.sandbox.books import Books
from zhiyin.connectors.sandbox.sms import SandboxSms
from zhiyin.connectors.sandbox.till import SandboxTill
from zhiyin.domain.brands.types import PayProvider
from zhiyin.flows import ports
from zhiyin.project import payments


class NoCarrier:
    """The sender of an installation whose operator has named none: every code is refused."""

    def send(self, *, brand_id: UUID, phone: str, code: str, language: str) -> None:
        raise ports.SmsUnavailable(why="no_sender_named")


def named() -> ports.Ports:
    """Who answers, as the settings name them."""
    reader = (
        OpenAiReader(
            base_url=settings.READER_URL,
            model=settings.READER_MODEL,
            key=settings.READER_KEY,
            timeout_s=settings.READER_SECONDS,
        )
        if settings.READER_URL
        else None
    )
    if settings.DEMO:
        sandbox = SandboxSms(settings.STATE, tell=_tell)
        secret = _sandbox_secret()
        return ports.Ports(
            sms=sandbox,
            sandbox=sandbox,
            reader=reader,
            payments=payments.Providers(
                {
                    PayProvider.WXPAY: payments.wxpay(may_move=True),
                    PayProvider.SANDBOX: payments.sandbox(settings.STATE, secret=secret),
                }
            ),
            till=SandboxTill(Books(settings.STATE), secret=secret),
        )
    sender = resolve_name(settings.SMS_SENDER)() if settings.SMS_SENDER else NoCarrier()
    live = payments.Providers({PayProvider.WXPAY: payments.wxpay(may_move=False)})
    return ports.Ports(sms=sender, reader=reader, payments=live)


def _sandbox_secret() -> bytes:
    """What a demo's sandbox signs with: of this deployment, and of nothing else."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"sandbox-pay", hashlib.sha256)


def _tell(line: str) -> None:
    sys.stderr.write(f"  sandbox  {line}\n")


ports.wire(named())
