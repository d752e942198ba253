"""Into which account a brand is paid: by file, by the console's page, tried in words."""

import json
from datetime import UTC, datetime
from html import unescape

import pytest

from tests.cast import NOW, make_brand
from tests.emulator.desk import SERIAL, Merchant, emulating, listening, pem_of, private_key
from tests.journeys.console_staff import open_desk, seat
from tests.paying import account_of, asked, sandboxed
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries
from zhiyin.domain.brands.types import PaymentAccountMissing, PayProvider, Role
from zhiyin.flows import pay_account, ports
from zhiyin.flows.ports import PaymentAccountRefused
from zhiyin.project import payments
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture(scope="module")
def emulator():
    """The platform at this moment."""
    with emulating("--now", datetime.now(UTC).isoformat()) as running:
        yield running


@pytest.fixture
def merchant(emulator):
    """A merchant of the platform."""
    with listening() as shop:
        made = Merchant(emulator, shop)
        yield made
        made.pay.close()


def accounts(brand):
    with brand_tx(brand.id):
        return queries.payment_accounts(brand_id=brand.id)


def as_said(merchant, **other):
    """The account's file."""
    (key,) = merchant.told["platform_keys"]
    said = {
        "provider": "wxpay",
        "merchant_id": merchant.mchid,
        "app_id": merchant.told["appid"],
        "serial": SERIAL,
        "private_key_pem": pem_of(private_key()),
        "api_key": merchant.told["api_v3_key"],
        "platform_keys": [{"serial": key["serial"], "pem": key["public_key_pem"]}],
        "base_url": merchant.emulator.address,
    }
    return said | other


def as_filled_in(merchant, **other):
    """The console's form."""
    said = as_said(merchant)
    (key,) = said.pop("platform_keys")
    return said | {"platform_serial": key["serial"], "platform_pem": key["pem"]} | other


def test_a_brand_is_paid_into_the_account_of_a_file(zhiyin, own_database, merchant, tmp_path):
    brand = make_brand("cedar")
    path = tmp_path / "account.json"
    path.write_text(json.dumps(as_said(merchant)))
    words = ["pay-account", "set", "--brand", "cedar", "--file", str(path), "--json"]
    done = zhiyin(*words, database=own_database)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["accounts"]
    assert (row["merchant_id"], row["version"], row["retired_at"]) == (merchant.mchid, 1, None)
    assert "BEGIN" not in done.stdout + done.stderr
    assert merchant.told["api_v3_key"] not in done.stdout + done.stderr
    tried = zhiyin("pay-account", "check", "--brand", "cedar", "--json", database=own_database)
    assert json.loads(tried.stdout) == {"brand": "cedar", "works": True, "code": "", "why": ""}
    provider = ports.payment_provider(brand_id=brand.id)
    assert provider.merchant_id == merchant.mchid
    notify_url = "http://127.0.0.1:8000/hooks/wxpay/cedar"
    opened = provider.open_payment(asked=asked("order-0001", notify_url=notify_url))
    assert opened.page["appId"] == merchant.told["appid"]
    provider.close()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"private_key_pem": "no key"}, "private_key_pem is no private key"),
        ({"api_key": "short"}, "api_key has 32 bytes"),
        ({"merchant_id": "shop"}, "merchant_id is digits"),
        ({"merchant_id": ""}, "merchant_id and app_id are needed"),
        ({"serial": ""}, "app_id and serial are needed"),
        ({"serial": 7}, "serial is a text"),
        ({"app_id": "x" * 33}, "app_id is too long"),
        ({"base_url": "http://pay.example"}, "base_url begins with https://"),
        ({"platform_keys": [{"serial": "PUB_KEY_ID_1", "pem": "-"}]}, "cannot be read"),
        ({"platform_keys": [{"serial": "x"}]}, "each of platform_keys has a pem"),
        ({"platform_keys": "all"}, "platform_keys is a short list"),
        ({"provider": "cash"}, "provider is wxpay or sandbox"),
        ({"password": "x"}, "password is no setting"),
    ],
)
def test_what_is_no_account_is_refused_in_words_and_changes_nothing(
    own_database, merchant, change, why
):
    brand = make_brand("cedar")
    sandboxed(brand.id)
    before = accounts(brand)
    with pytest.raises(PaymentAccountRefused, match=why) as refused:
        pay_account.set_account(
            brand_id=brand.id,
            facts=pay_account.facts_of(as_said(merchant, **change)),
            providers=ports.wired().payments,
            now=NOW,
        )
    assert "BEGIN" not in str(refused.value)
    assert accounts(brand) == before


def test_a_live_installation_has_no_sandbox_and_no_other_address(own_database, merchant):
    brand = make_brand("cedar")
    sandboxed(brand.id)
    live = payments.Providers({PayProvider.WXPAY: payments.wxpay(may_move=False)})
    with pytest.raises(PaymentAccountRefused, match="sandbox is not for this installation"):
        live.of(brand_id=brand.id)
    assert live.all_of(brand_id=brand.id) == ()
    with pytest.raises(PaymentAccountRefused, match="base_url is for installations"):
        live.try_out(brand_id=brand.id, facts=account_of(merchant))


def test_a_provider_is_made_once_for_each_version_and_old_ones_stay(own_database, merchant):
    brand = make_brand("cedar")
    providers = payments.Providers({PayProvider.WXPAY: payments.wxpay(may_move=True)}, fresh_s=0)
    with pytest.raises(PaymentAccountMissing):
        providers.of(brand_id=brand.id)
    for merchant_id in (merchant.mchid, "1999999999"):
        facts = account_of(merchant, merchant_id=merchant_id)
        with brand_tx(brand.id):
            brands.set_payment_account(brand_id=brand.id, facts=facts, now=NOW)
    now = providers.of(brand_id=brand.id)
    old = providers.of(brand_id=brand.id, merchant_id=merchant.mchid)
    assert (now.merchant_id, old.merchant_id) == ("1999999999", merchant.mchid)
    assert providers.of(brand_id=brand.id) is now
    with brand_tx(brand.id):
        brands.set_payment_account(brand_id=brand.id, facts=facts, now=NOW)
    assert providers.of(brand_id=brand.id) is not now
    assert providers.of(brand_id=brand.id, merchant_id=merchant.mchid) is old
    with pytest.raises(PaymentAccountMissing):
        providers.of(brand_id=brand.id, merchant_id="1888888888")
    for made in (now, old, providers.of(brand_id=brand.id)):
        made.close()


def test_the_keys_are_sealed_in_the_database(own_database, merchant):
    brand = make_brand("cedar")
    with brand_tx(brand.id):
        brands.set_payment_account(
            brand_id=brand.id, facts=account_of(merchant, app_secret="quiet"), now=NOW
        )
        from zhiyin.domain.brands.models import PaymentAccount

        row = PaymentAccount.objects.values().get(brand_id=brand.id)
    held = repr(row)
    assert [
        word for word in ("PRIVATE", merchant.told["api_v3_key"], "quiet") if word in held
    ] == []
    assert "PRIVATE" not in repr(accounts(brand))


def test_an_admin_names_the_account_tries_it_and_never_sees_a_key_again(own_database, merchant):
    desk = open_desk("cedar")
    page, trying = desk.url("payment/"), desk.url("payment/check/")
    assert "Nobody can pay this brand yet" in desk.browser.get(page).content.decode()
    saved = desk.browser.post(page, as_filled_in(merchant), follow=True).content.decode()
    assert "is paid into this account from now on" in saved
    for secret in ("BEGIN PRIVATE", merchant.told["api_v3_key"]):
        assert secret not in saved
    assert "http://testserver/hooks/wxpay/cedar" in saved
    assert "It works" in desk.browser.post(trying, follow=True).content.decode()
    ports.payment_provider(brand_id=desk.brand.id).close()

    # secrets left empty stay; another serial is what the platform then refuses, in words
    kept = as_filled_in(merchant, private_key_pem="", api_key="", platform_pem="", serial="AB12")
    desk.browser.post(page, kept)
    (card,) = accounts(desk.brand)
    assert (card.version, card.facts.serial) == (2, "AB12")
    assert card.facts.api_key == merchant.told["api_v3_key"]
    said = unescape(desk.browser.post(trying, follow=True).content.decode())
    assert "The provider refuses the account" in said
    ports.payment_provider(brand_id=desk.brand.id).close()
    refused = desk.browser.post(page, as_filled_in(merchant, api_key="short"))
    assert refused.status_code == 422
    assert "api_key has 32 bytes" in refused.content.decode()
    assert "BEGIN PRIVATE" not in refused.content.decode()
    assert accounts(desk.brand) == (card,)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.CLERK])
def test_nobody_but_an_admin_sees_or_changes_it(own_database, merchant, role):
    admin = open_desk("cedar")
    desk = seat(admin.brand, role, f"{role}-cedar")
    for answer in (
        desk.browser.get(desk.url("payment/")),
        desk.browser.post(desk.url("payment/"), as_filled_in(merchant)),
        desk.browser.post(desk.url("payment/check/")),
    ):
        assert answer.status_code == 403
    assert accounts(admin.brand) == ()
