"""The edge agent: reads equipment through connectors, makes samples, spools them to disk, sends them in order."""
