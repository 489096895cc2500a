"""What keeps the bot running.

`outgoing` sends requests to Telegram within its limits, `turns` decides which updates are worked on at once, `webhook`
holds the webhook's secret. `dagster_client` starts and follows syncs, `owners` notifies the owners. `health`, `metrics`
and `log` show the bot from outside, and `process` tunes its process.
"""
