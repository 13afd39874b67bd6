"""The shipped weights: read once, checked against their checksum, never changed."""

import hashlib
from functools import lru_cache
from importlib.resources import files

from safetensors.torch import load

from ._network import PriorNetwork

# SHA-256 of each file; loading safetensors runs no code.
CHECKSUMS = {
    "gru": "1db665bb97bc1dc7205dd34cc9e2c644da25d8d196b0fbbe7a791dc075d5011e",
    "lstm": "d8852a64aa816f7425eb6919a6106275f1a8d75f065cd4ac51122a295c0e0e38",
}
PRETRAINED_CELLS = tuple(CHECKSUMS)


@lru_cache
def load_network(cell: str) -> PriorNetwork:
    """Load a pretrained network.

    Parameters
    ----------
    cell : {"gru", "lstm"}

    Raises
    ------
    ValueError
        If the file is not the one that was shipped.
    """
    name = f"{cell}.safetensors"
    content = (files(__package__) / "weights" / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != CHECKSUMS[cell]:
        raise ValueError(
            f"The weights in {name} are not those that were shipped with skrnn: their checksum "
            "differs. Install skrnn anew, or pass prior=None."
        )
    network = PriorNetwork.from_weights(cell, load(content))
    return network.eval().requires_grad_(False)
