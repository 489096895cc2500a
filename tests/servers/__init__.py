"""Servers that tests start: real ones, and fakes that speak the real protocol."""
