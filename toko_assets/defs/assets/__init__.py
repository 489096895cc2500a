"""The chain, one asset a file: raw_backup → restored_database → exported_products → price_history → product_catalog."""
