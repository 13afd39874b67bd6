"""The shipped weights: read once, checked against their checksum, never changed."""

import hashlib
from functools import lru_cache
from importlib.resources import files

from safetensors.torch import load

from ._network import PriorNetwork

# SHA-256 of each file; loading safetensors runs no code.
CHECKSUMS = {
    "gru": "765c6abba9f9bb391677f680987345b1080bf8d885873300d25cdcd97d87bfd2",
    "lstm": "72f3f5df67b63d21976e22fe838b55a60745675878f68010927f4cdb2969d281",
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
