"""Attacks on the archive reader, the photo decoders, whole syncs and the bot, and what a running installation exposes."""
