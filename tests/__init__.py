"""Tests of the package, of the notebooks and of the built site."""
