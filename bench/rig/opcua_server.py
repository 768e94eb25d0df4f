"""An OPC UA server whose nodes all change once a second, spread over the second: `python -m bench.rig.opcua_server PORT NODES`."""

import asyncio
import logging
import sys
import time
from datetime import UTC, datetime
from typing import cast

from asyncua import ua
from asyncua.server.server import Server

from bench.rig.shape import NAMESPACE

PARTS = 10
"""The nodes change in so many groups, a tenth of a second apart."""


async def serve(port: int, count: int) -> None:
    """Until it is killed."""
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    nodes = await _nodes(server, count)
    async with server:
        print("ready", flush=True)
        for step in range(sys.maxsize):
            await _change(server, nodes[step % PARTS :: PARTS], step)
            await asyncio.sleep(1 / PARTS - time.time() % (1 / PARTS))


async def _nodes(server: Server, count: int) -> list[ua.NodeId]:
    space = await server.register_namespace(NAMESPACE)
    folder = await server.nodes.objects.add_folder(space, "bench")
    variables = [
        await folder.add_variable(_node_id(i, space), f"T-{i:03}", 0.0, ua.VariantType.Double)
        for i in range(count)
    ]
    return [variable.nodeid for variable in variables]


def _node_id(i: int, space: int) -> ua.NodeId:
    return ua.NodeId(cast(ua.String, f"T-{i:03}"), cast(ua.Int16, space))


async def _change(server: Server, nodes: list[ua.NodeId], step: int) -> None:
    now = cast(ua.DateTime, datetime.now(UTC).replace(tzinfo=None))
    for i, node in enumerate(nodes):
        variant = ua.Variant(step + i / 1000, ua.VariantType.Double)
        await server.write_attribute_value(
            node, ua.DataValue(variant, SourceTimestamp=now, ServerTimestamp=now)
        )


if __name__ == "__main__":
    logging.getLogger("asyncua").setLevel(logging.ERROR)
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
