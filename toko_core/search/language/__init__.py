"""What the search knows of Indonesian retail language: synonyms, fillers and number words. Data files and readers."""
