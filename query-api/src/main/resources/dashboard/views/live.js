// What happens now. Everything moves with the live figures; nothing else is asked for, but whether there was ever anything.
import {ask} from '../api.js';
import {link} from '../address.js';
import {Chart, describe} from '../chart.js';
import {h, setText} from '../dom.js';
import {age, compact, count, member, percent, tenths} from '../format.js';
import {t} from '../language.js';
import {Panel} from '../panel.js';
import {Tiles} from '../tiles.js';
import {isNothing, names, states, stateLegend, timeColumn} from '../windows.js';

const MOVE = {duration: 420, easing: 'cubic-bezier(.2,.7,.2,1)'};
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** The most called endpoints, which change places before one's eyes. */
class HotApis {
  #rows = new Map();
  element = h('ol', {class: 'hot'});

  show(apis) {
    const before = new Map([...this.#rows].map(([api, {row}]) => [api, row.getBoundingClientRect().top]));
    const rows = new Map();
    const top = Math.max(1, ...apis.map(each => each.calls));
    apis.forEach(({api, calls}, i) => {
      const known = this.#rows.get(api) ?? this.#row(api);
      setText(known.rank, String(i + 1));
      setText(known.calls, count(calls));
      known.bar.style.width = (100 * calls / top).toFixed(1) + '%';
      rows.set(api, known);
    });
    this.#rows = rows;
    const wanted = [...rows.values()].map(({row}) => row);
    if (wanted.length !== this.element.children.length || wanted.some((row, i) => this.element.children[i] !== row)) {
      this.element.replaceChildren(...wanted);
      for (const [api, {row}] of rows) {
        const from = before.get(api);
        const way = from === undefined ? 0 : from - row.getBoundingClientRect().top;
        if (way !== 0 && !calm.matches) {
          row.animate([{transform: `translateY(${way}px)`}, {transform: 'none'}], MOVE);
        }
      }
    }
  }

  #row(api) {
    const rank = h('span', {class: 'rank'});
    const calls = h('b');
    const bar = h('i');
    const row = h('li', {}, rank, h('a', {href: link('apis', api)}, member(api)), calls, h('span', {class: 'track', 'aria-hidden': 'true'}, bar));
    return {row, rank, calls, bar};
  }
}

/** What a new installation shows: how to send the first event. */
function welcome(port) {
  const command = 'INGEST_KEY=$(cat data/secrets/ingest-key)\n'
    + `curl http://${location.hostname}:${port}/v1/events \\\n`
    + '  -H "Authorization: Bearer $INGEST_KEY" -H \'Content-Type: application/json\' \\\n'
    + '  -d \'{"type":"api_call","endpoint":"/hello","status":200,"user_id":"u1"}\'';
  const copy = h('button', {type: 'button', class: 'button', on: {click: async () => {
    await navigator.clipboard?.writeText(command);
    setText(copy, t('welcome.copied'));
  }}}, t('welcome.copy'));
  return h('section', {class: 'panel welcome', 'aria-label': t('welcome.title')}, h('h2', {}, t('welcome.title')), h('p', {}, t('welcome.text')),
    h('div', {class: 'command'}, h('pre', {tabindex: 0, id: 'first-event'}, command)), copy,
    h('p', {}, t('welcome.key')), h('p', {class: 'waiting', role: 'status'}, t('welcome.waiting')));
}

function isQuiet({today, minutes}) {
  return today.calls + today.clicks + today.page_views === 0 && minutes.every(minute => minute.count === 0);
}

export function create({feed}) {
  const tiles = new Tiles(['rate', 'minute', 'success', 'today', 'users', 'freshness'].map(id => ({id, title: t('live.' + id)})));
  const chart = new Chart('tall');
  const minutes = new Panel({
    title: t('live.minutes'), chart, file: 'live-minutes', empty: t('live.quiet'), legend: stateLegend(),
    columns: [timeColumn('minute'), {id: 'count', title: t('column.calls'), value: row => row.count, show: row => count(row.count), number: true},
      {id: 'final', table: false, value: row => row.final}],
  });
  const hot = new HotApis();
  const none = h('p', {class: 'state', hidden: true}, t('live.hot.none'));
  const hotPanel = h('section', {class: 'panel', 'aria-label': t('live.hot')}, h('header', {}, h('div', {class: 'head'}, h('h2', {}, t('live.hot')))), hot.element, none);
  minutes.element.classList.add('two-thirds');
  hotPanel.classList.add('third');
  const figures = h('div', {class: 'stack'}, tiles.element, h('div', {class: 'grid'}, minutes.element, hotPanel));
  const element = h('div');
  let first = null;

  function show() {
    const {today, current_hour: hour, hot_apis: apis, minutes: data} = feed.figures;
    const full = data[data.length - 2]?.count ?? 0;
    tiles.show('rate', feed.rate === null ? '…' : feed.rate < 100 ? tenths(feed.rate) : count(Math.round(feed.rate)), {note: t('live.rate.note')});
    tiles.show('minute', count(full), {note: t('live.minute.note', {count: count(data[data.length - 1]?.count ?? 0)})});
    tiles.show('success', percent(today.success_rate), {note: t('live.success.note')});
    tiles.show('today', count(today.calls), {note: t('live.today.note', {count: count(hour.calls)})});
    tiles.show('users', count(today.active_users), {note: t('live.users.note', {count: count(today.new_users)})});
    tiles.show('freshness', feed.behind === null ? '–' : age(feed.behind), {note: feed.quiet === null ? t('live.freshness.note') : t('live.freshness.quiet', {age: age(feed.quiet)})});
    hot.show(apis);
    none.hidden = apis.length > 0;
    const all = states(data);
    minutes.show(data.map((bucket, i) => ({...bucket, state: all[i]})), null, isNothing(data, 'count'));
    const named = names(data, 'minute', false);
    chart.show({
      ...named, format: count, axis: compact, about: describe(t('live.minutes'), named.names, data.map(bucket => bucket.count), count),
      series: [{name: t('column.calls'), type: 'bar', values: data.map(bucket => bucket.count), states: all}],
    });
  }

  return {
    title: t('view.live'), tools: [], element,
    async load(signal) {
      if (feed.figures === null) {
        await new Promise((done, fail) => {
          const quit = feed.subscribe(() => {
            if (feed.figures !== null || feed.connection === 'lost' || feed.connection === 'unavailable') {
              quit();
              return feed.figures !== null ? done() : fail(Object.assign(new Error(), {status: feed.connection === 'lost' ? 0 : 503}));
            }
            return undefined;
          });
          signal.addEventListener('abort', () => fail(signal.reason));
        });
      }
      if (isQuiet(feed.figures) && first !== false) {
        const days = await Promise.all(['calls', 'clicks', 'page_views'].map(metric => ask('stats/trend', {range: 'day', metric}, signal)));
        if (days.every(trend => trend.data.every(day => day.count === 0))) {
          const {ingest_port: port} = await ask('status', {}, signal);
          if (first === null && isQuiet(feed.figures)) {
            first = true;
            element.replaceChildren(welcome(port));
          }
          return;
        }
      }
      first = false;
      element.replaceChildren(figures);
      show();
    },
    tick() {
      if (feed.figures === null || (feed.connection !== 'live' && feed.connection !== 'polling')) {
        return;
      }
      if (first === true && !isQuiet(feed.figures)) {
        first = false;
        element.replaceChildren(figures);
      }
      if (first === false) {
        show();
      }
    },
    close() {
      minutes.close();
    },
  };
}
