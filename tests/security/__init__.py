"""Attacks on the archive reader, the photo decoders, whole syncs and the bot; what an installation exposes."""
