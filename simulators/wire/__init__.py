"""What the plant shows over real sockets: OPC UA, Modbus TCP, MQTT with JSON and Sparkplug B."""
