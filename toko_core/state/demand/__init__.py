"""What people search for: how often, and whether it was found and opened. Counted by day, and never by person."""
