"""Favourites, notifications of changed prices, and the morning message."""
