"""Servers that tests start: real servers, and fakes that speak the real protocol."""
