"""Companion package to *Understanding the Loss Surface of Neural Networks for Binary Classification*.

Search in floating point, check in exact arithmetic. Importing the package loads nothing heavy.
"""

from lossurface.errors import InputError

__all__ = ["InputError", "__version__"]

__version__ = "0.1.0"
