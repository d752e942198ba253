"""A brand's garments, wearings, people and looks as columns: all that the matcher knows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.wearings import Wearings

Ids = NDArray[np.uint8]
"""Shape (n, 16): UUIDs as bytes."""


def uuid_at(ids: Ids, row: int) -> UUID:
    """The UUID of one row."""
    return UUID(bytes=ids[row].tobytes())


def id_rows(ids: list[UUID]) -> Ids:
    """UUIDs as rows of bytes."""
    joined = b"".join(one.bytes for one in ids)
    return np.frombuffer(joined, dtype=np.uint8).reshape(len(ids), 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Garments:
    """One row per product. `tokens[g, t]` says that the garment has `vocabulary.TOKENS[t]`."""

    id: Ids
    category: NDArray[np.int8]
    tokens: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.category)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """One row per product and colour; its SKUs are rows `first_sku[v]:first_sku[v + 1]`."""

    garment: NDArray[np.int32]
    color: NDArray[np.int8]
    first_sku: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.garment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skus:
    """One row per SKU, by variant and size. `label` indexes `World.labels`; prices in fen."""

    id: Ids
    variant: NDArray[np.int32]
    size: NDArray[np.int16]
    label: NDArray[np.int16]
    price_fen: NDArray[np.int64]
    on_hand: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.variant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shows:
    """One row per buyer show, by garment, newest first: rows `first[g]:first[g + 1]` of `worn`.

    `worn.garment` holds rows of Garments and `worn.wearer` numbers the people. `koc` is a row of
    Kocs or -1. `counted` is False for authored shows, which no figure may include.
    """

    id: Ids
    worn: Wearings
    koc: NDArray[np.int32]
    counted: NDArray[np.bool_]
    first: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.koc)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kocs:
    """One row per KOC: her body (cm, kg, years; NaN or -1 unstated) and what she is good at.

    `concerns` and the four `good_*` columns are bits over the words of `vocabulary`.
    """

    id: Ids
    height_cm: NDArray[np.float32]
    weight_kg: NDArray[np.float32]
    age: NDArray[np.float32]
    band_cm: NDArray[np.float32]
    cup: NDArray[np.float32]
    shape: NDArray[np.int8]
    tone: NDArray[np.int8]
    concerns: NDArray[np.uint32]
    good_concerns: NDArray[np.uint32]
    good_goals: NDArray[np.uint32]
    good_occasions: NDArray[np.uint32]
    good_styles: NDArray[np.uint32]
    capacity: NDArray[np.int16]
    earns: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.capacity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """One row per look; its items are `item[first[k]:first[k + 1]]`, rows of Variants.

    `koc` is a row of Kocs or -1; the four last columns are bits of the needs it answers.
    """

    id: Ids
    koc: NDArray[np.int32]
    first: NDArray[np.int32]
    item: NDArray[np.int32]
    concerns: NDArray[np.uint32]
    goals: NDArray[np.uint32]
    occasions: NDArray[np.uint32]
    styles: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.koc)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that can be picked, and everybody who can speak for it."""

    garments: Garments
    variants: Variants
    skus: Skus
    shows: Shows
    kocs: Kocs
    looks: Looks
    labels: tuple[str, ...]
    wearers: Ids
    """Row n is the member whose number in `shows.worn.wearer` is n; may be empty."""

    def save(self, folder: Path) -> None:
        """Write the columns below `folder`, which exists."""
        np.savez(folder / "world.npz", allow_pickle=False, **dict(_columns("", self)))
        (folder / "labels.json").write_text(json.dumps(self.labels), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        with np.load(folder / "world.npz", allow_pickle=False) as columns:
            labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
            return cls(
                garments=_table(Garments, "garments", columns),
                variants=_table(Variants, "variants", columns),
                skus=_table(Skus, "skus", columns),
                shows=Shows(
                    id=columns["shows.id"],
                    worn=_table(Wearings, "shows.worn", columns),
                    koc=columns["shows.koc"],
                    counted=columns["shows.counted"],
                    first=columns["shows.first"],
                ),
                kocs=_table(Kocs, "kocs", columns),
                looks=_table(Looks, "looks", columns),
                labels=tuple(labels),
                wearers=columns["wearers"],
            )


def _columns(prefix: str, table: Any) -> Iterator[tuple[str, NDArray[Any]]]:
    for field in fields(table):
        value = getattr(table, field.name)
        if isinstance(value, np.ndarray):
            yield f"{prefix}{field.name}", value
        elif not isinstance(value, tuple):
            yield from _columns(f"{prefix}{field.name}.", value)


def _table(kind: type[Any], prefix: str, columns: Any) -> Any:
    return kind(**{field.name: columns[f"{prefix}.{field.name}"] for field in fields(kind)})


def starts(sorted_keys: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Where each key's rows begin in ascending `sorted_keys`; one more than `count` entries."""
    return np.searchsorted(sorted_keys, np.arange(count + 1)).astype(np.int64)
