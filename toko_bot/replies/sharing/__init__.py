"""A product's prices for a customer: as a text, as a picture, and as a link for colleagues."""
