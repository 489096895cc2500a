"""What changes while the program runs and must outlive it: the state database, and messages that wait."""
