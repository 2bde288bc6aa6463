"""Loss surfaces in floats: derivatives, descent, critical points, escapes, slices (needs torch).

What is proved about a point comes from `lossurface.enclosed`; everything else here is float64.
"""

from lossurface.landscape.critical import Certified, certify, strict_certificate
from lossurface.landscape.curves import Case
from lossurface.landscape.descent import Descent, Stop, adam, descend, find
from lossurface.landscape.escape import Escape, Proof, ball_layer, escape
from lossurface.landscape.objective import Objective, from_module
from lossurface.landscape.planted import PLANTERS, Departure, Planted, depart
from lossurface.landscape.single_layer import SingleLayerSurface, pack, unpack
from lossurface.landscape.slices import Slice, plane, random_directions
from lossurface.landscape.surface import Derivatives, NetworkSurface, Surface
from lossurface.landscape.valleys import path_to_zero

__all__ = [
    # surfaces and their derivatives
    "Derivatives",
    "NetworkSurface",
    "Objective",
    "SingleLayerSurface",
    "Surface",
    "from_module",
    "pack",
    "unpack",
    # descent
    "Descent",
    "Stop",
    "adam",
    "descend",
    # critical points
    "Certified",
    "ball_layer",
    "certify",
    "find",
    "strict_certificate",
    # escapes
    "Case",
    "Departure",
    "Escape",
    "PLANTERS",
    "Planted",
    "Proof",
    "depart",
    "escape",
    # paths to loss 0
    "path_to_zero",
    # slices
    "Slice",
    "plane",
    "random_directions",
]
