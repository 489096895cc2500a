"""The sales of the last 90 days: read from a kept backup, compared with the published prices, and stored."""
