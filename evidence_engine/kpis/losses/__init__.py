"""Stops, changeovers and the six big losses of one asset: where its calendar time went, to the nanosecond (D34)."""
