"""A real Prometheus scrapes a client and two servers: sums equal the calls sent, and every query of docs/observe.md returns data."""

import json
import pathlib
import re
import shutil
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from world import NotRun, ROOT, free_port, main, text, until  # noqa: E402

CALLS = 3000
WINDOW = 100


def queries():
    """The fenced promql blocks of the page, a query a line."""
    page = (ROOT / "docs" / "observe.md").read_text()
    for block in re.findall(r"^```promql\n(.*?)^```", page, re.M | re.S):
        yield from (line for line in block.splitlines() if line and not line.startswith("#"))


def check(world):
    binary = shutil.which("prometheus")
    if binary is None:
        raise NotRun("no prometheus on the path")
    (world.config / "mesh.yaml").write_text("""
apiVersion: inmesh.io/v1
services:
  orders:
    circuit-breaker: {failure-rate: 100%}
    routes: [{match: {path: /status/500}, retry: off}]
""")
    world.plane(["web", "orders"])
    targets = []
    for version in ("v1", "v2"):
        server = world.serve("orders", "--label", f"version={version}", "--metrics-port", 0)
        server.ready()
        targets.append(port(server))
    client = world.inmesh(
        "call", "call", "--json", "--join", world.join_file("web"), "-n", CALLS, "-c", 2, "--metrics-port", 0,
        "--linger", "170s", "http://orders/status/200")
    targets.append(port(client))
    world.inmesh(
        "call-500", "call", "--json", "--join", world.join_file("web"), "-n", 3 * WINDOW, "-c", 1,
        "http://orders/status/500")
    prometheus = free_port()
    start(world, binary, prometheus, targets)

    def ask(query):
        path = "/api/v1/query?" + urllib.parse.urlencode({"query": query})
        return json.loads(text(prometheus, path))["data"]["result"]

    def total(query):
        found = ask(query)
        return round(float(found[0]["value"][1])) if found else 0

    left = list(queries())
    assert left, "docs/observe.md has no queries"
    wanted = len(left)

    def all_answered():
        left[:] = [query for query in left if not ask(query)]
        return not left

    try:
        until("every query has returned data", all_answered)
    except AssertionError:
        raise AssertionError("no data for:\n" + "\n".join(left)) from None
    ok = 'istio_requests_total{response_code="200",reporter="%s"}'
    source, destination = (f"sum({ok % reporter})" for reporter in ("source", "destination"))
    until("the client's counts are those of the calls", lambda: total(source) == CALLS)
    until("the servers' counts are the client's", lambda: total(destination) == CALLS)
    # The circuit breaker's window, all of it failed: the rest is refused before it is sent.
    until("the failures that open the breaker are counted", lambda: total(
        'sum(istio_requests_total{response_code="500",reporter="destination"})') == WINDOW)
    attempts = total("sum(envoy_cluster_upstream_rq_total)")
    assert attempts == CALLS, attempts
    count = total('sum(istio_request_duration_milliseconds_count{reporter="source"})')
    assert count == CALLS, count
    up = total("sum(up)")
    assert up == len(targets), up
    return (f"{CALLS} calls are {CALLS} in the sums of client and servers; an open breaker let {WINDOW} of {3 * WINDOW}"
            f" through; {wanted} queries returned data")


def port(process):
    def line():
        return next((one for one in process.lines if one.startswith("metrics port=")), None)
    return int(until(f"{process.name} says its port", line).split("=")[1])


def start(world, binary, at, targets):
    config = world.dir / "prometheus.yml"
    config.write_text(json.dumps({
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
        "scrape_configs": [{
            "job_name": "mesh", "static_configs": [{"targets": [f"127.0.0.1:{one}" for one in targets]}]}]}))
    world.start("prometheus", [
        binary, f"--config.file={config}", f"--storage.tsdb.path={world.dir / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{at}"])
    until("Prometheus is ready", lambda: "eady" in text(at, "/-/ready"))


main(check)
