"""Runs the commands of README.md and docs/ as they are written, in a copy of the tree and on the default ports, and looks at what they
say. Fails, too, when a document has a command that is neither run nor named below with the reason.
"""

import contextlib
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

# Beginnings of commands that are not run here, and why.
NOT_RUN = {
    "mvn verify": ".ci/run does",
    "docker ": "needs an engine: .ci/containers brings the compose file up, scales it and takes it down",
    "git pull ": "changes the tree that it is in",
    "for service in ": "needs an engine",
    "kubectl ": "needs a cluster",
    "kafka-configs.sh ": "needs Kafka's own commands",
    "KAFKA_CLIENT_": "a setting, not a command",
    "REDIS_URI=": "a setting, not a command",
    "./tallystream bench": "takes from minutes to hours",
    "./tallystream prove": "takes a quarter of an hour: FaultRunIT does the same for less long",
}
# What the documents' blocks may be in. Those of sh are commands.
LANGUAGES = {"sh", "json", "html", "java", "javascript", "python", "go", "text"}
DOCUMENTS = [Path("README.md"), *sorted(Path("docs").glob("*.md"))]
BLOCK = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.M)
# Seconds, and much longer than anything takes.
LIMIT = 120
BUILD_LIMIT = 900
GATEWAY = "http://127.0.0.1:8080"

# The part of tallystream.mjs that is for pages, without a page: Node says of which one a request is, and has no beacons.
PAGE = """
const { collector, event } = await import('./examples/javascript/tallystream.mjs');
const fetched = fetch, origin = { Origin: 'https://shop.example' };
globalThis.fetch = (url, request) => fetched(url, { ...request, headers: { ...request.headers, ...origin } });
const beacons = [];
const navigator = { sendBeacon: (url, body) => beacons.push(fetched(url, { method: 'POST', body, headers: origin })) > 0 };
Object.defineProperty(globalThis, 'navigator', { value: navigator });
const { send, beacon } = collector('http://127.0.0.1:8080', process.env.KEY);
const click = event('click', { user_id: 'page-example', product_id: 'p1' });
const rejected = await send([click, event('api_call', { endpoint: '/e', status: 200 })]);
console.log(rejected.length, beacon([click]), (await beacons[0]).status);
"""


def require(holds, otherwise):
    if not holds:
        raise SystemExit(f"docs: FAILED: {otherwise}")


def say(text):
    print(f"docs: {text}"[:120].split("\n")[0])


def commands(text):
    """Of a block, without comments; what a backslash or a pipe continues is one."""
    return re.split(r"(?<![\\|])\n", re.sub(r"[ \t]+# .*$", "", text, flags=re.M).strip())


class Documents:
    """What commands there are, and which of them were run."""

    def __init__(self):
        self._run = set()

    def command(self, document, beginning):
        """The document's one command that begins so."""
        found = [c for c in self._of(Path(document)) if c.startswith(beginning)]
        require(len(found) == 1, f"{document} has {len(found)} commands that begin with: {beginning}")
        self._run.add((Path(document), found[0]))
        return found[0]

    def named(self, document, command):
        """A command that the document has in its text."""
        require(f"`{command}`" in Path(document).read_text(), f"{document} does not name: {command}")
        return command

    def shown(self, document, command):
        """The fields of the answer, in JSON, that the document has behind its command."""
        behind = Path(document).read_text().split(command, 1)[1]
        return json.loads(re.search(r"^```json\n(.*?)^```$", behind, re.M | re.S)[1]).keys()

    @staticmethod
    def _of(document):
        return [c for language, text in BLOCK.findall(document.read_text()) if language == "sh" for c in commands(text)]

    def require_all(self):
        for document in DOCUMENTS:
            for language, text in BLOCK.findall(document.read_text()):
                require(language in LANGUAGES, f"{document}: of what language is this, a command? '{language}': {text}")
            for command in self._of(document):
                listed = any(command.startswith(beginning) for beginning in NOT_RUN)
                require(listed or (document, command) in self._run, f"{document}: neither run nor listed: {command}")


def left_out(folder, names):
    """What is no copy's: what others have built and keep here, but for the program itself."""
    if folder == "./standalone/target":
        return [name for name in names if name not in ("tallystream.jar", "lib")]
    own = (".git", ".env", "data") if folder == "." else ()
    return [name for name in names if name in own or (name == "target" and folder != "./standalone")]


class Copy:
    """A copy of the tree, in which commands are run."""

    def __init__(self, folder):
        self.folder = folder / "tallystream"
        shutil.copytree(".", self.folder, ignore=left_out, symlinks=True)
        self._log = folder / "demo.log"
        self._demo = None

    def run(self, command, **variables):
        """What it says, with exit code 0."""
        done = self._try(command, **variables)
        require(done.returncode == 0, f"exit code {done.returncode} of {command}\n{done.stdout}{done.stderr}")
        say(f"ran {command}")
        return done.stdout

    def until(self, command, holds):
        """Runs it until what it says is right, and returns that."""
        end = time.monotonic() + LIMIT
        while True:
            done = self._try(command)
            if done.returncode == 0 and holds(done.stdout):
                say(f"ran {command}")
                return done.stdout
            require(time.monotonic() < end, f"never as it should be: {command}\n{done.stdout}{done.stderr}")
            time.sleep(0.5)

    def _try(self, command, **variables):
        return subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=self.folder, env={**os.environ, **variables},
                              capture_output=True, text=True, timeout=LIMIT)

    def start(self, command):
        """What it says until it sends demo traffic."""
        with open(self._log, "w", encoding="utf-8") as log:
            # Whatever runs in the background of a script ignores Ctrl-C, and all that it starts.
            self._demo = subprocess.Popen(["bash", "-c", command], cwd=self.folder, stdout=log, stderr=subprocess.STDOUT,
                                          start_new_session=True,
                                          preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        end = time.monotonic() + LIMIT
        while "Ctrl-C stops it all" not in self._log.read_text():
            started = self._demo.poll() is None and time.monotonic() < end
            require(started, f"{command} does not start\n{self._log.read_text()}")
            time.sleep(0.5)
        say(f"ran {command}")
        return self._log.read_text()

    def stop(self):
        """Ctrl-C. Returns the exit code."""
        os.killpg(self._demo.pid, signal.SIGINT)
        return self._demo.wait(LIMIT)

    def close(self):
        """Also ends its Redis, which outlives a SIGKILL."""
        if self._demo and self._demo.poll() is None:
            try:
                self.stop()
            finally:
                if self._demo.poll() is None:
                    os.killpg(self._demo.pid, signal.SIGKILL)


class Unreliable(http.server.BaseHTTPRequestHandler):
    """A gateway that is away at first, then takes events and says nothing, and from then on is as it should be."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.tries += 1
        if self.server.tries == 1:
            self.send_error(503)
            return
        headers = {name: self.headers[name] for name in ("Authorization", "Content-Type")}
        with urllib.request.urlopen(urllib.request.Request(GATEWAY + self.path, body, headers), timeout=LIMIT) as answer:
            said = answer.read()
        if self.server.tries > 2:
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def unreliable():
    """Its address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Unreliable) as server:
        server.tries = 0
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
            require(server.tries == 4, f"{server.tries} tries for what is sent twice, and once more for each that fails")
        finally:
            server.shutdown()


def says(pattern):
    return re.compile(pattern, re.M).search


def asked(path):
    """A question as the documents ask them."""
    return f'curl -sS -H "Authorization: Bearer $(cat data/secrets/admin-token)" "http://127.0.0.1:8081{path}"'


def first_event(copy, documents):
    printed = copy.start(documents.command("README.md", "./tallystream demo"))
    require("http://127.0.0.1:8081/#code=" in printed, f"no login link\n{printed}")
    send, ask = [line.strip() for line in printed.splitlines() if line.startswith("  curl ")]
    require('"accepted":1' in copy.run(send), "the printed event is not accepted")
    copy.until(ask, says(r'"hot_apis":\[\{'))

    send = documents.command("README.md", 'curl -H "Authorization: Bearer $(cat data/secrets/ingest-key)"')
    answer = json.loads(copy.run(send))
    require(answer["accepted"] == 1 and answer.keys() == documents.shown("README.md", send), f"{send}\n{answer}")
    ask = documents.command("README.md", 'curl -H "Authorization: Bearer $(cat data/secrets/admin-token)"')
    answer = json.loads(copy.until(ask, says('"clicks":1}')))
    require(answer.keys() == documents.shown("README.md", ask), f"{ask}\n{answer}")


def keys(copy, documents):
    page_key = copy.run(documents.command("README.md", "./tallystream keys new")).strip()
    require(page_key.startswith("tsc_"), f"not a key for pages: {page_key}")
    (copy.folder / "page.mjs").write_text(PAGE)
    copy.until(f"KEY={page_key} node page.mjs", says("^1 true 202$"))
    copy.run("./tallystream keys revoke --name pages")

    secret = copy.run(documents.command("docs/operations.md", "./tallystream keys new --name shop")).strip()
    copy.run(documents.command("docs/operations.md", "./tallystream keys new --name pages"))
    listed = documents.command("docs/operations.md", "./tallystream keys list")
    require(re.search(r"^shop +ingest +500/s ", copy.run(listed), re.M), "shop is not listed")
    with_it = f'curl -sS -H "Authorization: Bearer {secret}" -d "[]" {GATEWAY}/v1/events -w "%{{http_code}}"'
    copy.until(with_it, says("415$"))
    copy.run(documents.command("docs/operations.md", "./tallystream keys revoke --name shop"))
    require(not re.search("^shop ", copy.run(listed), re.M), "shop is still listed")
    copy.until(with_it, says("401$"))


def examples(copy, documents):
    """Each sends twenty clicks twice, and once more where there was no answer."""
    produce = documents.command("docs/produce-to-kafka.md", "echo 'u1|")
    copy.run(produce)
    copy.run(produce)
    for interpreter in "python3", "node":
        example = documents.command("docs/api.md", f"INGEST_KEY=$(cat data/secrets/ingest-key) {interpreter} ")
        copy.run(example)
        with unreliable() as address:
            copy.run(example, GATEWAY=address)
    # One of the page, one of kcat, and of each example twenty and forty; the demo may have some, too.
    copy.until("curl -sS http://127.0.0.1:9090/metrics", lambda metrics: duplicates(metrics) >= 1 + 1 + 2 * (20 + 40))


def duplicates(metrics):
    return sum(float(n) for n in re.findall(r'^tallystream_processor_records_total\{.*"duplicate".*\} (\S+)', metrics, re.M))


def counts(copy):
    copy.until(asked("/api/v1/stats/trend?range=day&metric=dwells&dimension=page&member=/shop"), says('"count":1,[^{]*]'))
    for user, clicks in ("page-example", 1), ("python-example", 40), ("javascript-example", 40):
        copy.until(asked(f"/api/v1/users/{user}/clicks"), says(f'"clicks":{clicks}}}'))


def administer(copy, documents):
    balanced = copy.run(documents.named("README.md", "./tallystream reconcile --date yesterday --recount"))
    say(balanced.strip().splitlines()[-1])
    copy.run(documents.named("docs/operations.md", "./tallystream rebuild"))
    # Counted anew from what is on Kafka, and what was sent twice counts once still.
    counts(copy)
    erase = documents.command("docs/operations.md", "curl -X DELETE")
    answer = json.loads(copy.run(erase))
    require(answer.keys() == documents.shown("docs/operations.md", erase), f"{erase}\n{answer}")
    require(copy.stop() == 0, "Ctrl-C does not end it with exit code 0")


def secrets_for_compose(copy, documents):
    for document in "README.md", "docs/operations.md":
        copy.run(documents.command(document, "deploy/new-env"))
        made = copy.folder / ".env"
        require(made.stat().st_mode & 0o777 == 0o600 and "ADMIN_TOKEN=" in made.read_text(), "no .env, or one for all to read")
        made.unlink()


def completion(copy, documents):
    copy.run(documents.command("README.md", "source ") + " && complete -p tallystream")


def main():
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    subprocess.run(["./tallystream", "--version"], check=True, timeout=BUILD_LIMIT)
    begun = time.monotonic()
    documents = Documents()
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        try:
            first_event(copy, documents)
            keys(copy, documents)
            examples(copy, documents)
            counts(copy)
            administer(copy, documents)
            secrets_for_compose(copy, documents)
            completion(copy, documents)
        finally:
            copy.close()
    documents.require_all()
    say(f"all of it: {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
