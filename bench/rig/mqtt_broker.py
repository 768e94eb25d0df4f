"""The broker where Mosquitto is not installed: `python -m bench.rig.mqtt_broker PORT`; and which command starts one."""

import asyncio
import os
import shutil
import sys
from pathlib import Path


def broker_command(port: int, folder: Path) -> list[str]:
    """Mosquitto where it is installed, else this module."""
    mosquitto = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if mosquitto is None:
        return [sys.executable, "-m", "bench.rig.mqtt_broker", str(port)]
    settings = folder / "mosquitto.conf"
    owner = "user root\n" if os.geteuid() == 0 else ""
    settings.write_text(f"{owner}listener {port} 127.0.0.1\nallow_anonymous true\n", encoding="utf-8")
    return [mosquitto, "-c", str(settings)]


async def serve(port: int) -> None:
    """Until it is killed."""
    from amqtt.broker import Broker

    plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    listener = {"type": "tcp", "bind": f"127.0.0.1:{port}"}
    await Broker({"listeners": {"default": listener}, "plugins": plugins}).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
