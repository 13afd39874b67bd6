"""Matrix products of the fused kernels, on their threads; torch's own where they are faster."""

from itertools import pairwise

import torch
from torch import Tensor

from .instruction_sets import _kernels, chosen_set
from .threads import cuts, in_parallel

LANES = 16  # floats in the widest vector
PRODUCT_WORK = 4e6  # multiply-adds above which the kernels' matrix product beats torch's


def weight_gradient(gradients: Tensor, values: Tensor) -> Tensor:
    """Gradient of weights, (gates, channels): gradients' * values, summed over rows."""
    n_rows, n_gates = gradients.shape
    width = values.shape[1]
    if width % LANES or gradients.stride(1) != 1 or not values.is_contiguous():
        return (values.t() @ gradients).t()  # faster than with the gradients first
    sums = values.new_empty(n_gates, width)
    bounds = cuts(n_gates // LANES, n_rows * n_gates * width)
    head = (
        chosen_set()[0],
        gradients.data_ptr(),
        gradients.stride(0),
        values.data_ptr(),
        width,
        n_rows,
    )
    in_parallel(
        _kernels.weight_gradient,
        [(*head, LANES * begin, LANES * end, sums.data_ptr()) for begin, end in pairwise(bounds)],
    )
    return sums


def project(rows: Tensor, weight: Tensor, bias: Tensor, out: Tensor) -> None:
    """Rows times the transposed weights, plus bias, into out (n_rows, gates); all contiguous."""
    if rows.numel() * weight.shape[0] < PRODUCT_WORK:
        torch.addmm(bias, rows, weight.t(), out=out)
    else:
        _run_product(rows, weight, True, weight.shape[0], bias, out)


def multiply(a: Tensor, b: Tensor) -> Tensor:
    """Product of a and b."""
    n_rows, n_columns = a.shape[0], b.shape[1]
    if n_columns % LANES or n_rows * b.numel() < PRODUCT_WORK or a.stride(1) != 1:
        return a @ b
    out = a.new_empty(n_rows, n_columns)
    _run_product(a, b.contiguous(), False, n_columns, None, out)
    return out


def _run_product(a, b, transposed, n_columns, start, out) -> None:
    start = 0 if start is None else start.data_ptr()
    head = chosen_set()[0], a.data_ptr(), a.stride(0), a.shape[1], b.data_ptr(), transposed
    head = (*head, n_columns, start, out.data_ptr())
    bounds = cuts(a.shape[0], a.shape[0] * b.numel())
    in_parallel(_kernels.product, [(*head, begin, end) for begin, end in pairwise(bounds)])
