"""What people searched for and opened: the owners' list, and the buttons under /start."""
