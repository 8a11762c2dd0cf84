"""gRPC's C core as a client of our control plane: it discovers a service by name and its calls follow an edited split."""

import collections
import concurrent.futures
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from world import NotRun, main, until  # noqa: E402

try:
    import grpc
except ImportError:
    grpc = None


def serve(version):
    """A server that answers every call of one method with its version."""
    def handle(request, context):
        return version.encode()

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
    method = grpc.unary_unary_rpc_method_handler(handle)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Greeter", {"Greet": method}),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def config(v1, v2, ports):
    return f"""
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: greeter, namespace: default}}
spec:
  hosts: [greeter]
  ports: [{{number: 7070, name: grpc, protocol: GRPC}}]
  location: MESH_INTERNAL
  resolution: STATIC
  endpoints:
    - {{address: 127.0.0.1, ports: {{grpc: {ports[0]}}}, labels: {{version: v1}}}}
    - {{address: 127.0.0.1, ports: {{grpc: {ports[1]}}}, labels: {{version: v2}}}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: greeter, namespace: default}}
spec:
  host: greeter
  trafficPolicy: {{tls: {{mode: DISABLE}}}}
  subsets:
    - {{name: v1, labels: {{version: v1}}}}
    - {{name: v2, labels: {{version: v2}}}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: greeter, namespace: default}}
spec:
  hosts: [greeter]
  http:
    - route:
        - {{destination: {{host: greeter, subset: v1}}, weight: {v1}}}
        - {{destination: {{host: greeter, subset: v2}}, weight: {v2}}}
"""


def check(world):
    if grpc is None:
        raise NotRun("no grpcio in this Python")
    servers = [serve("v1"), serve("v2")]
    ports = [port for _, port in servers]
    (world.config / "greeter.yaml").write_text(config(100, 0, ports))
    world.plane(["web"])
    os.environ["GRPC_XDS_BOOTSTRAP_CONFIG"] = json.dumps({
        "xds_servers": [{"server_uri": f"127.0.0.1:{world.planes['plaintext']}",
                         "channel_creds": [{"type": "insecure"}], "server_features": ["xds_v3"]}],
        "node": {"id": "grpcio-client", "cluster": "web"}})
    channel = grpc.insecure_channel("xds:///greeter:7070")
    greet = channel.unary_unary("/test.Greeter/Greet")

    def spread(calls):
        return collections.Counter(greet(b"", timeout=20).decode() for _ in range(calls))

    first = until("a call through xds:///", lambda: spread(1))
    assert first == {"v1": 1}, first
    before = spread(100)
    assert before == {"v1": 100}, before
    fresh = world.config.parent / "greeter.new"
    fresh.write_text(config(0, 100, ports))
    fresh.rename(world.config / "greeter.yaml")
    until("the edited split is in force", lambda: spread(20) == {"v2": 20})
    channel.close()
    for server, _ in servers:
        server.stop(0)
    return "100 calls to v1, after the edit all to v2"


main(check)
