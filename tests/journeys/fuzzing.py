"""Schemathesis in this process: cases drawn from the API's own document, sent as every role.

Half of them break the document's rules on purpose. Names of rows are often replaced by such as
there are, and what an answer names is remembered, so that later cases meet orders, cases and
coupons in every state that the earlier ones left them in.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.journeys.two_towns import Town

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
REAL_NAMES, KNOWN_MAX = 0.7, 40
ACCESS, KEY = "X-Api-Key", "Idempotency-Key"
ROUNDS, EACH = 2, 3
NEW_KEYS, AGAIN, NO_KEY = 0.85, 0.95, 0.98


@dataclass
class Fuzz:
    """A run: `sessions` are headers by role, `able` those of the roles that may do most.

    `known` is what rows are called, by the name of a field; `broken` what came of it: a line for
    each answer that should not be.
    """

    app: Any
    sessions: Sequence[tuple[str, Mapping[str, str]]]
    able: Sequence[tuple[str, Mapping[str, str]]]
    known: dict[str, list[Any]]
    number: int
    sent: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    last_key: str = "first"
    cpu_s: float = 0.0

    def run(self, cases: int) -> None:
        """Send so many cases, the same number to each operation, in several rounds."""
        began = time.process_time()
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", self.app)
        operations = [found.ok() for found in schema.get_all_operations()]
        self.draw = random.Random(self.number)
        for lap in range(ROUNDS):
            share = -(-cases // (ROUNDS * EACH * len(operations)))
            for operation in operations:
                self._try(operation, share, lap)
        self.cpu_s = time.process_time() - began

    def _try(self, operation: Any, share: int, lap: int) -> None:
        for mode, count in _halves(share):
            keyed = {KEY: "key"} if _takes_a_key(operation) else None
            try:
                strategy = operation.as_strategy(generation_mode=mode, headers=keyed)
                self._play(strategy, count, lap)
            except Unsatisfiable:  # nothing about this call can be wrong: no parameter, no body
                self._play(operation.as_strategy(headers=keyed), count, lap)

    def _play(self, strategy: st.SearchStrategy[Any], count: int, lap: int) -> None:
        @seed(self.number + lap)
        @settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def send(case: Any) -> None:
            self._send(case)

        send()

    def _send(self, case: Any) -> None:
        """Send a case as three: two of all, and then one of those who may do the most."""
        for role, headers in (*self.draw.choices(self.sessions, k=2), self.draw.choice(self.able)):
            self._send_as(case, role, headers)

    def _send_as(self, case: Any, role: str, headers: Mapping[str, str]) -> None:
        case.path_parameters = _in_the_path(self._named(case.path_parameters))
        case.query = self._named(case.query)
        case.body = self._named(case.body)
        case.headers.pop(ACCESS, None)
        case.headers.update(headers)
        if KEY in case.headers:
            self._key(case)
        answer = case.call()
        self.sent[role] += 1
        self.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except (Failure, FailureGroup) as failed:
            told = [str(one) for one in getattr(failed, "exceptions", [failed])]
            self.broken.append(f"{role} {case.method} {case.path} {answer.status_code}: {told}")
        if answer.status_code in (HTTPStatus.OK, HTTPStatus.CREATED) and answer.content[:1] == b"{":
            self._learn(case.path, answer.json())

    def _key(self, case: Any) -> None:
        """A new key mostly; at times the last one again, none, or one that is none."""
        drawn = self.draw.random()
        if drawn < NEW_KEYS:
            self.last_key = self.draw.randbytes(8).hex()
        case.headers[KEY] = self.last_key if drawn < AGAIN else "a b"
        if drawn > NO_KEY:
            del case.headers[KEY]

    def _named(self, said: Any) -> Any:
        """The same with names of rows that there are in some places."""
        if isinstance(said, dict):
            return {
                key: self.draw.choice(self.known[key])
                if self.known.get(key) and self.draw.random() < REAL_NAMES
                else self._named(value)
                for key, value in said.items()
            }
        return [self._named(one) for one in said] if isinstance(said, list) else said

    def _learn(self, path: str, told: Any) -> None:
        """Remember what an answer calls the rows that other calls ask for."""
        for key, value in _pairs(told):
            kind = _kind_of(path) if key == "id" else key
            if isinstance(value, str) and kind in self.known:
                rows = self.known[kind]
                if value not in rows and len(rows) < KNOWN_MAX:
                    rows.append(value)


def _in_the_path(values: Mapping[str, Any]) -> dict[str, Any]:
    """Path parameters as a client writes them: what stands after a bare "?" would be no path."""
    return {
        name: value.replace("?", "%3F") if isinstance(value, str) else value
        for name, value in values.items()
    }


def _halves(share: int) -> list[tuple[GenerationMode, int]]:
    """A case that keeps the rules for each that breaks them; an odd one keeps them."""
    wrong = share // 2
    return [
        (mode, count)
        for mode, count in (
            (GenerationMode.POSITIVE, share - wrong),
            (GenerationMode.NEGATIVE, wrong),
        )
        if count
    ]


def _takes_a_key(operation: Any) -> bool:
    """Does the document name the header? It is not drawn: most draws would be the same few."""
    return any(one.name == KEY for one in operation.iter_parameters())


def _kind_of(path: str) -> str:
    """What `id` names in the answer of a call."""
    last = next((part for part in reversed(path.split("/")) if part in KINDS), "")
    return KINDS.get(last, "")


def _pairs(told: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(told, dict):
        for key, value in told.items():
            yield key, value
            yield from _pairs(value)
    elif isinstance(told, list):
        for one in told:
            yield from _pairs(one)


OTHERS = ("product_id", "koc_id", "show_id", "link", "vote_id", "role_id", "run_id", "decision_id")
KINDS = {
    "addresses": "address_id",
    "boards": "board_id",
    "cart": "item_id",
    "cases": "case_id",
    "coupons": "coupon_id",
    "groups": "group_id",
    "invoice": "invoice_id",
    "invoices": "invoice_id",
    "looks": "look_id",
    "needs": "need_id",
    "orders": "order_id",
    "promotions": "promotion_id",
    "questions": "question_id",
    "refunds": "refund_id",
    "stray-receipts": "stray_id",
    "webhook-deliveries": "delivery_id",
    "webhooks": "endpoint_id",
}


def names_of(town: Town) -> dict[str, list[Any]]:
    """What the rows of a town are called, by the names that the API's fields and paths have."""
    mark, ids = town.mark, {key: str(value) for key, value in town.ids.items()}
    known: dict[str, list[Any]] = {
        key: [ids[key]] if key in ids else [] for key in (*KINDS.values(), *OTHERS)
    }
    return known | {
        "code": [f"{mark}-p0", f"{mark}-store", ids["code"]],
        "external_id": [f"{mark}-asker", f"{mark}-author"],
        "member": [f"{mark}-asker"],
        "sku_code": [f"{mark}-p0-2", f"{mark}-p1-2", f"{mark}-p2-2"],
        "store_code": [f"{mark}-store"],
        "by": [f"{mark}-staff"],
        "group_buy_id": [ids["promotion_id"]],
        "lines": [],
        "key": [],
    }
