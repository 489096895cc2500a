"""What changes while the program runs: the state database, messages that wait, and the runs of Dagster."""
