"""floortruth."""
