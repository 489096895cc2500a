"""What a customer pays (`payable`), and how a price is labelled (`labels`)."""
