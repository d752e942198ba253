"""Who answers which port. Without an operator's carrier, the sandbox does."""

import sys

from django.conf import settings

from zhiyin.connectors.sandbox.sms import SandboxSms
from zhiyin.flows import ports


def _tell(line: str) -> None:
    sys.stderr.write(f"  sandbox  {line}\n")


_sandbox = SandboxSms(settings.STATE, tell=_tell if settings.DEMO else None)
ports.wire(ports.Ports(sms=_sandbox, sandbox=_sandbox))
