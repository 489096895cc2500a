"""What tests of the whole bot share: a bot as a process, its shop, people who search, a proxy, the documented talk."""
