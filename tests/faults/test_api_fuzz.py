"""What schemathesis sends, as all roles: no answer of 500 or more, none that is not documented.

The full figure is 30,000 cases; `make test` plays 5,000 of them.
"""

import pytest
from django.conf import settings as django_settings
from django.core.wsgi import get_wsgi_application

from tests.cast import NOW
from tests.faults.conftest import SEED, SHARE
from tests.journeys import fuzzing, two_towns
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands.types import Role
from zhiyin.domain.matching import operations as matching
from zhiyin.flows import audits
from zhiyin.storage.tenancy import brand_tx

MOST, SHARE_OF_TEST = 30_000, 50_000


@pytest.fixture
def town(own_database):
    """A town in which everything has happened once, and a model that answers."""
    made = two_towns.settle("cedar")
    matching.train(brand_id=made.brand.id, folder=django_settings.MODEL_FOLDER, now=NOW)
    return made


def keys(town) -> dict[Role, dict[str, str]]:
    """The headers of a key for each role."""
    with brand_tx(town.brand.id):
        return {
            role: {
                fuzzing.ACCESS: brands.issue_api_key(
                    brand_id=town.brand.id, slug=town.mark, label=role.value, role=role, now=NOW
                )
            }
            for role in Role
        }


def test_whatever_is_sent_is_answered_by_the_document_and_the_books_hold(town, tell):
    by_role = keys(town)
    nobody = [(who, {}) for who in ("guest", "member", "koc")]  # they have no key
    fuzz = fuzzing.Fuzz(
        app=get_wsgi_application(),
        sessions=[*nobody, *((role.value, key) for role, key in by_role.items())],
        able=[(role.value, by_role[role]) for role in (Role.ADMIN, Role.ADMIN, Role.OPERATOR)],
        known=fuzzing.names_of(town),
        number=SEED,
    )
    cases = min(MOST, round(SHARE_OF_TEST * SHARE))
    fuzz.run(cases)
    assert fuzz.broken == [], "\n".join(fuzz.broken[:40])
    assert sum(fuzz.sent.values()) >= cases * 0.95
    tell(
        f"{sum(fuzz.sent.values())} cases as {len(fuzz.sent)} roles",
        f"none broken, {fuzz.cpu_s:.0f} s of processor; {dict(sorted(fuzz.statuses.items()))}",
    )
    found = audits.run(brand_ids=[town.brand.id], now=NOW)
    assert {each.audit.code: each.violations for each in found if each.violations} == {}
