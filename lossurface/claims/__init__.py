"""The claims of the paper: what each says, where its page is, and how it is verified."""

from lossurface.claims.registry import CLAIMS, Claim, get, select

__all__ = ["CLAIMS", "Claim", "get", "select"]
