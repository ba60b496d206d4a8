"""Sends events to Tallystream's gateway: in batches, and each batch again with the same ids until it is acknowledged.

Needs Python 3.8 and nothing else. Run as a program it sends twenty clicks twice, as a service does that heard no answer; they count once:

    INGEST_KEY=$(cat data/secrets/ingest-key) python3 examples/python/tallystream.py
"""

import http.client
import json
import os
import random
import time
import urllib.error
import urllib.request
import uuid

BATCH = 500
REQUEST_LIMIT = 15  # Seconds, as all times here: longer than a gateway takes by default.
FIRST_WAIT = 0.1
LONGEST_WAIT = 10
AGAIN = (408, 425, 429, 500, 502, 503, 504)


class Undelivered(Exception):
    """Some events of a call are given up: they may have been counted or not."""


def event(kind, **fields):
    """An event of now, with an id of its own. Keep it as it is: the same id counts once, however often it is sent."""
    return {"type": kind, "id": str(uuid.uuid4()), "time": int(time.time() * 1000), **fields}


class Gateway:
    """A gateway such as http://gateway.example:8080, and a key of scope ingest. Threads may share it."""

    def __init__(self, url, key):
        self._url = url.rstrip("/") + "/v1/events"
        self._key = key

    def send(self, events, limit=540):
        """Returns when all events are acknowledged or rejected, with the rejected ones: a list of (event, reason).

        The limit has to be shorter than DEDUPLICATION_HORIZON of the installation, ten minutes by default: what was counted without
        an answer may count twice when it is sent again later.
        """
        if not all("id" in each for each in events):
            raise ValueError("an event without an id cannot be sent again; make it with event()")
        end = time.monotonic() + limit
        rejected = []
        for start in range(0, len(events), BATCH):
            rejected += self._deliver(events[start : start + BATCH], end)
        return rejected

    def _deliver(self, batch, end):
        body = json.dumps(batch).encode()
        wait = FIRST_WAIT
        while True:
            status, answer, retry_after = self._post(body)
            if status == 202 or status == 422 and "items" in answer:
                return [(batch[item["index"]], item.get("detail")) for item in answer.get("items", [])]
            if status == 413 and len(batch) > 1:
                half = len(batch) // 2
                return self._deliver(batch[:half], end) + self._deliver(batch[half:], end)
            # Senders that failed together do not come back together.
            pause = max(wait, retry_after) * random.uniform(1, 1.5)
            if status is not None and status not in AGAIN or time.monotonic() + pause > end:
                raise Undelivered(f"{len(batch)} events, status {status}: {answer}")
            time.sleep(pause)
            wait = min(2 * wait, LONGEST_WAIT)

    def _post(self, body):
        """The status of the answer, None if there was none, what it says, and for how many seconds to wait."""
        request = urllib.request.Request(
            self._url, body, {"Authorization": "Bearer " + self._key, "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=REQUEST_LIMIT) as answer:
                return answer.status, json.load(answer), 0
        except urllib.error.HTTPError as answer:
            return answer.code, _problem(answer), _seconds(answer.headers.get("Retry-After"))
        except (OSError, ValueError, http.client.HTTPException) as failure:
            return None, repr(failure), 0


def _problem(answer):
    # Of the gateway it is JSON, of a proxy on the way it may be anything.
    try:
        problem = json.load(answer)
        return problem if isinstance(problem, dict) else {}
    except (OSError, ValueError, http.client.HTTPException):
        return {}


def _seconds(retry_after):
    return min(int(retry_after), LONGEST_WAIT) if retry_after and retry_after.isdigit() else 0


if __name__ == "__main__":
    gateway = Gateway(os.environ.get("GATEWAY", "http://127.0.0.1:8080"), os.environ["INGEST_KEY"])
    clicks = [event("click", user_id="python-example", product_id="p1") for _ in range(20)]
    for _ in range(2):
        print(f"sent {len(clicks)} clicks of python-example, rejected: {gateway.send(clicks)}")
