"""Random admissible requests for every builder."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from lossurface.claims import (
    proposition_2,
    proposition_3,
    proposition_4,
    proposition_5,
    proposition_6,
    proposition_7,
)
from lossurface.exact.checker.format import EVEN, IDENTITY, ODD, ZERO
from lossurface.setting import Dataset

POWERS = st.integers(2, 7)
WIDTHS = st.integers(1, 12)
DEEP = st.one_of(st.none(), st.lists(st.integers(1, 3), min_size=1, max_size=3))
STEPS = st.integers(0, 8)


def named(names):
    return st.sampled_from(sorted(names))


def labelled(positives, negatives):
    return Dataset.of([*positives, *negatives], [1] * len(positives) + [-1] * len(negatives))


def several(values):
    return st.lists(values, min_size=1, max_size=5)


@st.composite
def rays(draw):
    """Positives on the e_1 ray, negatives on the e_2 ray, of R^3."""
    size = st.builds(lambda k: Fraction(k + 1, 4), STEPS)
    plus = [(t, 0, 0) for t in draw(several(size))]
    return labelled(plus, [(0, t, 0) for t in draw(several(size))])


@st.composite
def half_plane(draw):
    """(y s, t), s > 0 and t > 0."""
    pair = st.tuples(STEPS, STEPS).map(lambda v: (Fraction(v[0] + 1, 8), Fraction(v[1] + 4, 4)))
    minus = [(-s, t) for s, t in draw(several(pair))]
    return labelled(draw(several(pair)), minus)


@st.composite
def overlapping(draw):
    """Samples of Proposition 3's law whose hulls meet in more than their boundaries.

    Four points of either class make sure of that: their segments cross s = 0 at t <= 11/8 and at
    t >= 13/8. Where the hulls only touched, the best affine map would not be unique.
    """
    pair = st.tuples(st.integers(-8, 8).filter(bool), st.integers(0, 8))
    more = st.lists(pair.map(lambda v: (Fraction(v[0], 8), 1 + Fraction(v[1], 8))), max_size=4)
    sides = []
    for _ in range(2):
        low, high = Fraction(draw(STEPS) + 8, 8), Fraction(16 - draw(st.integers(0, 3)), 8)
        low = min(low, Fraction(11, 8))
        sides.append([(-1, low), (1, low), (Fraction(draw(st.sampled_from([-1, 1]))), high)])
        sides[-1] += [(-sides[-1][-1][0], high), *draw(more)]
    return labelled([(s, t, 0) for s, t in sides[0]], [(0, t, s) for s, t in sides[1]])


@st.composite
def mirrored(draw):
    """Each class symmetric under x -> -x, on axes {0, 1} and {1, 2} of R^3."""
    pair = st.tuples(st.integers(-3, 3), st.integers(-3, 3)).filter(lambda v: v[0] != 0)
    sides = [[*draw(several(pair)), (1, 0), (1, 1)] for _ in range(2)]
    plus = [(u * s, v * s, 0) for u, v in sides[0] for s in (1, -1)]
    minus = [(0, v * s, u * s) for u, v in sides[1] for s in (1, -1)]
    return labelled(plus, minus)


@st.composite
def outside_and_inside(draw):
    """Positives in [2, 3], negatives in [-1, -1/2]."""
    plus = [2 + Fraction(k, 8) for k in draw(several(STEPS))]
    return labelled(plus, [Fraction(-k - 8, 16) for k in draw(several(STEPS))])


@st.composite
def anything(draw):
    """Any samples at all, of both classes."""
    d = draw(st.integers(1, 3))
    row = st.lists(st.integers(-4, 4), min_size=d, max_size=d)
    return labelled(draw(several(row)), draw(several(row)))


@st.composite
def certificates(draw, claim):
    """A certificate of the claim, from a random admissible request."""
    p, width = draw(POWERS), draw(WIDTHS)
    deep = {"deep": draw(DEEP), "deep_neuron": draw(named(ZERO))}
    if claim == "proposition-2":
        data = draw(st.sampled_from(["theorem-1", "theorem-2"]))
        samples = draw(rays() if data == "theorem-1" else half_plane())
        return proposition_2.certify(draw(named(ZERO)), p, width, data, samples, **deep)
    if claim == "proposition-3":
        neuron, width = draw(named(IDENTITY)), max(width, 2)
        return proposition_3.certify(neuron, p, width, draw(overlapping()), **deep)
    if claim == "proposition-4":
        return proposition_4.certify(draw(named(ODD)), p, width, draw(mirrored()), **deep)
    if claim == "proposition-5":
        neuron, scale = draw(named(EVEN)), Fraction(draw(STEPS) + 1, 4)
        return proposition_5.certify(neuron, p, width, draw(outside_and_inside()), scale, **deep)
    widths = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    if claim == "proposition-6":
        samples = draw(anything())
        return proposition_6.certify(draw(named(ZERO)), p, dataset=samples, widths=widths)
    return proposition_7.certify("relu", p, dataset=draw(overlapping()), widths=widths)
