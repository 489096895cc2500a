"""What the pages and the API show of a catalogue. It knows neither HTTP nor HTML."""
