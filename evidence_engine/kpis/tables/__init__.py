"""The table of KPIs, a file per domain: ROWS, and CODES where the domain has limitations of its own.

What each KPI means to a reader (docs/kpi) stands in `texts/<domain>.yaml`.
"""
