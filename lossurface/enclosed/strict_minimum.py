"""Certify a strict local minimum of a single layer near a float, for a checker without balls.

Newton's method in balls comes as near to the critical point as the file's numbers allow. With H = L
L^T its Hessian there, V = L^-T makes V^T H V nearly the identity on a small box: what
`lossurface.exact.checker.strict` verifies. All is a hint; a poor one only loses the proof.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, arb_mat, ctx

from lossurface.enclosed.single_layer import Number, SingleLayer, balls
from lossurface.errors import InputError
from lossurface.exact import Certificate, checker, seal
from lossurface.exact.checker.strict import DERIVATIVES
from lossurface.setting import Dataset, get_neuron, polynomial_hinge

PRECISION = 640  # bits of Newton's method
FINE = 200  # bits behind the point of theta, in the file
HINT = 64  # significant bits of V
HALVINGS = (32, 48, 64)  # rho = 2^-k
STEPS = 60


def strict_minimum(
    neuron: str,
    p: int,
    dataset: Dataset,
    theta: Sequence[Number],
    *,
    offset: Sequence[Number] | None = None,
    claim: str = "strict-minimum",
    data: Mapping[str, Any] | None = None,
) -> Certificate:
    """Certify the strict local minimum of the polynomial hinge near theta.

    Args:
        neuron: one that the checker encloses: `softplus`, `softplus-e`, `exp`, `sigmoid`, `tanh`,
            `cosh`.
        p: power of the hinge, at least 2.
        dataset: of both classes.
        theta: (P,), a_0, a (M), W (d x M, row by row): near the minimum.
        offset: (n,), the outputs of an f_D that is held fixed.
        claim: `strict-minimum`, or `ours-width` with `data` that show Assumption 3.
        data: what the certificate says of the samples; nothing by default.

    Raises:
        InputError: Newton's method from theta finds no strict local minimum, or none that the
            checker accepts, or the neuron is another one.
    """
    if neuron not in DERIVATIVES:
        raise InputError(
            f"neuron is {neuron!r}; strict minima are certified for {', '.join(DERIVATIVES)}"
        )
    M, rest = divmod(len(theta) - 1, dataset.d + 1)
    if rest or M < 1:
        raise InputError(f"theta has {len(theta)} entries; give 1 + M + {dataset.d} M")
    fixed = [Fraction(v) for v in offset] if offset is not None else [Fraction(0)] * dataset.n
    with ctx.workprec(PRECISION):
        layer = SingleLayer(
            get_neuron(neuron).ball_derivative,
            polynomial_hinge(p).ball_derivative,
            dataset.x,
            dataset.y,
            M,
            offset=fixed,
        )
        point = _critical_point(layer, balls(theta))
        at = [Fraction(round(_middle(t) * 2**FINE), 2**FINE) for t in point]
        V = _preconditioner(layer.hessian(balls(at)))
        outputs = layer.outputs(balls(at))
    wrong = sum(f < 0 if y == 1 else f >= 0 for y, f in zip(dataset.y, outputs, strict=True))
    fields = {
        "kind": "strict-minimum",
        "claim": claim,
        "p": p,
        "data": data or {"assumption": "none"},
        "samples": dataset.x,
        "labels": dataset.y,
        "network": {
            "neuron": neuron,
            "a0": at[0],
            "a": at[1 : 1 + M],
            "W": [at[k : k + M] for k in range(1 + M, len(at), M)],
            "offset": fixed,
        },
        "preconditioner": V,
        "training_error": Fraction(wrong, dataset.n),
    }
    longest = max(sum(map(abs, row)) for row in V)
    for halvings in HALVINGS:
        rho = Fraction(1, 2**halvings)
        reach = longest * rho
        size = reach.numerator.bit_length() - reach.denominator.bit_length()
        radius = Fraction(2) ** (size + (reach > Fraction(2) ** size))  # the least that holds it
        certificate = seal({**fields, "rho": rho, "radius": radius})
        try:
            checker.check(dict(certificate.data))
        except checker.Refuted as error:
            why = error
        else:
            return certificate
    raise InputError(f"no strict local minimum near theta can be certified: {why}")


def _critical_point(layer: SingleLayer, theta: list[arb]) -> list[arb]:
    """Return Newton's limit, as midpoints."""
    for _ in range(STEPS):
        gradient = arb_mat([[v.mid()] for v in layer.gradient(theta)])
        try:
            step = layer.hessian(theta).mid().solve(gradient).mid().entries()
        except ZeroDivisionError:
            raise InputError("the Hessian is singular near theta; descend further") from None
        theta = [(t - s).mid() for t, s in zip(theta, step, strict=True)]
        if all(abs(s) < arb(2) ** (-FINE - 20) for s in step):
            return theta
    raise InputError("Newton's method does not converge from theta; descend further")


def _preconditioner(hessian: arb_mat) -> list[list[Fraction]]:
    """Return V = L^-T of the Cholesky factor L, its entries rounded."""
    size = hessian.nrows()
    L = arb_mat(size, size)
    for j in range(size):
        for k in range(j + 1):
            rest = hessian[j, k] - sum((L[j, i] * L[k, i] for i in range(k)), arb(0))
            if j == k and not rest > 0:
                raise InputError(
                    "the Hessian near theta is not positive definite: no strict minimum"
                )
            L[j, k] = (rest.sqrt() if j == k else rest / L[k, k]).mid()
    inverse = L.inv()
    return [[_rounded(inverse[k, j]) for k in range(size)] for j in range(size)]


def _middle(value: arb) -> Fraction:
    middle = value.mid().fmpq()
    return Fraction(int(middle.p), int(middle.q))


def _rounded(value: arb) -> Fraction:
    """Return the midpoint to so many significant bits."""
    mantissa, exponent = (int(v) for v in value.mid().man_exp())
    spare = max(mantissa.bit_length() - HINT, 0)
    return Fraction(mantissa >> spare) * Fraction(2) ** (exponent + spare)
