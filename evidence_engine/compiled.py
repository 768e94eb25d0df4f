"""`python -m evidence_engine.compiled`: compiles the engine's loops once, by working out the bundled example.

numba keeps what it compiled beside the source, or where NUMBA_CACHE_DIR says; the next process loads it in a moment.
"""

from evidence_engine.kpis.pages_example import shown_examples


def compile_all() -> int:
    """How many figures the example gave."""
    return len(shown_examples())


if __name__ == "__main__":
    compile_all()
