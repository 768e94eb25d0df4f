"""The words that every package shares: instants, roles, states, plant, calendar, facts, samples, windows.

Imports only the standard library, numpy and pydantic, so that an edge agent stays small.
"""
