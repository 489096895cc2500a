"""The messages about what people watch: favourites, changed prices and the morning message."""
