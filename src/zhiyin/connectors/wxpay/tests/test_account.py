"""What the settings of an account may be, and that a mistake names the setting, not its value."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from zhiyin.connectors.wxpay.account import (
    KeyRing,
    PlatformKey,
    WxPayMisconfigured,
    account,
    certificate,
    checked_base,
    public_key,
)
from zhiyin.connectors.wxpay.tests.platform import KEY_ID, key, merchant

ELLIPTIC = ec.generate_private_key(ec.SECP256R1())
ELLIPTIC_PEM = ELLIPTIC.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
ELLIPTIC_PUBLIC = (
    ELLIPTIC.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"merchant_id": "abc"}, "merchant_id"),
        ({"merchant_id": "１２３"}, "merchant_id"),
        ({"app_id": ""}, "app_id"),
        ({"serial": ""}, "serial"),
        ({"api_key": "short-zorp"}, "api_key"),
        ({"private_key_pem": "zorp"}, "private_key_pem"),
        ({"private_key_pem": ELLIPTIC_PEM}, "private_key_pem"),
    ],
)
def test_a_setting_that_cannot_be_is_named(change, name):
    said = {
        "merchant_id": "1230000109",
        "app_id": "wx1",
        "serial": "AA",
        "private_key_pem": "zorp",
        "api_key": "x" * 32,
        "platform_keys": [],
    }
    with pytest.raises(WxPayMisconfigured, match=name) as refused:
        account(**{**said, **change})
    assert "zorp" not in str(refused.value)


def test_platform_keys_that_cannot_be_are_refused():
    with pytest.raises(WxPayMisconfigured, match="PUB_KEY_ID_"):
        public_key(serial="AA", pem=ELLIPTIC_PUBLIC)
    for pem in (ELLIPTIC_PUBLIC, "zorp"):
        with pytest.raises(WxPayMisconfigured):
            public_key(serial=KEY_ID, pem=pem)
    with pytest.raises(WxPayMisconfigured):
        certificate(pem="zorp")


@pytest.mark.parametrize(
    "url",
    [
        "http://pay.example",
        "ftp://pay.example",
        "https://",
        "https://pay.example/v3",
        "https://pay.example?x=1",
        "https://zorp:zorp@pay.example",
    ],
)
def test_an_address_that_cannot_be_is_refused_without_repeating_it(url):
    with pytest.raises(WxPayMisconfigured, match="base_url") as refused:
        checked_base(url)
    assert "zorp" not in str(refused.value)


def test_an_address_is_a_host_over_tls_or_this_machine():
    assert checked_base("https://pay.example/") == "https://pay.example"
    assert checked_base("http://127.0.0.1:8123") == "http://127.0.0.1:8123"


def test_the_ring_prefers_the_newest_public_key():
    public = key().public_key()
    ring = KeyRing([PlatformKey(serial="AA", public=public)])
    assert ring.preferred() is None
    ring.add([PlatformKey(serial="PUB_KEY_ID_1", public=public)])
    ring.add([PlatformKey(serial="PUB_KEY_ID_2", public=public)])
    assert (ring.preferred(), ring.serials()) == (
        "PUB_KEY_ID_2",
        ("AA", "PUB_KEY_ID_1", "PUB_KEY_ID_2"),
    )


def test_nothing_secret_is_in_the_words_of_an_account():
    words = repr(merchant())
    assert "1230000109" in words
    assert "0123456789abcdef" not in words
    assert "RSAPrivateKey" not in words
