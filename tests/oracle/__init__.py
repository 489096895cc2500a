"""An independent statement of the pricing rules, to hold the platform's export against."""
