"""The search index of a catalogue, built in a process of its own."""
