"""What people watch: favourites, notifications of changed prices, and the morning message."""
