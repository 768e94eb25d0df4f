"""Energy beyond one register's difference: by state and band of the day, load, carriers, balance, metering, change.

`figures.asset_figures` and `figures.site_figures` yield them all; `change` compares two records (同比, 环比).
"""
