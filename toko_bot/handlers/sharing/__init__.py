"""What people do to share a product's prices, and what a link to a product opens."""
