"""The limits of a publication, which a person may raise for one sync."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a new catalogue may differ from the served one. Shares are from 0 to 1; 1 allows everything.

    Every field is named as in the run config. The defaults were tried on eleven shops: they stop absurd prices, and let
    pass a rise of 8 % rounded up to 500, PPN + 11 %, and a supplier's + 25 % on 60 % of the goods.
    """

    most_products_lost: float = 0.50
    """Of the served products: those that are gone, or whose code has another name now."""
    most_prices_changed: float = 0.40
    """Of the prices in both catalogues, if the median change is over MEDIAN_CHANGE too."""
    most_prices_jumped: float = 0.05
    """Of the prices in both catalogues: those that are now threefold or more, or a third or less."""
    most_below_cost: float = 0.15
    """Of the items that had a price: those that fell to their cost or below it."""
    most_unpriced: float = 0.05
    """Of the items that had a price: those that have none now."""
    allow_zero_groups: bool = False
    """Whether a whole brand or category may lose its prices."""


MEDIAN_CHANGE = 0.45
"""A share of changed prices is suspicious only if their median change is larger than this."""
JUMP = 3
"""A price jumped if it was multiplied or divided by this or more."""
LEAST_JUMPED = 50
"""The number of jumped prices below which none are blocked."""
GROUP_ITEMS = 50
"""The number of items from which a brand or category counts."""
GROUP_LOST = 25
"""The number of its items that lost their price, from which it counts: not a brand that never had its prices."""
NEARLY_ALL = 0.90
"""The share of a group's items without a price from which there is a warning."""
LEAST_CHANGED, LEAST_SHARE, FEWEST = 50, 0.75, 10
"""The limits count from 50 changed prices on, or three quarters of all if that is fewer, but at least 10."""
