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
    if width % LANES or not (gradients.is_contiguous() and values.is_contiguous()):
        return (values.t() @ gradients).t()  # for few channels much faster than gradients' first
    sums = values.new_empty(n_gates, width)
    bounds = cuts(n_gates // LANES, n_rows * n_gates * width)
    head = chosen_set()[0], gradients.data_ptr(), n_gates, values.data_ptr(), width, n_rows
    in_parallel(
        _kernels.weight_gradient,
        [(*head, LANES * begin, LANES * end, sums.data_ptr()) for begin, end in pairwise(bounds)],
    )
    return sums


def project(rows: Tensor, weight: Tensor, bias: Tensor, out: Tensor | None) -> Tensor:
    """Rows times the transposed weights, plus bias, (n_rows, gates)."""
    n_rows, n_channels = rows.shape
    n_gates = len(weight)
    if n_rows * n_channels * n_gates < PRODUCT_WORK:
        return torch.addmm(bias, rows, weight.t(), out=out)
    if out is None:
        out = rows.new_empty(n_rows, n_gates)
    rows, weight, bias = rows.contiguous(), weight.contiguous(), bias.contiguous()
    _run_product(rows, weight, True, n_gates, bias, False, out)
    return out


def multiply(a: Tensor, b: Tensor, onto: Tensor | None = None) -> Tensor:
    """Product of a and b, added in place to ``onto`` if there is one."""
    n_columns = b.shape[1]
    if n_columns % LANES or len(a) * b.numel() < PRODUCT_WORK or a.stride(1) != 1:
        return a @ b if onto is None else onto.addmm_(a, b)
    out = a.new_empty(len(a), n_columns) if onto is None else onto
    _run_product(a, b.contiguous(), False, n_columns, None, onto is not None, out)
    return out


def _run_product(a, b, transposed, n_columns, start, add, out) -> None:
    start = 0 if start is None else start.data_ptr()
    head = chosen_set()[0], a.data_ptr(), a.stride(0), a.shape[1], b.data_ptr(), transposed
    head = (*head, n_columns, start, add, out.data_ptr())
    bounds = cuts(len(a), len(a) * b.numel())
    in_parallel(_kernels.product, [(*head, begin, end) for begin, end in pairwise(bounds)])
