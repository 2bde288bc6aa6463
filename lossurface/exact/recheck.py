"""Check a certificate: what the checker says of it, as a finding."""

from __future__ import annotations

from lossurface.errors import InputError
from lossurface.exact import checker
from lossurface.exact.certificate import Certificate
from lossurface.exact.findings import Finding, _finding

__all__ = ["check"]


def check(certificate: Certificate) -> Finding:
    """Check a certificate, believing nothing that it says.

    Returns:
        A finding that holds or fails; its detail names what is wrong, field first, and what was
        checked, by the SHA-256 digest of its canonical JSON.

    Raises:
        InputError: it is not in the published format.
    """
    checked = f"certificate sha256:{certificate.digest}"
    try:
        proof = checker.check(dict(certificate.data))
    except checker.Unreadable as error:
        raise InputError(str(error)) from None
    except checker.Refuted as error:  # what is false was readable: its claim is a known one
        claim = certificate.claim
        return _finding(f"certificate of {claim}", False, "exact", f"{error}; {checked}")
    return _finding(str(proof), True, proof.evidence, checked)
