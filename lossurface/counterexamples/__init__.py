"""Builders of certified bad local minima, one for each proposition; the quadratic loss's examples.

A builder proposes parameters, dual weights and a radius; `lossurface.exact` has the last word, and
no certificate leaves a builder that its checker has not accepted.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lossurface.counterexamples._proposition_2 import HALF_PLANE, RAYS, proposition_2
    from lossurface.counterexamples._proposition_3 import proposition_3
    from lossurface.counterexamples._proposition_4 import CROSS, proposition_4
    from lossurface.counterexamples._proposition_5 import LINE, PLANE, proposition_5
    from lossurface.counterexamples._proposition_6 import XOR, proposition_6
    from lossurface.counterexamples._proposition_7 import proposition_7
else:  # a name is loaded when it is asked for, so that who needs little loads little
    _HOMES = {
        "_proposition_2": "HALF_PLANE RAYS proposition_2",
        "_proposition_3": "proposition_3",
        "_proposition_4": "CROSS proposition_4",
        "_proposition_5": "LINE PLANE proposition_5",
        "_proposition_6": "XOR proposition_6",
        "_proposition_7": "proposition_7",
    }

    def __getattr__(name: str) -> Any:
        for module, names in _HOMES.items():
            if name in names.split():
                return getattr(import_module(f"{__name__}.{module}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return __all__


__all__ = [
    # builders
    "proposition_2",
    "proposition_3",
    "proposition_4",
    "proposition_5",
    "proposition_6",
    "proposition_7",
    # the samples that they use by default
    "CROSS",
    "HALF_PLANE",
    "LINE",
    "PLANE",
    "RAYS",
    "XOR",
]
