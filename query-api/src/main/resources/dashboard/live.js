// The live figures: pushed by the server once a second, or asked for where that does not work. Heals by itself.
import {ask, path} from './api.js';
import {useZone} from './format.js';
import {useServerTime} from './ranges.js';

const POLL_MS = 2000;
// The server sends once a second.
const SILENCE_MS = 4000;
const RATE_MS = 10_000;
/** From then on counts count as late. */
const BEHIND_MS = 5000;
/** For so long nothing has been counted before it is said: nobody may have sent anything, or nothing counts. */
const QUIET_MS = 60_000;

export class Feed {
  /** connecting, live, polling, unavailable (Redis is away) or lost (the server is). */
  connection = 'connecting';
  /** The last figures; null before the first. */
  figures = null;
  /** Since when there are none, in epoch milliseconds; null while there are. */
  since = null;
  #listeners = new Set();
  #source = null;
  #timer = null;
  #heard = 0;
  #seen = [];
  #stopped = false;

  start() {
    this.#listen();
    // The first event comes after a second: too long before an empty page.
    this.#poll('connecting');
    this.#timer = setTimeout(() => this.#watch(), SILENCE_MS);
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#source?.close();
  }

  /** Calls back at each change, until what it returns is called. */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #listen() {
    this.#source?.close();
    this.#source = new EventSource(path('live'));
    this.#source.addEventListener('figures', event => {
      this.#heard = Date.now();
      this.#take('live', JSON.parse(event.data));
    });
    this.#source.addEventListener('unavailable', () => {
      this.#heard = Date.now();
      this.#miss('unavailable');
    });
  }

  /** Asks where nothing was heard for a while, and tries to listen again where the browser has given up. */
  async #watch() {
    if (Date.now() - this.#heard > SILENCE_MS) {
      await this.#poll();
      if (!this.#stopped && this.#source.readyState === EventSource.CLOSED) {
        this.#listen();
      }
    }
    if (!this.#stopped) {
      this.#timer = setTimeout(() => this.#watch(), POLL_MS);
    }
  }

  async #poll(connection = 'polling') {
    try {
      const [overview, trend] = await Promise.all([ask('stats/overview'), ask('stats/trend', {range: 'minute'})]);
      if (Date.now() - this.#heard > SILENCE_MS) {
        this.#take(connection, {...overview, minutes: trend.data});
      }
    } catch (problem) {
      this.#miss(problem.status === 0 ? 'lost' : 'unavailable');
    }
  }

  #take(connection, figures) {
    if (this.#stopped) {
      return;
    }
    this.connection = connection;
    this.since = null;
    this.figures = figures;
    useZone(figures.time_zone);
    useServerTime(figures.as_of);
    const now = Date.now();
    const today = figures.today;
    this.#seen = this.#seen.filter(({at, date, calls}) => now - at <= RATE_MS && date === today.date && calls <= today.calls);
    this.#seen.push({at: now, date: today.date, calls: today.calls});
    this.#tell();
  }

  #miss(connection) {
    if (this.#stopped) {
      return;
    }
    this.connection = connection;
    this.since ??= Date.now();
    this.#seen = [];
    this.#tell();
  }

  #tell() {
    this.#listeners.forEach(listener => listener(this));
  }

  /** Calls in a second, over the last ten; null while there is too little to tell. */
  get rate() {
    const first = this.#seen[0];
    const last = this.#seen[this.#seen.length - 1];
    return first === undefined || last.at - first.at < 900 ? null : (last.calls - first.calls) * 1000 / (last.at - first.at);
  }

  /** How old the counts are, in milliseconds; null if nobody tells. */
  get behind() {
    return this.figures?.freshness?.behind_ms ?? null;
  }

  /** How long ago the newest count was made, in milliseconds, if that is long; null if not, or if nobody tells. */
  get quiet() {
    const newest = this.figures?.freshness?.newest ?? null;
    const since = newest === null ? 0 : Date.parse(this.figures.as_of) - Date.parse(newest);
    return since > QUIET_MS ? since : null;
  }

  /** What there is to say about the figures: as `connection`, and behind or stale. */
  get state() {
    if (this.connection !== 'live' && this.connection !== 'polling') {
      return this.connection;
    }
    if (this.figures.stale) {
      return 'stale';
    }
    return this.behind !== null && this.behind > BEHIND_MS ? 'behind' : this.connection;
  }
}
