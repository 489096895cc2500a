"""`toko init`: asks for what a shop must set, checks the machine, writes `.env`, and syncs for the first time."""
