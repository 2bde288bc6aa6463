"""Degenerate traps as users' modules: floats see no way down, and nothing calls them minima.

Each trap's Hessian at the origin has no negative eigenvalue. Descent started there stops, and says
that the gradient is small, no more; an enclosure is `undecided`. Exact terms tell the kind:
tests/enclosed/test_degenerate.py.
"""

import pytest
import torch
from flint import arb, arb_mat

from lossurface.enclosed.krawczyk import enclose
from lossurface.landscape.descent import Stop, descend
from lossurface.landscape.objective import from_module

TRAPS = {
    "x^2 + z^2 - y^4": {(2, 0, 0): 1, (0, 0, 2): 1, (0, 4, 0): -1},
    "x^2 + z^2 + y^3": {(2, 0, 0): 1, (0, 0, 2): 1, (0, 3, 0): 1},
    "x^2 - y^4 z^2": {(2, 0, 0): 1, (0, 4, 2): -1},
    "x^2 - y^2 z^2": {(2, 0, 0): 1, (0, 2, 2): -1},
    "monkey saddle": {(3, 0): 1, (1, 2): -3},
    "monkey saddle in a valley": {(3, 0, 0): 1, (1, 2, 0): -3, (0, 0, 2): 1},
    "(y - x^2)(y - 2x^2): falls between two parabolas": {(0, 2): 1, (2, 1): -3, (4, 0): 2},
    "(y - x^2)^2 - x^6": {(0, 2): 1, (2, 1): -2, (4, 0): 1, (6, 0): -1},
    "(y - x^2)^2 - x^7": {(0, 2): 1, (2, 1): -2, (4, 0): 1, (7, 0): -1},
    "x^2 + 2xy + y^2 - y^6: along a slanted kernel": {(2, 0): 1, (1, 1): 2, (0, 2): 1, (0, 6): -1},
    "x^4 + y^4 - 3 x^2 y^2": {(4, 0): 1, (0, 4): 1, (2, 2): -3},
}
VALLEYS = {  # minima, but not strict ones
    "x^2": {(2, 0): 1},
    "(y - x^2)^2": {(0, 2): 1, (2, 1): -2, (4, 0): 1},
}
ALL = TRAPS | VALLEYS


class Trap(torch.nn.Module):
    """A polynomial of its own parameters."""

    def __init__(self, terms, at=0.0):
        super().__init__()
        self.terms = terms
        size = len(next(iter(terms)))
        self.v = torch.nn.Parameter(torch.full((size,), at, dtype=torch.float64))

    def forward(self):
        """The value."""
        return sum(
            c * torch.stack([self.v[k] ** e for k, e in enumerate(exponents) if e]).prod()
            for exponents, c in self.terms.items()
        )


class Balls:
    """The same polynomial's derivatives in balls."""

    def __init__(self, terms):
        self.terms, self.dimension = terms, len(next(iter(terms)))

    def _along(self, theta, *variables):
        total = arb(0)
        for exponents, c in self.terms.items():
            left, value = list(exponents), arb(c)
            for k in variables:
                value, left[k] = value * left[k], left[k] - 1
            if not value.is_zero():
                for k, e in enumerate(left):
                    value *= theta[k] ** e
                total += value
        return total

    def gradient(self, theta):
        """P balls."""
        return [self._along(theta, k) for k in range(self.dimension)]

    def hessian(self, theta):
        """(P, P) balls."""
        every = range(self.dimension)
        return arb_mat([[self._along(theta, i, j) for j in every] for i in every])


def objective(terms):
    return from_module(Trap(terms), lambda value: value)


@pytest.mark.parametrize("name", ALL)
def test_floats_see_no_way_down_and_say_no_more_than_that(name):
    trap = objective(ALL[name])
    origin = torch.zeros(1, trap.P, dtype=torch.float64)
    assert float(trap.spectra(origin).min()) >= 0
    ends = descend(trap, origin)
    assert ends.stop == (Stop.CRITICAL,)
    assert descend(trap, origin, until_separated=True).stop == (Stop.CRITICAL,)
    assert "minimum" not in str(Stop.CRITICAL)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("off", [0.0, 1e-14, 1e-9])
def test_an_enclosure_of_a_trap_is_undecided(name, off):
    terms = ALL[name]
    found = enclose(Balls(terms), [off] * len(next(iter(terms))))
    assert found.kind not in ("strict-minimum", "strict-maximum")
    assert off or found.kind == "undecided"


@pytest.mark.parametrize("name", TRAPS)
def test_from_beside_a_trap_descent_gets_below_it(name):
    trap = objective(TRAPS[name])
    g = torch.Generator().manual_seed(0)
    start = 0.3 * torch.randn(12, trap.P, generator=g, dtype=torch.float64)
    assert float(descend(trap, start, steps=40, spectrum=False).loss.min()) < -1e-3
