"""The pricing rules in parts, which `pricing.py` applies one after another."""
