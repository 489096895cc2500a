"""What a product costs in a search because it sells less than others or is out of stock. It is weaker than any word."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

MOST = 255
"""What a product costs that does not sell and is out of stock."""
SALES, IS_SOLD, IN_STOCK = 0.35, 0.1, 0.55
"""The shares of how much a product sells, of whether it sells at all, and of its stock. The last is more than the
others together: of equal products those in stock come first."""


def sales_prior(sold: ArrayLike, in_stock: ArrayLike) -> NDArray[np.uint8]:
    """Return what each row costs: 0 for the one in stock that sells best, up to MOST.

    `sold` are the quantities of some months, `in_stock` whether there is any; both by row.
    """
    amounts = np.log1p(np.maximum(np.nan_to_num(np.asarray(sold, np.float64)), 0))
    cost = SALES * (1 - amounts / max(amounts.max(initial=0), 1)) + IS_SOLD * (amounts == 0)
    cost += IN_STOCK * ~np.asarray(in_stock, bool)
    prior: NDArray[np.uint8] = (cost * MOST).round().astype(np.uint8)
    return prior
