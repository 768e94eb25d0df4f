"""Listening to an MQTT broker: plain JSON topics or Sparkplug B; it subscribes and never publishes a value."""
