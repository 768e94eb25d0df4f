"""The pure engine: from samples to evidence to a maturity score. No sockets, no clock, no database, no chance.

Data walks through its rooms in this order, each importing only those before it:
vocabulary → kernels → knowledge → kpis → evidence → claims · maturity → rules. Importing this package loads none of them,
so that an agent, which needs the vocabulary only, stays small.
"""
