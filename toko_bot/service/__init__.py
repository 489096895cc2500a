"""The services that keep the bot running.

`outgoing` sends requests to Telegram within its limits, `turns` decides which updates are processed concurrently, and
`listeners` has the webhook and all else that listens, and `owners` notifies the owners.
`health`, `metrics` and `log` make the bot observable, and `process` tunes its process.
"""
