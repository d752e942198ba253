"""Who answers which port. Without an operator's carrier, the sandbox does."""

from django.conf import settings

from zhiyin.connectors.sandbox.sms import SandboxSms
from zhiyin.flows import ports

ports.wire(ports.Ports(sms=SandboxSms(settings.STATE)))
