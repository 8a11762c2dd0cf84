"""A real Envoy, configured by our control plane only: it accepts everything, and calls pass in both directions over mutual TLS."""

import http.server
import json
import pathlib
import socket
import ssl
import sys
import threading
import urllib.error

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from world import free_port, main, rejected, stats, text, until  # noqa: E402


class Backend(http.server.BaseHTTPRequestHandler):
    """The application behind Envoy."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = json.dumps({"service": "envoyed", "path": self.path}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def refused_without_certificate(port):
    """Envoy's inbound listener, as our control plane configured it, lets nobody in who has no certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as tcp, context.wrap_socket(tcp) as tls:
            tls.sendall(b"GET / HTTP/1.1\r\nhost: envoyed\r\n\r\n")
            answer = tls.recv(1000)
    except (ssl.SSLError, ConnectionError):
        return
    assert not answer, f"answered without a certificate: {answer!r}"


def check(world):
    backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    inbound, outbound = free_port(), free_port()
    (world.config / "envoyed.yaml").write_text(f"""
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: envoyed, namespace: default}}
spec:
  hosts: [envoyed]
  ports: [{{number: 80, name: http, protocol: HTTP, targetPort: {inbound}}}]
  location: MESH_INTERNAL
  resolution: STATIC
  endpoints:
    - {{address: 127.0.0.1, serviceAccount: envoyed}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: envoyed, namespace: default}}
spec:
  host: envoyed
  trafficPolicy: {{tls: {{mode: ISTIO_MUTUAL}}}}
""")
    # What goes beyond Envoy travels as metadata, which it must accept.
    (world.config / "mesh.yaml").write_text("""
apiVersion: inmesh.io/v1
services:
  orders:
    circuit-breaker: {failure-rate: 50%, slow-call: 1s}
    fallback: {respond: {status: 203}}
    routes: [{match: {path: /a}, fallback: {to: spare/*}}]
  spare: {}
""")
    world.plane(["web", "orders", "envoyed"])
    world.serve("orders").ready()
    admin, _ = world.envoy("envoyed", {
        "INMESH_OUTBOUND_PORT": outbound,
        "INMESH_REGISTRATION": {"service": "envoyed", "namespace": "default", "address": "127.0.0.1", "port": inbound},
        "INMESH_APPLICATION_PORT": backend.server_port,
    })

    def through_envoy():
        try:
            return json.loads(text(outbound, "/from-envoy", {"host": "orders"}))
        except urllib.error.HTTPError:
            return None

    seen = until("a call through Envoy reaches our service", through_envoy)
    assert seen["service"] == "orders", seen
    assert seen["peer"] == "spiffe://cluster.local/ns/default/sa/envoyed", seen

    def into_envoy():
        answer = world.call("web", "http://envoyed/to-envoy")
        return answer if answer["statuses"] == {"200": 1} else None

    answer = until("our call reaches the application behind Envoy", into_envoy)
    assert json.loads(answer["body"])["service"] == "envoyed", answer
    counts = stats(admin, "ssl.handshake")
    handshakes = sum(value for name, value in counts.items() if name.startswith("listener."))
    assert handshakes >= 1, f"no TLS handshake at Envoy's inbound listener: {counts}"
    refused_without_certificate(inbound)

    refused = rejected(admin)
    assert not refused, refused
    counts = stats(admin, "update_rejected|ssl.handshake")
    assert not any(value for name, value in counts.items() if name.endswith("update_rejected")), counts
    return "every resource accepted; Envoy to ours and ours to Envoy over mutual TLS, each with the other's identity verified"


main(check)
