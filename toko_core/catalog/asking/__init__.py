"""What somebody typed, and how a page of results answers it: the quantity in it, what it means, which words match."""
