"""The shipped weights: read once, checked against their checksum, never changed."""

import hashlib
from functools import lru_cache
from importlib.resources import files

from safetensors.torch import load

from ._network import PriorNetwork

# SHA-256 of each file; loading safetensors runs no code.
CHECKSUMS = {
    "gru": "a312b3297d703482268f5f85e5341bd03bee793903d83221e33dee41113b8165",
    "lstm": "e2994e71707e3e30e3db250130880c872b3fa6fc5a76218656c1ba89bcba33c1",
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
