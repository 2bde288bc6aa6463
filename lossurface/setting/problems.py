"""A problem: network, dataset and loss together; L and R in floats, rationals and balls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from lossurface.errors import InputError
from lossurface.setting.datasets import Dataset, Number
from lossurface.setting.losses import Loss, polynomial_hinge
from lossurface.setting.networks import Network, network_from_dict

if TYPE_CHECKING:
    from flint import arb
    from torch import Tensor

__all__ = ["Problem", "empirical_loss", "from_certificate", "training_error"]


def empirical_loss(loss: Loss, outputs: Tensor, y: Tensor) -> Tensor:
    """Return L = (1/n) sum_i l(-y_i f(x_i)), (...), for outputs (..., n) and labels y (n,)."""
    return loss.torch(-y * outputs).mean(dim=-1)


def training_error(outputs: Tensor, y: Tensor) -> Tensor:
    """Return R, the fraction of samples with y_i != sgn f(x_i), where sgn 0 = +1.

    The paper's sgn is 0 for z < 0, which is not a label; -1 is meant.

    Args:
        outputs: (..., n), f(x_i).
        y: (n,), labels -1 and +1.

    Returns:
        (...).
    """
    return ((outputs >= 0) != (y > 0)).to(outputs.dtype).mean(dim=-1)


@dataclass(frozen=True)
class Problem:
    """A network at theta*, a dataset and a loss.

    Every method takes another parameter vector in theta*'s place, in the order that
    `lossurface.setting.networks` states.

    Raises:
        InputError: the network's input dimension is not the dataset's.
    """

    network: Network
    dataset: Dataset
    loss: Loss

    def __post_init__(self) -> None:
        if self.network.d != self.dataset.d:
            raise InputError(
                f"the network takes {self.network.d} coordinates and samples have "
                f"{self.dataset.d}; make them equal"
            )

    def loss_torch(self, theta: Tensor) -> Tensor:
        """Return L (...) at theta (..., size), on theta's device and in its dtype."""
        X, y = self.dataset.tensors(theta.device, theta.dtype)
        return empirical_loss(self.loss, self.network.architecture.forward(theta, X), y)

    def error_torch(self, theta: Tensor) -> Tensor:
        """Return R (...) at theta (..., size), on theta's device and in its dtype."""
        X, y = self.dataset.tensors(theta.device, theta.dtype)
        return training_error(self.network.architecture.forward(theta, X), y)

    def _outputs_rational(self, theta: Sequence[Number] | None) -> list[Fraction]:
        point = self.network.theta if theta is None else theta
        return [self.network.architecture.at_rational(point, x) for x in self.dataset.x]

    def loss_rational(self, theta: Sequence[Number] | None = None) -> Fraction:
        """Return L exactly.

        Raises:
            InputError: f or l takes irrational values, or theta is not exact.
        """
        if self.loss.rational is None:
            raise InputError(f"loss {self.loss.name} has no rational form; use loss_ball")
        pairs = zip(self.dataset.y, self._outputs_rational(theta), strict=True)
        return sum((self.loss.rational(-y * f) for y, f in pairs), Fraction(0)) / self.dataset.n

    def error_rational(self, theta: Sequence[Number] | None = None) -> Fraction:
        """Return R exactly, with sgn 0 = +1.

        Raises:
            InputError: f takes irrational values, or theta is not exact.
        """
        pairs = zip(self.dataset.y, self._outputs_rational(theta), strict=True)
        return Fraction(sum((f >= 0) != (y > 0) for y, f in pairs), self.dataset.n)

    def outputs_ball(
        self, theta: Sequence[Number | arb] | None = None, bits: int = 128
    ) -> tuple[arb, ...]:
        """Return balls that contain f(x_i), one for each sample, computed with `bits` bits."""
        from flint import ctx

        point = self.network.theta if theta is None else theta
        with ctx.workprec(bits):
            return tuple(self.network.architecture.at_ball(point, x) for x in self.dataset.x)

    def loss_ball(self, theta: Sequence[Number | arb] | None = None, bits: int = 128) -> arb:
        """Return a ball that contains L, computed with `bits` bits."""
        from flint import arb, ctx

        outputs = self.outputs_ball(theta, bits)
        with ctx.workprec(bits):
            total = arb(0)
            for y, f in zip(self.dataset.y, outputs, strict=True):
                total += self.loss.ball(-y * f)
            return total / self.dataset.n


def from_certificate(certificate: Mapping[str, Any]) -> Problem:
    """Build the problem that a certificate is about; nothing of its proof is checked here.

    Args:
        certificate: its JSON object, with "network", "samples", "labels" and "p".

    Raises:
        InputError: one of these fields is missing or malformed.
    """
    try:
        return Problem(
            network=network_from_dict(certificate["network"]),
            dataset=Dataset.of(certificate["samples"], certificate["labels"]),
            loss=polynomial_hinge(certificate["p"]),
        )
    except KeyError as missing:
        raise InputError(f"certificate has no field {missing}; it needs one") from None
    except (TypeError, AttributeError):
        raise InputError("certificate is not a JSON object of the documented form") from None
