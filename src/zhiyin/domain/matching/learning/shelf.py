"""Learned tables as named arrays, for a file that holds numbers only (no pickles)."""

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Table = TypeVar("Table")
Arrays = dict[str, NDArray[Any]]


def pack(table: object, prefix: str = "") -> Arrays:
    """Every array, number, sparse matrix and dict of arrays of a dataclass, by dotted name."""
    arrays: Arrays = {}
    for field in fields(table):  # type: ignore[arg-type]
        value, name = getattr(table, field.name), f"{prefix}{field.name}"
        if is_dataclass(value):
            arrays |= pack(value, f"{name}.")
        elif sparse.issparse(value):
            parts = (value.data, value.indices, value.indptr, np.array(value.shape))
            arrays |= {f"{name}.{number}": part for number, part in enumerate(parts)}
        elif isinstance(value, dict):
            arrays |= {f"{name}.{key}": part for key, part in value.items()}
        else:
            arrays[name] = np.asarray(value)
    return arrays


def unpack(kind: type[Table], arrays: Arrays, prefix: str = "") -> Table:
    """The dataclass that `pack` took apart. Raises KeyError if an array is missing."""
    values: dict[str, object] = {}
    hints = get_type_hints(kind)
    for field in fields(kind):  # type: ignore[arg-type]
        hint, name = hints[field.name], f"{prefix}{field.name}"
        if is_dataclass(hint):
            values[field.name] = unpack(hint, arrays, f"{name}.")  # type: ignore[arg-type]
        elif hint is sparse.csr_matrix:
            data, indices, indptr, shape = (arrays[f"{name}.{number}"] for number in range(4))
            values[field.name] = sparse.csr_matrix((data, indices, indptr), shape=tuple(shape))
        elif get_origin(hint) is dict:
            start = f"{name}."
            values[field.name] = {
                key.removeprefix(start): part
                for key, part in arrays.items()
                if key.startswith(start)
            }
        elif hint in (int, float):
            values[field.name] = hint(arrays[name])
        else:
            values[field.name] = arrays[name]
    return kind(**values)
