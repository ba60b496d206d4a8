// Sends events to Tallystream's gateway: in batches, and each batch again with the same ids until it is acknowledged.
// An ES module for Node 18 or later and for browsers, without dependencies. demo.mjs uses it.

const REQUEST_LIMIT = 15_000; // Milliseconds, as all times here: longer than a gateway takes by default.
const FIRST_WAIT = 100;
const LONGEST_WAIT = 10_000;
const AGAIN = [408, 425, 429, 500, 502, 503, 504];

// Node 18 has it in a module only.
const crypto = globalThis.crypto ?? (await import('node:crypto')).webcrypto;

/** Some events are given up: they may have been counted or not. */
export class Undelivered extends Error {}

/** An event of now, with an id of its own. Keep it as it is: the same id counts once, however often it is sent. */
export function event(type, fields) {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { type, id, time: Date.now(), ...fields };
}

/** For servers: a gateway such as http://gateway.example:8080, and a key of scope ingest. It is a secret, and refused from pages. */
export function gateway(url, key) {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` };
  return { send: (events, limit) => send(`${url}/v1/events`, headers, 500, events, limit) };
}

/**
 * For pages: a public key of scope collect, which is for pages of its origins. Takes clicks, page views and dwell times.
 * tally.js of the gateway does all of this by itself; this is for pages that bring their own events.
 */
export function collector(url, key) {
  const address = `${url}/v1/collect?key=${encodeURIComponent(key)}`;
  return {
    send: (events, limit) => send(address, { 'Content-Type': 'application/json' }, 50, events, limit),
    /** While the page goes away, up to 50 events: the browser sends them later, once. Returns whether it has taken them. */
    beacon: (events) => navigator.sendBeacon(address, JSON.stringify(events)),
  };
}

/**
 * Resolves when all events are acknowledged or rejected, with the rejected ones and why. The limit has to be shorter than
 * DEDUPLICATION_HORIZON, ten minutes by default: what was counted without an answer may count twice when it is sent again later.
 */
async function send(address, headers, size, events, limit = 540_000) {
  if (!events.every((each) => each.id)) throw new TypeError('an event without an id cannot be sent again; make it with event()');
  const end = Date.now() + limit;
  const rejected = [];
  for (let start = 0; start < events.length; start += size) {
    rejected.push(...(await deliver(address, headers, events.slice(start, start + size), end)));
  }
  return rejected;
}

async function deliver(address, headers, batch, end) {
  const body = JSON.stringify(batch);
  for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    const { status, answer, retryAfter } = await post(address, headers, body);
    if (status === 202 || (status === 422 && answer?.items)) {
      return (answer.items ?? []).map((item) => ({ event: batch[item.index], reason: item.detail }));
    }
    if (status === 413 && batch.length > 1) {
      const half = Math.ceil(batch.length / 2);
      const first = await deliver(address, headers, batch.slice(0, half), end);
      return first.concat(await deliver(address, headers, batch.slice(half), end));
    }
    // Senders that failed together do not come back together.
    const pause = Math.max(wait, retryAfter) * (1 + Math.random() / 2);
    if ((status && !AGAIN.includes(status)) || Date.now() + pause > end) {
      throw new Undelivered(`${batch.length} events, status ${status}: ${JSON.stringify(answer)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** The status of the answer, 0 if there was none, what it says, and for how long to wait. */
async function post(address, headers, body) {
  try {
    const response = await fetch(address, { method: 'POST', headers, body, signal: AbortSignal.timeout(REQUEST_LIMIT) });
    const seconds = Number(response.headers.get('Retry-After')) || 0;
    const retryAfter = Math.min(seconds * 1000, LONGEST_WAIT);
    if (response.status === 202) return { status: 202, answer: await response.json(), retryAfter };
    // Of the gateway it is JSON, of a proxy on the way it may be anything.
    return { status: response.status, answer: await response.json().catch(() => ({})), retryAfter };
  } catch (failure) {
    return { status: 0, answer: String(failure), retryAfter: 0 };
  }
}
