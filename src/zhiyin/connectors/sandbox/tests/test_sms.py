"""The sandbox carrier: what it keeps, for whom, and who may read the file."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

from zhiyin.connectors.sandbox.sms import FILE, KEPT, SandboxSms

CEDAR, MAPLE = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def test_each_brand_sees_its_own_messages_newest_first(tmp_path):
    sms = SandboxSms(tmp_path / "state", clock=lambda: NOW)
    sms.send(brand_id=CEDAR, phone="13800138000", code="012345", language="en")
    sms.send(brand_id=MAPLE, phone="13800138000", code="555555", language="zh-hans")
    sms.send(brand_id=CEDAR, phone="13800138000", code="067890", language="fr")
    newest, oldest = SandboxSms(tmp_path / "state").messages(brand_id=CEDAR)
    assert (oldest.code, oldest.sent_at) == ("012345", "2026-11-22T04:00:00+00:00")
    assert oldest.text == "Your code is 012345, good for 5 minutes. Tell it to nobody."
    assert newest.text == "验证码 067890，5 分钟内有效。不要告诉别人。"


def test_the_file_is_its_owners_and_holds_only_the_last_messages(tmp_path):
    sms = SandboxSms(tmp_path)
    for n in range(KEPT + 3):
        sms.send(brand_id=CEDAR, phone="13800138000", code=f"{n:06d}", language="en")
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    codes = [message.code for message in sms.messages(brand_id=CEDAR)]
    assert codes == [f"{n:06d}" for n in range(KEPT + 2, 2, -1)]


def test_senders_at_the_same_time_lose_no_message(tmp_path):
    def send(n: int) -> None:
        SandboxSms(tmp_path).send(
            brand_id=CEDAR, phone="13800138000", code=f"{n:06d}", language="en"
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(40)))
    codes = {message.code for message in SandboxSms(tmp_path).messages(brand_id=CEDAR)}
    assert codes == {f"{n:06d}" for n in range(40)}


def test_nothing_was_sent_yet(tmp_path):
    assert SandboxSms(tmp_path).messages(brand_id=CEDAR) == ()


def test_each_message_is_told_as_well(tmp_path):
    told: list[str] = []
    SandboxSms(tmp_path, tell=told.append).send(
        brand_id=CEDAR, phone="13800138000", code="012345", language="en"
    )
    assert told == ["13800138000: Your code is 012345, good for 5 minutes. Tell it to nobody."]
