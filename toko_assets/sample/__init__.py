"""A realistic iPOS 5 backup of a shop that does not exist: for the demonstration, the tests and the benchmarks."""
