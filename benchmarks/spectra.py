"""All Hessian eigenvalues: of one network beside dense and iterative peers, of a thousand."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import torch
from torch import Tensor

from benchmarks.peers import MissingPeer, named, peer
from benchmarks.problem import Logistic, Network, P, definition, t33
from benchmarks.record import Accuracy, Row, compared
from benchmarks.size import Size
from benchmarks.timing import fastest, side_by_side
from lossurface.landscape import SingleLayerSurface, ball_layer, from_module

BITS = 200
LIMIT = 1e-13
CHUNKS = (50, 100, 250)


def enclosed(surface: SingleLayerSurface, theta: Tensor) -> Tensor:
    """Return the Hessian's eigenvalues (P,), ascending, rounded from balls narrower than 1e-30."""
    from flint import ctx

    from lossurface.enclosed.single_layer import balls

    with ctx.workprec(BITS):
        matrix = ball_layer(surface).hessian(balls(theta.tolist()))
        values = [value.real for value in matrix.eig()]
        widest = max(float(value.rad()) for value in values)
        if not widest < 1e-30:
            raise ArithmeticError(f"eigenvalues are enclosed to {widest:.1g} only; raise BITS")
        return torch.tensor(sorted(float(value.mid()) for value in values), dtype=torch.float64)


def one(size: Size) -> Iterator[Row]:
    """Yield the rows of one network, without the quadratic term, which their losses cannot take."""
    surface, theta = t33(1, l2=0.0)
    true = enclosed(surface, theta[0])
    task = "all Hessian eigenvalues of one network"

    def ours() -> Tensor:
        return surface.spectra(theta)[0]

    error = _error(ours(), true)
    module = Network(theta[0])
    wrapped = from_module(module, lambda out: Logistic()(out, surface.y), surface.X)
    user = _error(wrapped.spectra(theta)[0], true)
    said = (
        f"largest error {error:.1g}, by enclosures in ball arithmetic "
        f"({user:.1g} for the same network as a user's module)"
    )
    accuracy = Accuracy(said, error <= LIMIT and user <= LIMIT)
    for make, name, target in ((_curvlinops, "curvlinops", 3), (_pyhessian, "pyhessian", 1000)):
        id, turns = f"spectrum-{name}", 4 * size.turns if target == 3 else size.turns // 2 + 1
        try:
            theirs = make(theta[0], surface)
            off = _error(theirs(), true)
            timed = side_by_side(ours, theirs, turns, size.least)
            note = f"Error of {named(name)}: {off:.1g}."
            row = compared(id, task, named(name), target, timed, accuracy, note)
        except MissingPeer as missing:
            row = Row(id, task, named(name), target, missing=str(missing))
        yield row


def _error(found: Tensor, true: Tensor) -> float:
    return float((found - true).abs().max())


def _curvlinops(theta: Tensor, surface: SingleLayerSurface):
    library = peer("curvlinops")
    module, data = Network(theta), [(surface.X, surface.y)]
    eye = torch.eye(P, dtype=torch.float64)

    def call() -> Tensor:
        operator = library.HessianLinearOperator(
            module, Logistic(), list(module.parameters()), data, check_deterministic=False
        )
        return torch.linalg.eigvalsh(operator @ eye)

    return call


def _pyhessian(theta: Tensor, surface: SingleLayerSurface):
    library = peer("pyhessian")

    def call() -> Tensor:
        torch.manual_seed(0)
        module = Network(theta)
        # It draws float32 vectors unless told otherwise, and leaves a graph on the gradients.
        torch.set_default_dtype(torch.float64)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                operator = library.hessian(
                    module, Logistic(), data=(surface.X, surface.y), cuda=False
                )
                values, _ = operator.eigenvalues(top_n=P)
        finally:
            torch.set_default_dtype(torch.float32)
            module.zero_grad(set_to_none=True)
        return torch.tensor(sorted(values), dtype=torch.float64)

    return call


def many(size: Size) -> Iterator[Row]:
    """Yield the row of a thousand networks beside `torch.func`."""
    surface, theta = t33(size.networks)
    function = torch.func.hessian(definition(surface))

    def ours() -> Tensor:
        return surface.spectra(theta)

    def vmap(chunk: int) -> Tensor:
        return torch.linalg.eigvalsh(torch.func.vmap(function, chunk_size=chunk)(theta))

    with warnings.catch_warnings():  # the first forward-mode call loads a deprecated part of torch
        warnings.simplefilter("ignore", DeprecationWarning)
        chunk = fastest({chunk: lambda chunk=chunk: vmap(chunk) for chunk in CHUNKS})
    found = ours()
    error = max(_error(found[k], enclosed(surface, theta[k])) for k in range(size.checked))
    # torch's own softplus drops terms of 2e-9 beyond 20, and the peer's spectrum with them.
    gap = _error(found, vmap(chunk))
    turns = side_by_side(ours, lambda: vmap(chunk), size.turns, size.least)
    said = f"largest error {error:.1g} on {size.checked} enclosed spectra; vmap's within {gap:.1g}"
    yield compared(
        "hessians", f"{size.networks:,} Hessians with spectra",
        f"torch.func.vmap, chunks of {chunk}", 3, turns,
        Accuracy(said, error <= LIMIT and gap < 1e-7),
    )  # fmt: skip
