"""An answer as plain JSON values and back, so that it can be shown again as it was shown."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from zhiyin.domain.matching.types import Answer, Part, Pick, PickItem, Reason, ReasonKind


def to_json(answer: Answer) -> dict[str, Any]:
    """The whole answer; ids as text."""
    return {
        "picks": [_pick_out(pick) for pick in answer.picks],
        "runners_up": [_pick_out(pick) for pick in answer.runners_up],
        "unproven": [list(chip) for chip in answer.unproven],
        "set_aside": [list(chip) for chip in answer.set_aside],
        "considered": answer.considered,
        "model_version": answer.model_version,
    }


def from_json(stored: Mapping[str, Any]) -> Answer:
    """What `to_json` took apart."""
    return Answer(
        picks=tuple(_pick_in(pick) for pick in stored["picks"]),
        runners_up=tuple(_pick_in(pick) for pick in stored["runners_up"]),
        unproven=_chips(stored["unproven"]),
        set_aside=_chips(stored["set_aside"]),
        considered=stored["considered"],
        model_version=stored["model_version"],
    )


def _pick_out(pick: Pick) -> dict[str, Any]:
    return {
        "koc_id": _text(pick.koc_id),
        "look_id": _text(pick.look_id),
        "items": [
            asdict(item) | {"product_id": str(item.product_id), "sku_id": str(item.sku_id)}
            for item in pick.items
        ],
        "likeness_bps": pick.likeness_bps,
        "score": pick.score,
        "parts": [[part.name, part.value, part.share] for part in pick.parts],
        "reasons": [_reason_out(reason) for reason in pick.reasons],
        "evidence": [str(show) for show in pick.evidence],
        "quote": _text(pick.quote),
        "worn_count": pick.worn_count,
        "fit_count": pick.fit_count,
        "is_thin": pick.is_thin,
        "earns": pick.earns,
    }


def _pick_in(stored: Mapping[str, Any]) -> Pick:
    return Pick(
        koc_id=_id(stored["koc_id"]),
        look_id=_id(stored["look_id"]),
        items=tuple(_item_in(item) for item in stored["items"]),
        likeness_bps=stored["likeness_bps"],
        score=stored["score"],
        parts=tuple(Part(name=n, value=v, share=s) for n, v, s in stored["parts"]),
        reasons=tuple(_reason_in(reason) for reason in stored["reasons"]),
        evidence=tuple(UUID(show) for show in stored["evidence"]),
        quote=_id(stored["quote"]),
        worn_count=stored["worn_count"],
        fit_count=stored["fit_count"],
        is_thin=stored["is_thin"],
        earns=stored["earns"],
    )


def _item_in(stored: Mapping[str, Any]) -> PickItem:
    small_fit_large = stored["fit_bps"]
    ids = {"product_id": UUID(stored["product_id"]), "sku_id": UUID(stored["sku_id"])}
    fit = {"fit_bps": None if small_fit_large is None else tuple(small_fit_large)}
    return PickItem(**{**stored, **ids, **fit})


def _reason_out(reason: Reason) -> dict[str, Any]:
    return asdict(reason) | {
        "kind": reason.kind.value,
        "slots": [list(chip) for chip in reason.slots],
        "show_ids": [str(show) for show in reason.show_ids],
    }


def _reason_in(stored: Mapping[str, Any]) -> Reason:
    return Reason(
        **{
            **stored,
            "kind": ReasonKind(stored["kind"]),
            "slots": _chips(stored["slots"]),
            "show_ids": tuple(UUID(show) for show in stored["show_ids"]),
        }
    )


def _chips(stored: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((slot, value) for slot, value in stored)


def _text(one: UUID | None) -> str | None:
    return None if one is None else str(one)


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
