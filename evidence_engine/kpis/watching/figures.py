"""The families of collection, maintenance, environment, traceability and early warning."""

from evidence_engine.kpis.family import AssetFamily, SiteFamily
from evidence_engine.kpis.watching import (
    alarms,
    collection,
    environment,
    forecast,
    forewarning,
    traceability,
    transmission,
    work_orders,
)

ASSETS: tuple[AssetFamily, ...] = (
    AssetFamily(forecast.asset_forecast, hourly=True),
    AssetFamily(traceability.asset_pieces, hourly=False),
    AssetFamily(alarms.asset_alarms, hourly=False),
    AssetFamily(work_orders.asset_work_orders, hourly=False),
    AssetFamily(collection.asset_condition, hourly=False),
    AssetFamily(forewarning.asset_warnings, hourly=False),
    AssetFamily(environment.asset_environment, hourly=False),
    AssetFamily(collection.asset_collection, hourly=False),
    AssetFamily(transmission.asset_transmission, hourly=False),
)
SITES: tuple[SiteFamily, ...] = (
    SiteFamily(forecast.site_forecast, hourly=True),
    SiteFamily(traceability.site_batches, hourly=False),
    SiteFamily(traceability.site_pieces, hourly=False),
    SiteFamily(alarms.site_alarms, hourly=False),
    SiteFamily(work_orders.site_work_orders, hourly=False),
    SiteFamily(collection.site_condition, hourly=False),
    SiteFamily(forewarning.site_warnings, hourly=False),
    SiteFamily(environment.site_environment, hourly=False),
    SiteFamily(collection.site_collection, hourly=False),
    SiteFamily(transmission.site_transmission, hourly=False),
)
