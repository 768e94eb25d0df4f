"""Where batches are kept for ever: one small interface and its implementations (DESIGN: Store)."""
