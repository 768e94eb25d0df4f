"""Evidence: results as canonical records with their inputs' digests and limitations."""
