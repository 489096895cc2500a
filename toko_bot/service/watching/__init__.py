"""Sends what people want to know about changed prices."""
