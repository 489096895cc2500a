"""The names of codes and the customer groups of a catalogue, kept in memory."""
