"""Sends events as a good client does, and knows what was acknowledged."""

import http.client
import json
import threading
import time

BATCH = 50
ENDPOINTS = 10
PRODUCTS = 7
USERS = 500
REQUEST_LIMIT = 20
RETRY_AFTER = 0.2
# No answer; of the gateway, and of HAProxy where a gateway went away with the request: what was written is not known.
UNKNOWN = (None, 502, 503, 504)


def event(run, number, now_ms):
    """Of every ten: six calls, two clicks, a page view and a dwell."""
    made = {"id": f"{run}-{number}", "user_id": f"u{number % USERS}", "time": now_ms}
    kind = number % 10
    if kind < 6:
        return {**made, "type": "api_call", "endpoint": f"/check/{number % ENDPOINTS}", "status": "200", "duration_ms": 5}
    if kind < 8:
        return {**made, "type": "click", "product_id": f"p{number % PRODUCTS}"}
    if kind == 8:
        return {**made, "type": "page_view", "page": "/check"}
    return {**made, "type": "dwell", "page": "/check", "duration_ms": 1000}


class Traffic:
    """Threads that send batches until they are told to stop, each batch with the same ids until it is acknowledged."""

    def __init__(self, port, key, run, threads=4, pause=0.0):
        self.port, self.key, self.run, self.pause = port, key, run, pause
        self.lock = threading.Lock()
        self.next = 0
        self.acknowledged = {}
        self.retries = 0
        self.stopping = threading.Event()
        self.limit = None
        self.failure = None
        self.threads = [threading.Thread(target=self._loop, daemon=True) for _ in range(threads)]

    def start(self, limit=None):
        self.limit = limit
        for thread in self.threads:
            thread.start()
        return self

    def total(self):
        with self.lock:
            return sum(self.acknowledged.values())

    def finish(self, patience=300):
        """No new batches; returns when all that were begun are acknowledged."""
        if self.limit is None:
            self.stopping.set()
        for thread in self.threads:
            thread.join(patience)
            if thread.is_alive():
                raise AssertionError(f"a batch was not acknowledged within {patience} s")
        if self.failure:
            raise AssertionError(self.failure)
        return dict(self.acknowledged)

    def _take(self):
        with self.lock:
            if self.stopping.is_set() or (self.limit is not None and self.next >= self.limit):
                return None
            first = self.next
            self.next += BATCH if self.limit is None else min(BATCH, self.limit - first)
            return range(first, self.next)

    def _loop(self):
        while (numbers := self._take()) is not None:
            now_ms = int(time.time() * 1000)
            events = [event(self.run, number, now_ms) for number in numbers]
            body = json.dumps(events).encode()
            while True:
                status, answer = self._post(body)
                if status == 202:
                    break
                if status not in UNKNOWN:
                    self.failure = f"answered {status}: {answer[:300]}"
                    return
                with self.lock:
                    self.retries += 1
                time.sleep(RETRY_AFTER)
            if json.loads(answer)["accepted"] != len(events):
                self.failure = f"not all accepted: {answer[:300]}"
                return
            with self.lock:
                for one in events:
                    self.acknowledged[one["type"]] = self.acknowledged.get(one["type"], 0) + 1
            time.sleep(self.pause)

    def _post(self, body):
        """The status, or None where there was no answer, which says nothing about what was written."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=REQUEST_LIMIT)
        try:
            headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
            connection.request("POST", "/v1/events", body, headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except (OSError, http.client.HTTPException):
            return None, ""
        finally:
            connection.close()
