"""What is watched: collection, alarms and work orders, warnings, limits, the plan, batches; `figures` lists the families."""
