"""The lists of products that need attention, or that sell best."""
