"""The emulated world: one clock, one seed, one plan, one journal, and whoever lives in it."""

from datetime import datetime, timedelta
from random import Random
from threading import Condition, Event, RLock

from emulator.clock import Act, Agenda, Clock, beijing
from emulator.faults import Plan
from emulator.journal import Journal
from emulator.wechat.oauth import App
from emulator.wxpay import crypto, notices
from emulator.wxpay.crypto import PlatformKey
from emulator.wxpay.merchants import Merchant
from emulator.wxpay.notices import Delivery, Notice, Sender

TICK_S = 0.05


class World:
    """Everything that has a state. Whoever reads or changes it holds `lock`; sending does not.

    `seed` fixes ids, nonces and which faults strike; RSA keys are new each time.
    """

    def __init__(
        self,
        *,
        seed: int,
        now: datetime,
        runs: bool,
        senders: int = 8,
        answer_within_s: float = notices.ANSWER_WITHIN_S,
    ) -> None:
        self.lock = RLock()
        self._carried = Condition(self.lock)
        self._fresh: list[Notice] = []
        self.dice = Random(seed)  # noqa: S311 - a plan that can be played again
        self.clock = Clock(now, runs=runs)
        self.agenda = Agenda()
        self.plan = Plan(self.dice)
        self.journal = Journal()
        self.merchants: dict[str, Merchant] = {}
        self.apps: dict[str, App] = {}
        self.shuffles = False
        self.links: dict[str, tuple[str, bytes, datetime]] = {}
        self._count = 0
        self._stranger: PlatformKey | None = None
        self.sender = Sender(
            threads=senders, within_s=answer_within_s, tell=self._sent, nonce=self.nonce
        )

    def nonce(self) -> str:
        """A nonce from the seed: 32 characters."""
        with self.lock:
            return crypto.word(self.dice, 32)

    def number(self, prefix: str) -> str:
        """A number of the platform's own: never the same twice, and not one to guess."""
        with self.lock:
            self._count += 1
            rest = f"{self._count:08d}{self.dice.randrange(10**6):06d}"
            return f"{prefix}{self.clock.now():%Y%m%d}{rest}"

    def stranger(self) -> PlatformKey:
        """A key that nobody was told of."""
        with self.lock:
            if self._stranger is None:
                self._stranger = crypto.new_platform_key(
                    mode="certificate", now=self.clock.now(), dice=self.dice
                )
            return self._stranger

    def tell(self, notice: Notice) -> None:
        """Have a notice sent now, and again by the schedule until it is taken."""
        self._fresh.append(notice)
        self.agenda.at(self.clock.now(), lambda: self._attempt(notice))

    def later(self, moment: datetime, act: Act) -> None:
        """Have something done at a moment; it runs under the lock and may call `tell`."""
        self.agenda.at(moment, act)

    def catch_up(self, until: datetime | None = None) -> None:
        """Do all that is due up to a moment (now, if none is given), each thing in its time."""
        while True:
            with self.lock:
                goal = until or self.clock.now()
                moment = self.agenda.next()
                if moment is None or moment > goal:
                    self.clock.move_to(goal)
                    return
                self.clock.move_to(moment)
                batch: list[Delivery] = []
                for act in self.agenda.take(self.clock.now()):
                    batch += act() or []
                if self.shuffles:
                    self.dice.shuffle(batch)
            self._carry(batch)

    def fresh(self) -> list[Notice]:
        """The notices told since this was asked last. Ask it under the lock."""
        taken, self._fresh = self._fresh, []
        return taken

    def catch_up_with(self, told: list[Notice]) -> None:
        """Catch up, and wait until each of these was sent once, whoever is sending it."""
        self.catch_up()
        with self._carried:
            self._carried.wait_for(lambda: all(notice.is_tried for notice in told))

    def run(self, stop: Event) -> None:
        """Keep up with the wall until told to stop."""
        while not stop.wait(TICK_S):
            if self.clock.runs:
                self.catch_up()

    def _attempt(self, notice: Notice) -> list[Delivery]:
        notice.attempts += 1
        struck = self.plan.take("notice", notice.facts)
        if any(rule.do == "lost" for rule in struck):
            notice.is_tried = notice.is_over = True
            self._carried.notify_all()
            return []
        return notices.deliveries(
            notice,
            struck=struck,
            now=self.clock.now(),
            nonce=self.nonce,
            stranger=self.stranger,
        )

    def _carry(self, batch: list[Delivery]) -> None:
        try:
            statuses = self.sender.send(batch)
        finally:
            with self._carried:
                for delivery in batch:
                    delivery.notice.is_tried = True
                self._carried.notify_all()
        with self.lock:
            told: dict[str, Notice] = {}
            for delivery, status in zip(batch, statuses, strict=True):
                if delivery.variant == "true":
                    notice = told.setdefault(delivery.notice.id, delivery.notice)
                    notice.is_taken = notice.is_taken or status in (200, 204)
            for notice in told.values():
                self._again(notice)

    def _again(self, notice: Notice) -> None:
        if notice.is_taken or notice.attempts > len(notices.SCHEDULE_S):
            notice.is_over = True
            return
        wait = timedelta(seconds=notices.SCHEDULE_S[notice.attempts - 1])
        self.agenda.at(self.clock.now() + wait, lambda: self._attempt(notice))

    def _sent(self, delivery: Delivery, status: int | None, error: str) -> None:
        self.journal.write(
            kind="notice",
            at=beijing(delivery.at),
            notice_id=delivery.notice.id,
            variant=delivery.variant,
            attempt=delivery.attempt,
            status=status,
            error=error,
            **delivery.notice.facts,
        )
