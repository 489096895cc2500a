"""The reference data of a shop: names of the codes of its products, and customer groups with their discounts."""
