"""The shipped weights: read once, checked against their checksum, never changed."""

import hashlib
from functools import lru_cache
from importlib.resources import files

from safetensors.torch import load

from ._network import PriorNetwork

# SHA-256 of each file; loading safetensors runs no code.
CHECKSUMS = {
    "gru": "69b0382e58713a8d94204a99cb3f03845ec04a3a8c7cd34be5219462a9257585",
    "lstm": "b92445bc480432730da6f521c6e4656842ae13135d1838ee3ee2286f95281c2a",
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
