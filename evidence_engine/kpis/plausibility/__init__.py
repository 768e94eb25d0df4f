"""Data that should not be believed: what is odd about an asset's series in a window, as limitations; no figure changes."""
