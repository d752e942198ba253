"""Webhooks to real servers on this machine: signed, bounded, never into a network of ours."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from tests.journeys.receiver import listening
from zhiyin.connectors.webhooks import signing
from zhiyin.connectors.webhooks.client import ANSWER_BYTES_MAX, HttpsWebhooks
from zhiyin.domain.webhooks.types import Failure
from zhiyin.kit.networks import is_public

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FORMER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = '{"type":"webhooks.test","timestamp":"2026-11-22T04:00:00+00:00","data":{"说":"好"}}'
PRIVATE = [
    "127.0.0.1", "127.255.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1",
    "2001:db8::1", "fec0::1", "192.0.0.192", "168.63.129.16", "::ffff:168.63.129.16",
]  # fmt: skip
LOOPBACK_FORMS = (
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "0",
    "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "localhost",
)  # fmt: skip


def send(url, *, may_private=True, secrets=(SECRET,), body=BODY, **options):
    sender = HttpsWebhooks(may_private=may_private, **options)
    return sender.send(
        url=url, message_id="msg_1", body=body, secrets=secrets, now=datetime.now(UTC)
    )


def test_the_signature_is_that_of_the_published_example():
    made = signing.headers(
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        body=b'{"test": 2432232314}',
        secrets=[SECRET],
        now=datetime.fromtimestamp(1614265330, UTC),
    )
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_another_library_takes_what_we_send_by_either_secret_and_nothing_forged():
    with listening() as receiver:
        attempt = send(receiver.url, secrets=(SECRET, FORMER))
    assert (attempt.status, attempt.failure) == (204, None)
    ((headers, body),) = receiver.came
    assert headers["Content-Type"] == "application/json"
    for secret in (SECRET, FORMER):
        assert Webhook(secret).verify(body, headers)["data"] == {"说": "好"}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body + b" ", headers)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_open_internet_is_known(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_of_the_open_internet_is_known(address):
    assert is_public(address)


@pytest.mark.parametrize("host", LOOPBACK_FORMS)
def test_no_way_to_write_this_machine_reaches_it(host):
    with listening() as receiver:
        port = receiver.url.rpartition(":")[2]
        attempt = send(f"http://{host}:{port}", may_private=False)
    assert attempt.failure in (Failure.ADDRESS_REFUSED, Failure.NO_ADDRESS)
    assert receiver.came == []


def test_a_name_that_changes_its_mind_is_asked_once_and_held_to_it():
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ["203.0.113.1"] if len(asked) > 1 else ["127.0.0.1"]

    with listening() as receiver:
        port = receiver.url.rpartition(":")[2].removesuffix("/hook")
        refused = send(f"http://hook.example:{port}/", may_private=False, resolve=rebinding)
        assert (refused.failure, asked) == (Failure.ADDRESS_REFUSED, ["hook.example"])
        asked.clear()
        assert send(f"http://hook.example:{port}/x", resolve=rebinding).failure is None
    assert asked == ["hook.example"]
    assert receiver.came[0][0]["Host"] == f"hook.example:{port}"


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    mixed = send("https://hook.example/", may_private=False, resolve=lambda *_: ["8.8.8.8", "::1"])
    assert mixed.failure is Failure.ADDRESS_REFUSED


def test_a_redirect_is_not_followed():
    with listening() as inside, listening() as receiver:
        receiver.plan, receiver.headers = [307], {"Location": inside.url}
        attempt = send(receiver.url)
    assert (attempt.status, attempt.failure) == (307, Failure.REDIRECTED)
    assert inside.came == []


def test_no_proxy_of_the_environment_is_used(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with listening() as receiver:
        assert send(receiver.url).failure is None


def test_of_a_long_answer_no_more_is_kept_than_a_thousand_characters():
    with listening() as receiver:
        receiver.plan, receiver.answer = [500], "长\0".encode() * ANSWER_BYTES_MAX
        attempt = send(receiver.url)
    assert (attempt.status, attempt.failure) == (500, Failure.STATUS)
    assert attempt.answer == "长" * len(attempt.answer)
    assert 0 < len(attempt.answer) <= 1_000


def test_a_receiver_that_never_answers_is_left_after_its_time():
    with listening(waits=True) as receiver:
        attempt = send(receiver.url, answer_s=0.2)
        assert (attempt.status, attempt.failure) == (None, Failure.TIMEOUT)
        assert attempt.took_ms >= 200


def test_nobody_listens_and_no_such_name():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert send(f"http://127.0.0.1:{port}/").failure is Failure.CONNECTION
    assert send("https://no-such-name.invalid/").failure is Failure.NO_ADDRESS


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's TLS for the name hook.example, and a sender's that trusts its issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hook.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hook.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


def test_the_certificate_is_checked_against_the_name_not_the_address(certificate):
    server, trusting = certificate
    here = {"resolve": lambda *_: ["127.0.0.1"], "verify": trusting}
    with listening(tls=server) as receiver:
        port = receiver.url.rpartition(":")[2]
        assert send(f"https://hook.example:{port}", **here).failure is None
        assert send(f"https://other.example:{port}", **here).failure is Failure.TLS
        untrusting = {"resolve": here["resolve"]}
        assert send(f"https://hook.example:{port}", **untrusting).failure is Failure.TLS
    assert len(receiver.came) == 1
