"""Devices that publish JSON once a second, spread over the second: `python -m bench.rig.mqtt_publisher PORT SHAPE`."""

import json
import sys
import time

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from bench.rig.shape import Shape


def publish(port: int, shape: Shape) -> None:
    """Until it is killed: each topic at its own place in the second, QoS 1, with the device's time."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="bench-plant")
    client.connect("127.0.0.1", port)
    client.loop_start()
    print("ready", flush=True)
    topics = list(shape.topics().items())
    begin = time.time()
    for step in range(sys.maxsize):
        second, place = divmod(step, len(topics))
        due = begin + second + place / len(topics)
        time.sleep(max(0.0, due - time.time()))
        topic, count = topics[place]
        values = [second + i / 1000 for i in range(count)]
        client.publish(topic, json.dumps({"ts": int(time.time() * 1000), "v": values}), qos=1)


if __name__ == "__main__":
    publish(int(sys.argv[1]), Shape(**json.loads(sys.argv[2])))
