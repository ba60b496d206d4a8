// All endpoints in one hour or day, with how their calls went.
import {ask, askIfKept} from '../api.js';
import {link} from '../address.js';
import {Chart, describe} from '../chart.js';
import {comparison, windowPicker, windowTitle} from '../controls.js';
import {h} from '../dom.js';
import {addDays, compact, count, member, millis, percent} from '../format.js';
import {t} from '../language.js';
import {Panel} from '../panel.js';
import {serverNow} from '../ranges.js';
import {sparkline} from '../sparkline.js';
import {barred, linked} from '../table.js';
import {changed, Tiles} from '../tiles.js';
import {isNothing, names, states, stateLegend, timeColumn} from '../windows.js';

const LIMIT = 100;
const SPARKS = 30;
const AT_ONCE = 4;
const HOUR = 3_600_000;
const GOOD = 0.99;
const FAIR = 0.95;

/** The window before the one that was asked for, as a parameter. */
function earlier(answer, compare) {
  if (answer.granularity === 'day') {
    return addDays(answer.window, compare === 'week' ? -7 : -1);
  }
  return new Date(Date.parse(answer.from) - (compare === 'week' ? 7 * 24 : 1) * HOUR).toISOString();
}

function rate(cell, row) {
  cell.textContent = percent(row.success_rate);
  cell.classList.toggle('bad-number', row.success_rate !== null && row.success_rate < FAIR);
  cell.classList.toggle('warn-number', row.success_rate !== null && row.success_rate >= FAIR && row.success_rate < GOOD);
}

function columns(compare) {
  const number = (id, show, more = {}) => ({id, title: t('column.' + id), value: row => row[id], show: row => show(row[id]), number: true, sort: 'down', ...more});
  return [
    {id: 'endpoint', title: t('column.endpoint'), value: row => row.endpoint, sort: 'up', render: linked(row => ({href: link('apis', row.endpoint), text: member(row.endpoint)}))},
    {id: 'course', title: t('column.course'), file: false, number: true, value: () => null, render(cell, row) {
      if (row.course !== undefined && cell.dataset.course !== String(row.course)) {
        cell.dataset.course = String(row.course);
        cell.replaceChildren(sparkline(row.course, t('apis.course', {endpoint: member(row.endpoint)})));
      }
    }},
    number('calls', count),
    ...(compare === null ? [] : [number('before', count, {render(cell, row) {
      cell.replaceChildren(row.settled && !row.unlisted ? changed(row.calls, row.before, '') : count(row.before));
    }})]),
    number('share', value => percent(value, 1), {render: barred(row => row.share, row => percent(row.share, 1))}),
    number('success_rate', percent, {render: rate}),
    number('p50', millis), number('p95', millis), number('p99', millis),
  ];
}

/** Does the work for each item, a few at once. */
async function each(items, work) {
  const queue = [...items];
  await Promise.all(Array.from({length: AT_ONCE}, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      await work(item);
    }
  }));
}

export function create({params}) {
  const span = params.get('span') === 'hour' ? 'hour' : 'day';
  const at = params.get('at');
  const compare = params.get('compare');
  const fine = span === 'day' ? 'hour' : 'minute';
  const tiles = new Tiles(['calls', 'success_rate', 'endpoints', 'slowest'].map(id => ({id, title: t('apis.' + id)})));
  const chart = new Chart('low');
  const course = new Panel({title: t('apis.all'), chart, file: 'api-calls', empty: t('apis.none'), legend: stateLegend(), columns: [timeColumn(fine),
    {id: 'count', title: t('column.calls'), value: row => row.count, show: row => count(row.count), number: true},
    {id: 'final', table: false, value: row => row.final}]});
  const table = new Panel({title: t('apis.table'), file: 'endpoints', columns: columns(compare), empty: t('apis.none')});
  const courses = new Map();
  let asked = '';

  async function askCourse(range, row, signal) {
    const trend = await askIfKept('stats/trend', {...range, dimension: 'endpoint', member: row.endpoint}, signal);
    // What is to come is not zero.
    const past = (trend?.data ?? []).filter(bucket => Date.parse(bucket.time) <= serverNow());
    courses.set(row.endpoint, past.map(bucket => bucket.count));
  }

  return {
    title: t('view.apis'),
    tools: [...windowPicker(span, at), comparison(compare)],
    element: h('div', {class: 'stack'}, tiles.element, course.element, table.element),
    async load(signal) {
      const window = {granularity: span, window: at, limit: LIMIT};
      const [answer, statuses] = await Promise.all([ask('stats/endpoints', window, signal), ask('stats/statuses', {granularity: span, window: at}, signal)]);
      const range = {granularity: fine, from: answer.from, to: answer.to};
      const past = compare === null ? null : earlier(answer, compare);
      const [trend, before, statusesBefore] = await Promise.all([askIfKept('stats/trend', range, signal),
        past === null ? null : askIfKept('stats/endpoints', {...window, window: past, limit: 200}, signal),
        past === null ? null : askIfKept('stats/statuses', {granularity: span, window: past}, signal)]);
      const known = new Map((before?.data ?? []).map(row => [row.endpoint, row.calls]));
      // Of an endpoint that is not among the busiest of then it is not known whether it had any calls.
      const unlisted = row => before !== null && before.members > before.data.length && !known.has(row.endpoint);
      const total = statuses.calls;
      const rows = answer.data.map(row => ({...row, settled: answer.final, share: total === 0 ? null : row.calls / total,
        unlisted: unlisted(row), before: before === null || unlisted(row) ? null : known.get(row.endpoint) ?? 0}));
      const show = () => table.show(rows.map(row => ({...row, course: courses.get(row.endpoint)})), windowTitle(answer));
      const slow = [...answer.data].filter(row => row.p95 !== null).sort((a, b) => b.p95 - a.p95)[0];
      tiles.show('calls', count(total), {note: compare === null || !answer.final ? windowTitle(answer) : changed(total, statusesBefore?.calls ?? null, t('compare.' + compare))});
      tiles.show('success_rate', percent(statuses.success_rate), {note: t('apis.errors', {count: count(statuses.data.filter(each => !each.success).reduce((sum, each) => sum + each.calls, 0))})});
      tiles.show('endpoints', count(answer.members), {note: answer.members > LIMIT ? t('apis.shown', {count: count(LIMIT)}) : ''});
      tiles.show('slowest', millis(slow?.p95), {note: slow === undefined ? '' : member(slow.endpoint)});
      course.element.hidden = trend === null;
      if (trend !== null) {
        const all = states(trend.data);
        const named = names(trend.data, fine, false);
        course.show(trend.data.map((bucket, i) => ({...bucket, state: all[i]})), null, isNothing(trend.data, 'count'));
        chart.show({...named, format: count, axis: compact, about: describe(t('apis.all'), named.names, trend.data.map(bucket => bucket.count), count),
          series: [{name: t('column.calls'), type: 'bar', values: trend.data.map(bucket => bucket.count), states: all}]});
      }
      show();
      // Once for each window, and then with every new bucket.
      const key = answer.from + fine + Math.floor(Date.parse(answer.as_of) / HOUR);
      if (key !== asked && rows.length > 0) {
        asked = key;
        each(rows.slice(0, SPARKS), row => askCourse(range, row, signal)).then(show, () => { asked = ''; });
      }
    },
    close() {
      course.close();
    },
  };
}
