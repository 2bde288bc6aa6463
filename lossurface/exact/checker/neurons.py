"""What is used of each neuron sigma; a test compares it with `lossurface.setting`."""

from fractions import Fraction as Q

from .reading import Ball

ZERO = {"threshold", "relu", "requ", "constant"}  # sigma(z) = 0 for z < 0
IDENTITY = {"relu", "leaky-relu", "elu", "linear"}  # sigma(z) = z for z > 0
ODD = {"sigmoid", "tanh", "arctan", "softsign", "constant", "linear"}  # sigma(z) + sigma(-z) = c
# name: (h, K, Z) with |sigma(z) - sigma(0) - h z^2| <= K z^4 for |z| <= Z (None: all z)
EVEN: dict[str, tuple[Q, Q, Q | None]] = {
    "quadratic": (Q(1), Q(0), None),
    "quartic": (Q(1), Q(1), None),  # z^2 + z^4
    "cosh": (Q(1, 2), Q(1, 12), Q(1)),  # Lagrange: cosh(1) / 24 < 1/12
}
# name: (h, K, Z) with |sigma(z) - sigma(0) - sigma'(0) z - h z^2| <= K |z|^3 for |z| <= Z, up to
# one positive factor. Softplus of base e: sup |sigma'''| = 1/(6 sqrt 3), so K = 1/62 > that / 6.
# Exp: K = e/6 < 1/2 on [-1, 1].
CONVEX: dict[str, tuple[Q, Q, Q | None]] = {
    "softplus": (Q(1, 8), Q(1, 62), None),
    "softplus-e": (Q(1, 8), Q(1, 62), None),
    "exp": (Q(1, 2), Q(1, 2), Q(1)),
}
_LN2 = (Q(693147180559945309417, 10**21), Q(693147180559945309418, 10**21))
AT_ZERO: dict[str, Ball] = {  # sigma(0)
    **dict.fromkeys(("quadratic", "quartic"), (Q(0), Q(0))),
    **dict.fromkeys(("cosh", "softplus", "exp"), (Q(1), Q(1))),
    "softplus-e": _LN2,
}
