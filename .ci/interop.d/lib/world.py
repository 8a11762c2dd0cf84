"""Processes on loopback for the checks: ours through the command inmesh, and Envoy."""

import atexit
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
PATIENCE = 60.0


class NotRun(Exception):
    """Something that the check needs is not here."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, condition, patience=PATIENCE):
    """Asks until the answer is true; fails with what was waited for."""
    end = time.monotonic() + patience
    last = None
    while time.monotonic() < end:
        try:
            answer = condition()
            if answer:
                return answer
        except (OSError, ValueError) as failed:
            last = failed
        time.sleep(0.05)
    raise AssertionError(f"not within {patience:.0f} s: {what} ({last})")


class Process:
    """A child whose output is kept by line."""

    def __init__(self, name, command, env=None):
        self.name = name
        self.lines = []
        self.child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            env=dict(os.environ, **(env or {})))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            self.lines.append(line.rstrip("\n"))

    def ready(self):
        """The values of the line `ready key=value …`."""
        def line():
            if self.child.poll() is not None:
                raise AssertionError(f"{self.name} ended:\n" + "\n".join(self.lines[-20:]))
            return next((one for one in self.lines if one.startswith("ready ")), None)
        return dict(word.split("=", 1) for word in until(f"{self.name} is ready", line).split()[1:])

    def stop(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                self.child.kill()


class World:
    """One control plane, and what joins it. Everything ends with the script."""

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="inmesh-interop"))
        self.config = self.dir / "config"
        self.config.mkdir()
        self.processes = []
        atexit.register(self.close)

    def close(self):
        for process in reversed(self.processes):
            process.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def start(self, name, command, env=None):
        process = Process(name, [str(word) for word in command], env)
        self.processes.append(process)
        return process

    def inmesh(self, name, *arguments):
        return self.start(name, [ROOT / "inmesh", *arguments])

    def plane(self, services, *arguments):
        plane = self.inmesh(
            "control-plane", "control-plane", "--config", self.config, "--state", self.dir / "state",
            "--port", 0, "--plaintext-port", 0, "--join", ",".join(services), *arguments)
        self.planes = plane.ready()
        return plane

    def join_file(self, service):
        return self.dir / "state" / "join" / f"default.{service}.join"

    def serve(self, service, *arguments):
        return self.inmesh(f"serve-{service}", "serve", "--join", self.join_file(service), "--port", 0, *arguments)

    def call(self, service, url, *arguments):
        """Runs `inmesh call --json`: its answer."""
        done = subprocess.run(
            [str(ROOT / "inmesh"), "call", "--json", "--join", str(self.join_file(service)), *map(str, arguments), url],
            capture_output=True, text=True, timeout=PATIENCE)
        try:
            return json.loads(done.stdout.strip().splitlines()[-1])
        except (ValueError, IndexError):
            raise AssertionError(f"inmesh call gave no JSON: {done.stdout}{done.stderr}") from None

    def certificate(self, service):
        """Has a certificate issued into files, as for a peer that is not a JVM."""
        out = self.dir / f"cert-{service}"
        subprocess.run([str(ROOT / "inmesh"), "cert", "--join", str(self.join_file(service)), "--out", str(out)],
                       check=True, timeout=PATIENCE)
        return out

    def envoy(self, service, metadata, all_clusters=True, layers=()):
        """Starts Envoy with our control plane as its only source of configuration; answers its admin port.

        Without all clusters it asks for none of itself. Layers are names of run-time values."""
        certs = self.certificate(service)
        admin = free_port()
        bootstrap = {
            "node": {"id": f"envoy-{service}", "cluster": service, "metadata": metadata},
            "admin": {"address": address(admin)},
            "dynamic_resources": {
                "ads_config": {"api_type": "DELTA_GRPC", "transport_api_version": "V3",
                               "grpc_services": [{"envoy_grpc": {"cluster_name": "inmesh-plane"}}]},
                "cds_config": {"ads": {}, "resource_api_version": "V3"},
                "lds_config": {"ads": {}, "resource_api_version": "V3"}},
            "static_resources": {
                "secrets": [
                    {"name": "default", "tls_certificate": {
                        "certificate_chain": {"filename": str(certs / "cert-chain.pem")},
                        "private_key": {"filename": str(certs / "key.pem")}}},
                    {"name": "ROOTCA", "validation_context": {
                        "trusted_ca": {"filename": str(certs / "root-cert.pem")}}}],
                "clusters": [{
                    "name": "inmesh-plane", "type": "STATIC", "connect_timeout": "5s",
                    "typed_extension_protocol_options": {
                        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                            "explicit_http_config": {"http2_protocol_options": {}}}},
                    "load_assignment": {"cluster_name": "inmesh-plane", "endpoints": [{"lb_endpoints": [
                        {"endpoint": {"address": address(int(self.planes["plaintext"]))}}]}]}}]}}
        if not all_clusters:
            del bootstrap["dynamic_resources"]["cds_config"]
        if layers:
            bootstrap["layered_runtime"] = {"layers": [
                {"name": name, "rtds_layer": {"name": name, "rtds_config": {"ads": {}, "resource_api_version": "V3"}}}
                for name in layers]}
        path = self.dir / f"envoy-{service}.json"
        path.write_text(json.dumps(bootstrap))
        binary = pathlib.Path(sys.executable).parent / "envoy"
        if not binary.exists():
            raise NotRun("no Envoy beside this Python")
        process = self.start(f"envoy-{service}", [
            binary, "-c", path, "--use-dynamic-base-id", "--concurrency", "1", "--log-level", "warning"])
        until("Envoy is live", lambda: text(admin, "/ready").startswith("LIVE"))
        return admin, process


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def text(port, path, headers=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers or {})
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read().decode()


def rejected(admin):
    """What Envoy refused: names and reasons."""
    dump = json.loads(text(admin, "/config_dump"))
    found = []
    def walk(value):
        if isinstance(value, dict):
            if "error_state" in value:
                found.append(value["error_state"].get("details", "?"))
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
    walk(dump)
    return found


def stats(admin, pattern):
    return {name: int(value) for name, value in re.findall(r"^(\S+): (\d+)$", text(admin, f"/stats?filter={pattern}"), re.M)}


def main(check):
    """Runs a check; its answer is the last line of output."""
    world = World()
    try:
        print(check(world), flush=True)
    except NotRun as reason:
        print(reason, flush=True)
        sys.exit(3)
    except Exception:
        for process in world.processes:
            print(f"--- {process.name}", *process.lines[-25:], sep="\n", flush=True)
        raise
