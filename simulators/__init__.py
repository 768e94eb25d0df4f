"""A simulated plant that imports nothing of the product: an independent witness of what it measures."""
