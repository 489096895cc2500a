"""Makes a realistic iPOS 5 backup of an invented shop, for the demo, the tests and the benchmarks."""
