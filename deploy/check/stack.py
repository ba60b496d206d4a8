"""The compose stack in a copy of the tree, driven by the documented commands."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

TREE = pathlib.Path(__file__).resolve().parents[2]
READY_LIMIT = 600
UP_ATTEMPTS = 3
COUNT_LIMIT = 300
METRICS = {"api_call": "calls", "click": "clicks", "page_view": "page_views", "dwell": "dwells"}
# Where the search for a free port begins, below those that the system gives to connections.
PORTS = {"INGEST_HOST_PORT": 18080, "QUERY_HOST_PORT": 18180, "KAFKA_HOST_PORT": 19094, "KAFKA_2_HOST_PORT": 19194,
         "KAFKA_3_HOST_PORT": 19294}
# Without curl, which not every base image has.
SCRAPE = r"exec 3<>/dev/tcp/127.0.0.1/9090; printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3; cat <&3"
TASKS = 'tallystream_processor_tasks{kind="active"}'
RESTORING = "tallystream_processor_restoring"


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def free_port(first):
    """The first port of this machine from there on that nobody listens on."""
    for port in range(first, first + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError(f"no free port from {first} on")


def has_compose_v2():
    return subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0


class Stack:
    """As a user has it: a clone, a new .env, docker compose. Leaving it takes all away, volumes too."""

    def __init__(self, name, ha=False):
        self.name = name
        self.ha = ha
        self.v2 = has_compose_v2()
        self.compose_command = ["docker", "compose"] if self.v2 else ["docker-compose"]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tallystream-"))
        self.ports = {name: os.environ.get(name) or str(free_port(first)) for name, first in PORTS.items()}
        self.environment = {**os.environ, **self.ports, "COMPOSE_PROJECT_NAME": name}

    def __enter__(self):
        files = subprocess.run(
            ["git", "-C", TREE, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True).stdout.decode().split("\0")
        for file in filter(None, files):
            if (TREE / file).is_file():
                target = self.folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(TREE / file, target)
        subprocess.run(["deploy/new-env", *(["ha"] if self.ha else [])], cwd=self.folder, check=True)
        lines = (self.folder / ".env").read_text().splitlines()
        self.secrets = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        self.key = self.secrets["INGEST_KEYS"].split("=", 1)[1]
        self.ingest_port = int(self.ports["INGEST_HOST_PORT"])
        self.query_port = int(self.ports["QUERY_HOST_PORT"])
        return self

    def __exit__(self, failure, *_):
        if failure:
            self.tell()
        # In order takes long: the last of three brokers waits for the others. Nothing is to be kept.
        self.compose("kill", check=False)
        self.compose("down", "-v", "--rmi", "local", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def tell(self):
        """What explains a failure."""
        subprocess.run(["docker", "ps", "-a", "--filter", f"label=com.docker.compose.project={self.name}"])
        for container in self.containers(running=False):
            subprocess.run(["docker", "inspect", "--format", "--- {{.Name}}", container])
            subprocess.run(["docker", "logs", "--tail", "25", container], stderr=subprocess.STDOUT)

    def compose(self, *arguments, check=True, quiet=True):
        done = subprocess.run(
            [*self.compose_command, *arguments], cwd=self.folder, env=self.environment, text=True,
            capture_output=quiet)
        if check and done.returncode != 0:
            raise AssertionError(f"compose {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def up(self, **scale):
        """Returns when all is healthy."""
        scales = [argument for service, copies in scale.items()
                  for argument in ("--scale", f"{service.replace('_', '-')}={copies}")]
        begun = time.monotonic()
        for attempt in range(UP_ATTEMPTS):
            # docker-compose gives up with the first container that ends, also where Docker starts it again.
            done = self.compose("up", "-d", *(["--wait"] if self.v2 else []), *scales, check=attempt == UP_ATTEMPTS - 1)
            if done.returncode == 0:
                break
            say(f"up has given up, once more: {done.stderr.strip().splitlines()[-2:]}")
        self.await_true("all containers healthy", READY_LIMIT, self.is_healthy)
        say(f"up and healthy after {time.monotonic() - begun:.0f} s {scale or ''}")

    def containers(self, service=None, running=True):
        filters = ["--filter", f"label=com.docker.compose.project={self.name}"]
        if service:
            filters += ["--filter", f"label=com.docker.compose.service={service}"]
        shown = subprocess.run(["docker", "ps", "-q", *([] if running else ["-a"]), *filters],
                               check=True, capture_output=True, text=True)
        return shown.stdout.split()

    def is_healthy(self):
        states = subprocess.run(
            ["docker", "inspect", "--format", "{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}",
             *self.containers(running=False)], check=True, capture_output=True, text=True).stdout.splitlines()
        return states and all(state.strip() in ("running healthy", "running") for state in states)

    def kill(self, service):
        """SIGKILL, and Docker does not start it again."""
        container = self.containers(service)[0]
        subprocess.run(["docker", "kill", container], check=True, capture_output=True)
        say(f"killed a {service}")
        return container

    def tasks(self, without=None):
        """How many parts of their work the processors do, and have nothing to restore for."""
        samples = {}
        for container in self.containers("stream-processor"):
            if container == without:
                continue
            shown = subprocess.run(["docker", "exec", container, "bash", "-c", SCRAPE], check=True, capture_output=True, text=True)
            for line in shown.stdout.splitlines():
                name, _, value = line.rpartition(" ")
                if name in (TASKS, RESTORING):
                    samples[name] = samples.get(name, 0) + float(value)
        return samples.get(TASKS) if samples.get(RESTORING) == 0 else None

    def ask(self, path, **parameters):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.query_port}{path}?{urllib.parse.urlencode(parameters)}",
            headers={"Authorization": f"Bearer {self.secrets['ADMIN_TOKEN']}"})
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def counted(self):
        """How many events of each type, over the days of the range, by the query API."""
        return {kind: sum(day["count"] for day in self.ask("/api/v1/stats/trend", range="day", metric=metric)["data"])
                for kind, metric in METRICS.items()}

    def await_counts(self, expected):
        last = {}

        def reached():
            last.clear()
            last.update(self.counted())
            over = {kind: count for kind, count in last.items() if count > expected.get(kind, 0)}
            if over:
                raise AssertionError(f"counted twice: {over} of {expected}")
            return last == {kind: expected.get(kind, 0) for kind in METRICS}

        try:
            self.await_true("counts", COUNT_LIMIT, reached)
        except AssertionError as e:
            raise AssertionError(f"{e}: counted {last}, acknowledged {expected}") from e
        say(f"counted exactly {sum(expected.values())} events: {expected}")

    def reconcile(self):
        """Everything in Redis against a recount of the raw events, by every member of every dimension."""
        done = self.compose("run", "--rm", "tallystream", "reconcile", "--date", "today", "--recount", check=False)
        last = done.stdout.strip().splitlines()[-1:]
        if done.returncode != 0:
            raise AssertionError(f"reconcile: {done.returncode}\n{done.stdout}\n{done.stderr}")
        say(f"reconcile: {last}")

    @staticmethod
    def await_true(what, limit, condition):
        deadline = time.monotonic() + limit
        while True:
            try:
                if condition():
                    return
            except (OSError, urllib.error.URLError, subprocess.CalledProcessError):
                pass
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {limit} s")
            time.sleep(0.5)
