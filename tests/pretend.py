"""A pretended GPU: real values on the CPU, and every operation checks where its tensors are.

Most machines that test this have no GPU, and code that mixes devices runs on all of them without
complaint. Within `pretended()` the device `"cuda"` exists: its tensors say that they are there,
have no `numpy()`, and an operation that mixes them with the CPU's fails, as on a real one.
What it cannot show are other roundings, and other speeds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten, tree_map, tree_unflatten

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
# A GPU takes a CPU's indices, and copies from and to it.
_MIXED = {"index", "index_put_", "index_put", "_index_put_impl_", "copy_"}


class Pretended(torch.Tensor):
    """A tensor that says it is on a GPU."""

    inner: torch.Tensor

    @staticmethod
    def __new__(cls, inner: torch.Tensor) -> Pretended:
        made = torch.Tensor._make_wrapper_subclass(
            cls, inner.shape, strides=inner.stride(), storage_offset=inner.storage_offset(),
            dtype=inner.dtype, requires_grad=inner.requires_grad,
        )  # fmt: skip
        made.inner = inner
        return made

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        """Where it pretends to be."""
        return CUDA

    @property
    def is_cuda(self) -> bool:  # type: ignore[override]
        """Yes."""
        return True

    def __repr__(self) -> str:  # type: ignore[override]
        return f"pretended {self.inner!r}"

    def tolist(self) -> list[Any]:
        """Return the numbers, as a GPU's tensor does."""
        return self.inner.tolist()

    def cpu(self) -> torch.Tensor:  # type: ignore[override]
        """Return a copy that is on the CPU."""
        return self.inner.clone()

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _run(func, args, kwargs or {})


class _Devices(TorchFunctionMode):
    """Takes the device out of what asks for one, and pretends, or stops pretending."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is torch.Tensor.numpy and isinstance(args[0], Pretended):
            raise TypeError("can't convert a cuda tensor to numpy; use .cpu() first")
        values, structure = tree_flatten((args, kwargs))
        asked = {d for d in map(_device, values) if d}
        if func is torch.Tensor.to and asked == {"cpu"}:
            args = (_value(args[0]), *args[1:])
        if "cuda" not in asked:
            return func(*args, **kwargs)
        values = [CPU if _device(v) else v for v in values]
        args, kwargs = tree_unflatten(values, structure)
        return tree_map(_there, func(*args, **kwargs))


def _device(value: Any) -> str | None:
    """Return "cpu" or "cuda" of what names a device."""
    if isinstance(value, str) and value.split(":")[0] in ("cpu", "cuda"):
        return value.split(":")[0]
    return value.type if isinstance(value, torch.device) else None


def _there(value: Any) -> Any:
    plain = isinstance(value, torch.Tensor) and not isinstance(value, Pretended)
    return Pretended(value) if plain else value


def _value(value: Any) -> Any:
    return value.inner if isinstance(value, Pretended) else value


def _run(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """Do an operation on the values, if all its tensors are on one device."""
    given = [v for v in tree_flatten((args, kwargs))[0] if isinstance(v, torch.Tensor)]
    name = func.overloadpacket.__name__
    if name not in _MIXED:
        # A number of the CPU may stand beside a GPU's tensor.
        strangers = [tuple(v.shape) for v in given if not isinstance(v, Pretended) and v.dim()]
        if strangers:
            raise RuntimeError(f"{name}: tensors on cuda, and on cpu of shapes {strangers}")
    values, changed = tree_map(_value, (args, kwargs))
    found = func(*values, **changed)
    if name in _MIXED and not isinstance(given[0], Pretended):
        return found
    known = {id(v.inner): v for v in given if isinstance(v, Pretended)}  # changed in place
    return tree_map(lambda v: known.get(id(v), _there(v)), found)


@contextlib.contextmanager
def pretended() -> Iterator[torch.device]:
    """Make the device "cuda" exist."""
    with _Devices():
        yield CUDA
