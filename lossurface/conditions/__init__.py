"""Which guarantee holds on a dataset: conditions decided with exact certificates either way.

Every test takes a `Space`, a dataset prepared once, and returns a `Condition`.
"""

from lossurface.conditions.bad_minimum import bad_minimum
from lossurface.conditions.certified import Condition
from lossurface.conditions.coordinates import Space
from lossurface.conditions.definiteness import necessary, proposition_11, proposition_12
from lossurface.conditions.guarantees import Applied
from lossurface.conditions.matrix_game import Game, closest_form
from lossurface.conditions.separability import affine_separability, assumption_6, half_space
from lossurface.conditions.subspaces import (
    Ranks,
    assumption_2,
    assumption_3,
    numerical_ranks,
    ranks,
    theorem_1_width,
)
from lossurface.conditions.tables import Table, read_arrays, read_file

__all__ = [
    # a dataset, and what a test says of it
    "Condition",
    "Space",
    "Table",
    "read_arrays",
    "read_file",
    # tests
    "Ranks",
    "affine_separability",
    "assumption_2",
    "assumption_3",
    "assumption_6",
    "half_space",
    "necessary",
    "numerical_ranks",
    "proposition_11",
    "proposition_12",
    "ranks",
    "theorem_1_width",
    # the search behind two of them, in floats
    "Game",
    "closest_form",
    # what a violated condition makes possible, and the paper's statements held against a case
    "Applied",
    "bad_minimum",
]
