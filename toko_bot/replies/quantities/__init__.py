"""What a quantity costs: the lines of lists and product pages (`totals`), and a page with buttons (`calculation`)."""
