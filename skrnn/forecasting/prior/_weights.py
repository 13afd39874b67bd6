"""The shipped weights: read once, checked against their checksum, never changed."""

import hashlib
from functools import lru_cache
from importlib.resources import files

from safetensors.torch import load

from ._network import PriorNetwork

# SHA-256 of each file; loading safetensors runs no code.
CHECKSUMS = {
    "gru": "a97fbb4d3013b25677658a501db72116b4b67bb5ef7b0ba6ac7ee5d72fb101c0",
    "lstm": "93502ecee77be126b875ae8f9dc6f4b8cc36f2abd5e8f1623b3043ebfdf2fe16",
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
