"""What the templates draw: the geometry of barcodes and of charts, in numbers."""
