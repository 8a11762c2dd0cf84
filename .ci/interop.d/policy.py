"""A real Envoy and our server get the same policies from our control plane, and answer the same requests the same."""

import base64
import http.server
import json
import pathlib
import re
import socket
import ssl
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from world import NotRun, free_port, main, rejected, until  # noqa: E402

try:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
except ImportError:
    rsa = None

POLICIES = """
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: users, namespace: default}
spec:
  jwtRules:
  - {issuer: "https://idp.example", jwks: '%s', audiences: [shop]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: closed, namespace: default}
spec:
  action: DENY
  rules:
  - to: [{operation: {paths: ["/admin*", "/x/{*}/secret"]}}]
  - from: [{source: {namespaces: [default]}}]
    when: [{key: "request.headers[x-tenant]", values: ["evil", "bad-*"]}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: open, namespace: default}
spec:
  rules:
  - from: [{source: {principals: ["cluster.local/ns/default/sa/web"]}}]
    to: [{operation: {methods: [GET, HEAD]}}]
  - from: [{source: {notPrincipals: ["*"]}}]
    to: [{operation: {paths: ["/public", "/health*"]}}]
  - to: [{operation: {paths: ["/status"], hosts: ["shop.example"]}}]
  - from: [{source: {ipBlocks: ["127.0.0.0/8"], notIpBlocks: ["127.0.0.0/24"]}}]
    to: [{operation: {paths: ["/elsewhere"]}}]
  - from: [{source: {remoteIpBlocks: ["9.9.9.0/24"]}}]
    to: [{operation: {paths: ["/remote"]}}]
  - from: [{source: {requestPrincipals: ["https://idp.example/*"]}}]
    to: [{operation: {paths: ["/user"]}}]
    when: [{key: "request.auth.claims[role]", values: [admin]}]
  - when: [{key: "request.headers[x-key]", notValues: ["no"]}, {key: destination.port, values: ["1"]}]
"""


class Tokens:
    """An issuer of tokens."""

    def __init__(self):
        self.key = rsa.generate_private_key(65537, 2048)
        numbers = self.key.public_key().public_numbers()
        self.jwks = json.dumps({"keys": [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k", "e": self.text(b"\x01\x00\x01"),
                                          "n": self.text(numbers.n.to_bytes(256, "big"))}]})

    @staticmethod
    def text(raw):
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def token(self, **claims):
        payload = {"iss": "https://idp.example", "sub": "alice", "aud": "shop", "exp": 4102444800, **claims}
        parts = [self.text(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "k", "typ": "JWT"}, payload)]
        signed = ".".join(parts)
        return signed + "." + self.text(self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))


class Backend(http.server.BaseHTTPRequestHandler):
    """The application behind Envoy: says what path it has seen."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        # self.path has leading slashes merged.
        body = json.dumps({"path": self.requestline.split(" ")[1]}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer

    def log_message(self, *_):
        pass


def is_whole(answer):
    """Envoy lingers for a second after an answer."""
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    return bool(end and length and len(body) >= int(length.group(1)))


def send(port, certs, method, path, headers):
    """One request as it is written; status and body, or what happened to the connection."""
    lines = [f"{method} {path} HTTP/1.1", f"host: {headers.get('host', 'orders')}", "connection: close", "content-length: 0"]
    lines += [f"{name}: {value}" for name, value in headers.items() if name != "host"]
    raw = ("\r\n".join(lines) + "\r\n\r\n").encode()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            if certs:
                context = ssl.create_default_context()
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
                context.load_cert_chain(certs / "cert-chain.pem", certs / "key.pem")
                connection = context.wrap_socket(connection)
            connection.sendall(raw)
            answer = b""
            while not is_whole(answer) and (chunk := connection.recv(65536)):
                answer += chunk
    except (ssl.SSLError, ConnectionError):
        return "refused", ""
    if not answer:
        return "refused", ""
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    if b"transfer-encoding: chunked" in head.lower():
        body = b"".join(body.split(b"\r\n")[1::2])
    if status == 200:
        try:
            return status, json.loads(body)["path"] if body else ""
        except (ValueError, KeyError):
            return status, body.decode(errors="replace")
    return status, body.decode(errors="replace")


def requests(tokens):
    paths = ["/", "/public", "/public?next=/admin", "/health/live", "/admin", "/admin/x", "/ADMIN", "/%61dmin", "/public/../admin",
             "/public/%2e%2e/admin", "//admin", "/./admin", "/a/..;/admin", "/x/1/secret", "/x/1/2/secret", "/x//secret", "/x/%31/secret",
             "/admin%2Fx", "/public%2F..%2Fadmin", "/public\\..\\admin", "/status", "/elsewhere", "/remote", "/user", "/a#b", "/%00", "/%zz"]
    for path in paths:
        yield "GET", path, {}
    for method in ("POST", "HEAD", "PUT", "DELETE"):
        yield method, "/", {}
        yield method, "/public", {}
    for tenant in ("good", "evil", "bad-1", "EVIL", "evil, good"):
        yield "GET", "/", {"x-tenant": tenant}
    for host in ("shop.example", "SHOP.example", "shop.example:80", "other.example"):
        yield "POST", "/status", {"host": host}
    for forwarded in ("9.9.9.1", "9.9.8.1", "9.9.9.1, 1.2.3.4", "1.2.3.4, 9.9.9.7", "rubbish"):
        yield "POST", "/remote", {"x-forwarded-for": forwarded}
    yield "POST", "/user", {"x-forwarded-client-cert": "URI=spiffe://cluster.local/ns/default/sa/web"}
    for claims in ({"role": "admin"}, {"role": "guest"}, {"role": ["user", "admin"]}, {"role": 7}, {"role": "admin", "aud": "other"},
                   {"role": "admin", "exp": 1000}, {"role": "admin", "iss": "https://other.example"}, {}):
        yield "POST", "/user", {"authorization": "Bearer " + tokens.token(**claims)}
    yield "POST", "/user", {"authorization": "Bearer rubbish"}
    good = tokens.token(role="admin")
    yield "POST", "/user", {"authorization": "Bearer " + good[:-4] + "AAAA"}
    yield "POST", "/user?access_token=" + good, {}


def check(world):
    if rsa is None:
        raise NotRun("no cryptography beside this Python")
    tokens = Tokens()
    backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    inbound, outbound = free_port(), free_port()
    (world.config / "mesh.yaml").write_text(
        "apiVersion: inmesh.io/v1\nservices:\n  orders: {mtls: permissive}\n  envoyed: {mtls: permissive}\n")
    world.plane(["web", "payment", "orders", "envoyed"])
    ours = int(world.serve("orders").ready()["port"])
    admin, _ = world.envoy("envoyed", {
        "INMESH_OUTBOUND_PORT": outbound,
        "INMESH_REGISTRATION": {"service": "envoyed", "namespace": "default", "address": "127.0.0.1", "port": inbound},
        "INMESH_APPLICATION_PORT": backend.server_port,
    })
    callers = {"web": world.certificate("web"), "payment": world.certificate("payment"), "nobody": None}
    for port in (ours, inbound):
        until("both take plaintext", lambda at=port: send(at, None, "GET", "/", {})[0] == 200)
    (world.config / "policies.yaml").write_text(POLICIES % tokens.jwks)
    for port in (ours, inbound):
        until("both refuse", lambda at=port: send(at, None, "GET", "/", {})[0] == 403)
    asked, different, statuses = 0, [], {}
    for name, certs in callers.items():
        for method, path, headers in requests(tokens):
            asked += 1
            us, envoy = send(ours, certs, method, path, headers), send(inbound, certs, method, path, headers)
            statuses[envoy[0]] = statuses.get(envoy[0], 0) + 1
            if us != envoy:
                different.append(f"{name} {method} {path} {headers}: ours {us}, Envoy {envoy}")
    assert not different, f"{len(different)} of {asked} differ:\n" + "\n".join(different)
    refused = rejected(admin)
    assert not refused, refused
    assert len(statuses) >= 3, statuses
    # Strict: neither takes plaintext any more.
    (world.config / "mesh.yaml").write_text(
        "apiVersion: inmesh.io/v1\nservices:\n  orders: {mtls: strict}\n  envoyed: {mtls: strict}\n")
    for port in (ours, inbound):
        until("both refuse plaintext", lambda at=port: send(at, None, "GET", "/public", {})[0] == "refused")
    told = " ".join(f"{status}={count}" for status, count in sorted(statuses.items(), key=str))
    return f"{asked} requests of three callers answered as by Envoy ({told}); plaintext refused by both once strict"


main(check)
