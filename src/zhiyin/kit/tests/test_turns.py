"""Those behind one that fails have their turn, and the failure is told."""

import pytest

from zhiyin.kit.turns import MOST_FAILED, each


def test_who_stands_behind_one_that_fails_has_its_turn() -> None:
    done: list[int] = []

    def act(n: int) -> None:
        if n % 2:
            raise ValueError(n)
        done.append(n)

    with pytest.raises(ExceptionGroup) as failed:
        each(range(5), act)
    assert done == [0, 2, 4]
    assert [error.args for error in failed.value.exceptions] == [(1,), (3,)]


def test_where_all_fail_it_ends() -> None:
    tried: list[int] = []

    def act(n: int) -> None:
        tried.append(n)
        raise ValueError(n)

    with pytest.raises(ExceptionGroup):
        each(range(10 * MOST_FAILED), act)
    assert len(tried) == MOST_FAILED
