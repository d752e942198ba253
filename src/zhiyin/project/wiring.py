"""Who answers which port. Without an operator's carrier, the sandbox does; without a second reader
of her choice, nobody.
"""

import sys

from django.conf import settings

from zhiyin.connectors.openai_reader.client import OpenAiReader
from zhiyin.connectors.sandbox.sms import SandboxSms
from zhiyin.flows import ports


def _tell(line: str) -> None:
    sys.stderr.write(f"  sandbox  {line}\n")


_sandbox = SandboxSms(settings.STATE, tell=_tell if settings.DEMO else None)
_reader = (
    OpenAiReader(
        base_url=settings.READER_URL,
        model=settings.READER_MODEL,
        key=settings.READER_KEY,
        timeout_s=settings.READER_SECONDS,
    )
    if settings.READER_URL
    else None
)
ports.wire(ports.Ports(sms=_sandbox, sandbox=_sandbox, reader=_reader))
