"""The loops that numpy cannot say: numba kernels, arrays in and arrays out, no fastmath, integer sums (D18)."""
