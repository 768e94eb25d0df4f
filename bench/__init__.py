"""Measurements against stated goals: each module here is one benchmark, `rig/` holds the processes round them."""
