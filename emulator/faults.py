"""What goes wrong, on which call, how often: a plan, played from a seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

REQUEST_FAULTS = {
    "error": "answer an error and do nothing",
    "error_after": "do it, then answer an error",
    "reset": "drop the connection and do nothing",
    "reset_after": "do it, then drop the connection",
    "slow": "do it, then wait `seconds` of real time before the answer",
    "cut": "do it, then send half of the answer",
    "html": "do it, then answer 502 with a page of HTML",
    "not_json": "do it, then answer signed words that are no JSON",
    "other_shape": "do it, then answer a signed JSON list",
    "of_another": "do it, and answer, signed, about another order or refund",
    "unsigned": "do it, and leave the signature off",
    "bad_signature": "do it, and sign something else",
    "stale_signature": "do it, and sign with a timestamp one hour old",
    "unknown_serial": "do it, and sign with a key that nobody was told of",
    "ignored": "answer that it is done, and do nothing (close)",
    "settle_first": "a refund is done, and its notice sent, before the call returns",
    "abnormal": "the refund ends ABNORMAL",
    "closed": "the refund ends CLOSED",
    "missing_row": "the bill lacks its first row",
    "extra_row": "the bill has a row nobody paid",
    "changed_row": "the bill's first row says one yuan more",
    "wrong_hash": "the bill's hash is of something else",
    "foreign_link": "the bill's link names another host",
}
NOTICE_FAULTS = {
    "lost": "never sent; nor is it sent again",
    "copies": "sent `count` times at once",
    "forged": "a body that was altered after it was signed is sent before the true one",
    "signtest": "a probe with a signature WECHATPAY/SIGNTEST/ is sent before the true one",
    "stale": "a truly signed copy with a timestamp one hour old is sent before the true one",
    "unknown_serial": "a copy signed by a key that nobody was told of comes before the true one",
    "wrong_aad": "a truly signed copy that cannot be opened comes before the true one",
    "wrong_amount": "says one fen more than was paid",
    "foreign_merchant": "says the money of another merchant",
    "broken": "a truly signed body that is no JSON comes before the true one",
}
KNOWN = {**REQUEST_FAULTS, **NOTICE_FAULTS}


@dataclass
class Rule:
    """One line of the plan. `on` is an operation of the journal, or "notice"."""

    on: str
    do: str
    times: int | None = 1
    share: float = 1.0
    match: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


class Plan:
    """The rules in force. Not locked: the world that holds it is."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self.rules: list[Rule] = []

    def add(self, said: Mapping[str, Any]) -> None:
        """Add a rule as it is said over HTTP. Raises ValueError if there is no such fault."""
        known = {"on", "do", "times", "share", "match"}
        more = {name: value for name, value in said.items() if name not in known}
        if said["do"] not in KNOWN:
            raise ValueError(f"no such fault: {said['do']}")
        self.rules.append(
            Rule(
                on=said["on"],
                do=said["do"],
                times=said.get("times", 1),
                share=float(said.get("share", 1.0)),
                match=said.get("match", {}),
                more=more,
            )
        )

    def take(self, on: str, facts: Mapping[str, object]) -> list[Rule]:
        """The rules that strike this time; each strikes `times` times in all, None for ever."""
        struck = []
        for rule in self.rules:
            if rule.on != on or rule.times == 0:
                continue
            if any(str(facts.get(name)) != value for name, value in rule.match.items()):
                continue
            if rule.share < 1 and self._dice.random() >= rule.share:
                continue
            if rule.times is not None:
                rule.times -= 1
            struck.append(rule)
        return struck
