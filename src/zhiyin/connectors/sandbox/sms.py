"""A text-message carrier that carries nothing: the demo reads the codes where it keeps them."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

FILE = "sandbox-sms.jsonl"
KEPT = 50

WORDS = {
    "zh-hans": "验证码 {code}，5 分钟内有效。不要告诉别人。",
    "en": "Your code is {code}, good for 5 minutes. Tell it to nobody.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxMessage:
    """A message as the sandbox shows it. `sent_at` is ISO, UTC."""

    brand_id: str
    phone: str
    code: str
    text: str
    sent_at: str


class SandboxSms:
    """An `SmsSender` that writes to a file of the state folder, for its owner only (0600).

    `tell` is handed each message as well (the demo's terminal). The last `KEPT` messages are
    there, whichever process sent them. No network. It is for demos and tests: with it, whoever
    reads the sandbox page reads every code.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._file = folder / FILE
        self._clock = clock
        self._tell = tell

    def send(self, *, brand_id: UUID, phone: str, code: str, language: str) -> None:
        """Keep the message, and drop the oldest beyond `KEPT`."""
        message = SandboxMessage(
            brand_id=str(brand_id),
            phone=phone,
            code=code,
            text=WORDS.get(language, WORDS["zh-hans"]).format(code=code),
            sent_at=self._clock().isoformat(),
        )
        with self._locked():
            kept = [*self._read(), message][-KEPT:]
            draft = self._file.with_suffix(f".{os.getpid()}")
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                for line in kept:
                    file.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")
            draft.replace(self._file)
        if self._tell is not None:
            self._tell(f"{phone}: {message.text}")

    def messages(self, *, brand_id: UUID) -> tuple[SandboxMessage, ...]:
        """What was sent for a brand, newest first."""
        return tuple(
            message for message in reversed(self._read()) if message.brand_id == str(brand_id)
        )

    def _read(self) -> list[SandboxMessage]:
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [SandboxMessage(**json.loads(line)) for line in lines]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
