"""What all sides share: the published catalogue, the search, prices, settings, errors, logs.

Imports none of the other packages: no Dagster, no Telegram, no web.
"""
