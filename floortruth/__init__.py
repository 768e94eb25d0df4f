"""The face: one command line over everything; it imports all, nobody imports it."""
