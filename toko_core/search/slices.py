"""Reads many slices of an array at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def slice_indices(start: NDArray[Any], count: NDArray[Any]) -> NDArray[np.int64]:
    """Return the indices of many slices of an array, slice after slice. Slice i has `count[i]` from `start[i]`."""
    behind = count.cumsum()
    place = np.arange(behind[-1] if len(behind) else 0)
    place += (start - behind + count).repeat(count)
    return place
