"""Identifiers sort in the order in which they were made."""

from uuid import RFC_4122

from zhiyin.kit.ids import uuid7

COUNT = 20_000


def test_what_a_process_makes_sorts_as_it_was_made():
    made = [uuid7() for _ in range(COUNT)]
    assert made == sorted(made)
    assert len(set(made)) == COUNT


def test_each_is_of_version_seven():
    one = uuid7()
    assert (one.version, one.variant) == (7, RFC_4122)
