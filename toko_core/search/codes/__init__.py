"""Item codes, barcodes, serial numbers and scale labels: how they are read, and which rows have them."""
