"""Modbus TCP, and RTU frames over TCP: polled, merged into few requests, read only."""
