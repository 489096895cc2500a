"""The assets of the chain, one per file.

raw_backup → restored_database → exported_products → price_history → product_catalog
"""
