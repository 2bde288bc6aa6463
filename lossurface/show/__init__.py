"""Figures: static ones in both themes, interactive ones with and without a kernel."""

from lossurface.show import plot, scene, style
from lossurface.show.explore import Explorer, explore
from lossurface.show.figure import live
from lossurface.show.loss_plane import LossPlane, loss_plane
from lossurface.show.static import Drawing, Static, panels, static

__all__ = [
    "Drawing",
    "Explorer",
    "LossPlane",
    "Static",
    "explore",
    "live",
    "loss_plane",
    "panels",
    "plot",
    "scene",
    "static",
    "style",
]
