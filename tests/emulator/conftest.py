"""One emulator and one shop for all tests of this folder; each test has a merchant of its own."""

from collections.abc import Callable, Iterator

import pytest

from tests.emulator.desk import Emulator, Merchant, Shop, emulating, listening


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """Stands still at START and goes on from where the test before left it."""
    with emulating() as running:
        yield running


@pytest.fixture
def shop() -> Iterator[Shop]:
    """The notify address of this test."""
    with listening() as open_shop:
        yield open_shop


@pytest.fixture
def enrol(emulator: Emulator, shop: Shop) -> Iterator[Callable[..., Merchant]]:
    """Make merchants; the plan of faults is empty before and after."""
    made: list[Merchant] = []

    def make(mode: str = "public_key") -> Merchant:
        made.append(Merchant(emulator, shop, mode=mode))
        return made[-1]

    emulator.ask("faults", clear=True, shuffle=False)
    yield make
    emulator.ask("faults", clear=True, shuffle=False)
    for each in made:
        each.pay.close()


@pytest.fixture
def merchant(enrol: Callable[..., Merchant]) -> Merchant:
    """A merchant in public-key mode."""
    return enrol()
