"""Reading of OPC UA servers: a subscription with the server's clock among its items, and readings; never a write."""
