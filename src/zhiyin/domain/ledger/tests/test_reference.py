"""The reference page says what the code does: its examples are run."""

import doctest
from pathlib import Path

from django.db import transaction

from tests.cast import NOW
from zhiyin.domain.ledger.types import AccountKind
from zhiyin.kit.ids import uuid7

PAGE = Path(__file__).resolve().parents[5] / "docs" / "reference" / "ledger.md"


def test_the_examples_of_the_page(brand) -> None:
    known = {"brand_id": brand.id, "member_id": uuid7(), "now": NOW}
    with transaction.atomic():
        tried = doctest.testfile(
            str(PAGE),
            module_relative=False,
            globs=known,
            optionflags=doctest.IGNORE_EXCEPTION_DETAIL,
        )
        transaction.set_rollback(True)
    assert tried.failed == 0
    assert tried.attempted > 15


def test_the_page_names_every_account() -> None:
    words = PAGE.read_text(encoding="utf-8")
    assert [kind.value for kind in AccountKind if f"`{kind.value}`" not in words] == []
