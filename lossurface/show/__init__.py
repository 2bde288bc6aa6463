"""Figures: static ones in both themes, interactive ones with and without a kernel."""

from lossurface.show import plot, scene, style
from lossurface.show.around import Slice, around
from lossurface.show.explore import Explorer, explore
from lossurface.show.figure import live
from lossurface.show.static import Drawing, Static, panels, static

__all__ = [
    "Drawing",
    "Explorer",
    "Slice",
    "around",
    "Static",
    "explore",
    "live",
    "panels",
    "plot",
    "scene",
    "static",
    "style",
]
