"""A real Envoy and our client get the same resources from our control plane, some only when a call needs them, and answer the same."""

import http.client
import http.server
import json
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from world import free_port, main, rejected, until  # noqa: E402

TYPE = "type.googleapis.com/envoy."
ADS = {"ads": {}, "resource_api_version": "V3"}
HOSTS = ["a.test", "b.test", "x.wild.test", "wild.test", "none.test", "listed.test", "late.test"]


def connection():
    return {
        "@type": TYPE + "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "x",
        "rds": {"route_config_name": "r", "config_source": ADS},
        "http_filters": [
            {"name": "before", "typed_config": {
                "@type": TYPE + "extensions.filters.http.header_mutation.v3.HeaderMutation",
                "mutations": {"request_mutations": [
                    {"append": {"header": {"key": "x-passed", "value": "once"}, "append_action": "APPEND_IF_EXISTS_OR_ADD"}}]}}},
            {"name": "found", "config_discovery": {
                "config_source": ADS, "type_urls": [TYPE + "extensions.filters.http.fault.v3.HTTPFault"]}},
            {"name": "on_demand", "typed_config": {
                "@type": TYPE + "extensions.filters.http.on_demand.v3.OnDemand",
                "odcds": {"source": ADS, "timeout": "3s"}}},
            {"name": "router", "typed_config": {"@type": TYPE + "extensions.filters.http.router.v3.Router"}}]}


def host(name, domains, status):
    off = {"on_demand": {"@type": TYPE + "extensions.filters.http.on_demand.v3.PerRouteConfig"}}
    return {
        "@type": TYPE + "config.route.v3.VirtualHost", "name": "r/" + name, "domains": domains,
        "response_headers_to_add": [{"header": {"key": "x-flags", "value": "%RESPONSE_FLAGS%"}}],
        "routes": [
            {"match": {"prefix": "/by-header"}, "route": {"cluster_header": "x-cluster"}},
            {"match": {"prefix": "/known-only"}, "route": {"cluster_header": "x-cluster"}, "typed_per_filter_config": off},
            {"match": {"prefix": "/new", "runtime_fraction": {"default_value": {"numerator": 0}, "runtime_key": "new.share"}},
             "direct_response": {"status": 203, "body": {"inline_string": "new"}}},
            {"match": {"prefix": "/"}, "direct_response": {"status": status, "body": {"inline_string": name}}}]}


def cluster(name, port):
    endpoint = {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}}}
    return {"@type": TYPE + "config.cluster.v3.Cluster", "name": name, "type": "STATIC", "connect_timeout": "1s",
            "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}}


def fault(status):
    return {"@type": TYPE + "config.core.v3.TypedExtensionConfig", "name": "found", "typed_config": {
        "@type": TYPE + "extensions.filters.http.fault.v3.HTTPFault",
        "headers": [{"name": "x-fault", "present_match": True}],
        "abort": {"http_status": status, "percentage": {"numerator": 100}}}}


def layer(share):
    return {"@type": TYPE + "service.runtime.v3.Runtime", "name": "rtds", "layer": {"new": {"share": share}}}


class Backend(http.server.BaseHTTPRequestHandler):
    """Says how often the filter before the one that holds calls has seen the request."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("content-length", 0))
        body = json.dumps({"passed": self.headers.get_all("x-passed"), "body": self.rfile.read(length).decode()}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def check(world):
    backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    outbound = free_port()

    def put(name, *resources):
        # JSON is YAML; a file that is replaced is never seen in half.
        draft = world.dir / "draft"
        draft.write_text(json.dumps(list(resources)))
        draft.rename(world.config / f"{name}.xds.json")

    listeners = [{
        "@type": TYPE + "config.listener.v3.Listener", "name": "bound",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": outbound}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": connection()}]}]}]
    for name in HOSTS:
        listeners.append({"@type": TYPE + "config.listener.v3.Listener", "name": name, "api_listener": {"api_listener": connection()}})
    routes = {
        "@type": TYPE + "config.route.v3.RouteConfiguration", "name": "r", "vhds": {"config_source": ADS},
        "virtual_hosts": [{"name": "listed", "domains": ["listed.test"], "routes": [
            {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": "listed"}}}]}]}
    put("listeners", *listeners, routes)
    put("a", host("one", ["a.test", "b.test"], 201))
    put("wild", host("wild", ["*.wild.test"], 202))
    put("c", cluster("c", backend.server_port))
    put("fault", fault(418))
    put("layer", layer(100))
    (world.config / "mesh.yaml").write_text("apiVersion: inmesh.io/v1\nservices: {web: , envoyed: }\n")
    world.plane(["web", "envoyed"])
    admin, _ = world.envoy("envoyed", {}, all_clusters=False, layers=["rtds"])

    def envoy(name, path, headers, body):
        connected = http.client.HTTPConnection("127.0.0.1", outbound, timeout=20)
        try:
            connected.request("POST" if body else "GET", path, body=body, headers={"host": name, **headers})
            answer = connected.getresponse()
            return answer.status, answer.read().decode(), answer.getheader("x-flags", "")
        finally:
            connected.close()

    def ours(name, path, headers, body):
        arguments = [word for key, value in headers.items() for word in ("-H", f"{key}: {value}")]
        if body:
            arguments += ["-d", body]
        answer = world.call("web", f"http://{name}{path}", "--runtime-layer", "rtds", "--timeout", "20s", *arguments)
        flags = ",".join(answer["flags"]) if path.startswith(("/by", "/known")) else ""
        return answer["status"], answer["body"], flags

    until("Envoy has its listener", lambda: envoy("listed.test", "/", {}, None)[0] == 200)
    asked, different, statuses = 0, [], {}

    def compare(name, path="/", headers=None, body=None):
        nonlocal asked
        asked += 1
        of_envoy, of_us = envoy(name, path, headers or {}, body), ours(name, path, headers or {}, body)
        of_envoy = (of_envoy[0], of_envoy[1], "" if of_envoy[2] == "-" else of_envoy[2])
        print(name, path, headers, body, "Envoy", of_envoy, "ours", of_us, flush=True)
        statuses[of_envoy[0]] = statuses.get(of_envoy[0], 0) + 1
        if of_envoy != of_us:
            different.append(f"{name} {path} {headers}: ours {of_us}, Envoy {of_envoy}")

    for name in HOSTS:
        compare(name)
    compare("a.test", "/known-only", {"x-cluster": "c"})
    compare("a.test", "/by-header", {"x-cluster": "c"})
    compare("b.test", "/by-header", {"x-cluster": "c"}, "a body")
    compare("a.test", "/by-header", {"x-cluster": "d"})
    compare("a.test", "/by-header")
    compare("b.test", "/", {}, "a body")
    compare("x.wild.test", "/new")
    compare("a.test", "/", {"x-fault": "1"})
    compare("none.test", "/", {"x-fault": "1"})

    # What changes on its own reaches both.
    put("a", host("one", ["a.test"], 205))
    put("late", host("late", ["late.test"], 206))
    put("d", cluster("d", backend.server_port))
    put("fault", fault(419))
    put("layer", layer(0))
    until("Envoy has them", lambda: envoy("a.test", "/", {}, None)[0] == 205 and envoy("x.wild.test", "/new", {}, None)[0] == 202
          and envoy("a.test", "/", {"x-fault": "1"}, None)[0] == 419)
    for name in HOSTS:
        compare(name)
    compare("a.test", "/by-header", {"x-cluster": "d"})
    compare("a.test", "/new")
    compare("a.test", "/", {"x-fault": "1"})
    (world.config / "a.xds.json").unlink()
    until("Envoy has lost it", lambda: envoy("a.test", "/", {}, None)[0] == 404)
    compare("a.test")
    compare("b.test")

    assert not different, f"{len(different)} of {asked} differ:\n" + "\n".join(different)
    refused = rejected(admin)
    assert not refused, refused
    assert len(statuses) >= 6, statuses
    told = " ".join(f"{status}={count}" for status, count in sorted(statuses.items()))
    return f"{asked} requests answered as by Envoy ({told}): virtual hosts and clusters on demand, filters and run-time values on their own"


main(check)
