"""Which samples a builder works on: the user's, a draw from the claim's law, or a small default."""

from __future__ import annotations

from lossurface.counterexamples._build import at_least
from lossurface.errors import InputError
from lossurface.setting import Dataset, Distribution

__all__ = ["SAMPLES", "chosen_dataset"]

SAMPLES = 20  # drawn unless the user says otherwise


def chosen_dataset(
    dataset: Dataset | None,
    default: Dataset,
    law: Distribution,
    seed: int | None,
    n: int | None,
    claim: str,
) -> Dataset:
    """Return the dataset given, or a draw of n samples, or the default.

    Args:
        dataset: the user's samples, if any.
        default: used when neither samples nor a seed are given.
        law: what a draw is from.
        seed: of the draw, if one is wanted.
        n: size of the draw; 20 if not given.
        claim: the claim, in words.

    Raises:
        InputError: samples and a seed are both given, n without a seed, or a value is no seed, no
            size or no `Dataset`.
    """
    if seed is None:
        if n is not None:
            raise InputError(f"n is {n} and there is no seed; give the seed of the draw as well")
        if dataset is None:
            return default
        if not isinstance(dataset, Dataset):
            raise InputError(
                f"dataset is a {type(dataset).__name__}; give Dataset.of(samples, labels)"
            )
        return dataset
    if dataset is not None:
        raise InputError("both a dataset and a seed are given; leave one out")
    import numpy as np

    rng = np.random.default_rng(at_least("seed", seed, 0, claim))
    return law.sample(rng, at_least("n", SAMPLES if n is None else n, 2, claim))
