"""The client against a server on this machine: what it sends, and what it makes of any answer."""

import json
from datetime import date

import pytest

from zhiyin.connectors.openai_reader.client import (
    ANSWER_BYTES_MAX,
    OpenAiReader,
    ReaderMisconfigured,
)
from zhiyin.connectors.openai_reader.tests.stub import serving
from zhiyin.domain.audience.reading.taxonomy import shipped
from zhiyin.flows.ports import ReaderGarbled, ReaderUnavailable

TODAY = date(2026, 11, 22)
PIECES = ["骨架", "张扬"]


@pytest.fixture
def stub():
    with serving() as running:
        yield running


def read(stub, **options):
    reader = OpenAiReader(base_url=stub.url, model="example-model", key="sesame", **options)
    return reader.read(pieces=PIECES, vocabulary=shipped().vocabulary, today=TODAY)


def content(words: str) -> bytes:
    return json.dumps({"choices": [{"message": {"content": words}}]}).encode()


def test_each_piece_gets_its_answer(stub):
    stub.answer("understood")
    assert read(stub) == [{"concerns": ["broad_shoulders"]}, {"styles": ["elegant"]}]


def test_only_the_pieces_the_words_and_the_day_are_sent(stub):
    stub.answer("understood")
    read(stub)
    assert stub.paths == ["/v1/chat/completions"]
    assert stub.headers[0]["Authorization"] == "Bearer sesame"
    assert set(stub.asked[0]) == {
        "model",
        "messages",
        "temperature",
        "max_tokens",
        "response_format",
    }
    assert stub.asked[0]["model"] == "example-model"
    assert stub.asked[0]["response_format"] == {"type": "json_object"}
    assert [one["role"] for one in stub.asked[0]["messages"]] == ["system", "user"]
    question = stub.question()
    assert set(question) == {"today", "slots", "pieces"}
    assert (question["today"], question["pieces"]) == ("2026-11-22", PIECES)
    assert question["slots"]["height_cm"] == "number"
    assert question["slots"]["cup"]["words"] == ["a", "aa", "b", "c", "d", "dd", "e", "f", "g", "h"]


@pytest.mark.parametrize("status", [307, 401, 429, 500, 503])
def test_any_other_status_is_no_answer_and_a_redirect_is_not_followed(stub, status):
    stub.answer("understood")
    stub.status = status
    with pytest.raises(ReaderUnavailable) as refused:
        read(stub)
    assert refused.value.details == {"why": f"status_{status}"}
    assert stub.paths == ["/v1/chat/completions"]


def test_a_silent_server_is_left(stub):
    stub.is_silent = True
    with pytest.raises(ReaderUnavailable) as refused:
        read(stub, timeout_s=0.2)
    assert refused.value.details == {"why": "timeout"}


def test_a_body_that_comes_too_late_is_left(stub):
    stub.answer("understood")
    ticks = iter([0.0, 4.1])
    with pytest.raises(ReaderUnavailable) as refused:
        read(stub, timeout_s=4.0, clock=lambda: next(ticks))
    assert refused.value.details == {"why": "timeout"}


def test_nobody_there_is_no_answer(stub):
    reader = OpenAiReader(base_url="http://127.0.0.1:1/v1", model="example-model")
    with pytest.raises(ReaderUnavailable) as refused:
        reader.read(pieces=PIECES, vocabulary={}, today=TODAY)
    assert refused.value.details == {"why": "ConnectError"}


@pytest.mark.parametrize(
    ("payload", "why"),
    [("cut_short", "not_json"), ("prose", "not_json"), ("one_too_few", "not_one_each")],
)
def test_an_answer_of_another_shape_is_garbled(stub, payload, why):
    stub.answer(payload)
    with pytest.raises(ReaderGarbled) as refused:
        read(stub)
    assert refused.value.details == {"why": why}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not_json"),
        (b"<html>", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 50_000, "not_json"),
        (content("[" * 50_000), "not_json"),
        (b"[]", "not_the_shape"),
        (b'{"choices": []}', "not_the_shape"),
        (b'{"choices": [{"message": {"content": null}}]}', "not_the_shape"),
        (content("[1, 2]"), "not_the_shape"),
        (content('{"pieces": {"0": {}}}'), "not_one_each"),
        (content('{"pieces": [{}, {}, {}]}'), "not_one_each"),
        (content('{"pieces": ["elegant", {}]}'), "not_the_shape"),
        (content("x" * ANSWER_BYTES_MAX), "too_long"),
    ],
)
def test_garbage_is_garbled(stub, body, why):
    stub.body = body
    with pytest.raises(ReaderGarbled) as refused:
        read(stub)
    assert refused.value.details == {"why": why}


@pytest.mark.parametrize("url", ["file:///zorp", "zorp:8000/v1", "https:///zorp", "ftp://zorp/"])
def test_an_address_that_is_none_is_refused_without_repeating_it(url):
    with pytest.raises(ReaderMisconfigured, match="ZHIYIN_READER_URL") as refused:
        OpenAiReader(base_url=url, model="example-model")
    assert "zorp" not in str(refused.value)


def test_a_model_must_be_named():
    with pytest.raises(ReaderMisconfigured, match="ZHIYIN_READER_MODEL"):
        OpenAiReader(base_url="http://127.0.0.1:1/v1", model="")
