"""The messages about photos of barcodes."""
