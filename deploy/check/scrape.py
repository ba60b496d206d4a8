"""A Prometheus with the committed configuration, run on this machine beside the stack."""

import contextlib
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import urllib.request

from stack import TREE, Stack, free_port, say

PORT = free_port(19394)
RULES = 11


def address(container):
    template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    shown = subprocess.run(["docker", "inspect", "--format", template, container], check=True, capture_output=True, text=True)
    return shown.stdout.strip()


@contextlib.contextmanager
def prometheus(stack):
    """Names that Docker resolves inside the network only are replaced by addresses, and it hurries; all else is as it is committed."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tallystream-prometheus-"))
    text = (TREE / "deploy/prometheus/prometheus.yml").read_text().replace("interval: 15s", "interval: 2s")

    def targets(match):
        found = ", ".join(f'"{address(container)}:9090"' for container in stack.containers(match.group(1)))
        return f"static_configs: [{{targets: [{found}]}}]"

    (folder / "prometheus.yml").write_text(re.sub(r"dns_sd_configs: \[\{names: \[([\w-]+)\].*\}\]", targets, text))
    shutil.copy(TREE / "deploy/prometheus/alerts.yml", folder)
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{PORT}"], stdout=log, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)
            shutil.rmtree(folder, ignore_errors=True)


def ask(path):
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/api/v1/{path}", timeout=10) as response:
        return json.load(response)["data"]


def check_scraping(stack):
    """Every container of the services is scraped, every rule is evaluated, and none is critical."""
    if not shutil.which("prometheus"):
        say("NOT tried: prometheus is not installed here")
        return
    with prometheus(stack):
        services = ("ingest-gateway", "stream-processor", "redis-sink", "query-api")
        wanted = sum(len(stack.containers(service)) for service in services)
        Stack.await_true(f"{wanted} containers scraped", 120, lambda: [
            target["health"] for target in ask("targets")["activeTargets"]] == ["up"] * wanted)
        Stack.await_true("rules evaluated", 120, lambda: [
            rule["health"] for group in ask("rules")["groups"] for rule in group["rules"]] == ["ok"] * RULES)
        firing = [alert["labels"]["alertname"] for alert in ask("alerts")["alerts"] if alert["state"] == "firing"]
        assert not firing, firing
        say(f"Prometheus scrapes {wanted} containers and evaluates {RULES} rules; none fires")
