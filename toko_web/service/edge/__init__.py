"""What a request meets before it reaches the routes: limits, checks, and what is added to each response."""
