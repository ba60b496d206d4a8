// Whether the figures can be trusted: do the books balance, how fresh are they, what was not counted, and how full is Redis.
import {ask} from '../api.js';
import {Chart, describe, legend} from '../chart.js';
import {dateField} from '../controls.js';
import {h} from '../dom.js';
import {addDays, age, bytes, clockSeconds, compact, count, date, dateOf, NONE, percent} from '../format.js';
import {t} from '../language.js';
import {Panel} from '../panel.js';
import {serverNow} from '../ranges.js';
import {Tiles} from '../tiles.js';
import {isNothing, names, states, timeColumn} from '../windows.js';

const REFUSED = ['late', 'future', 'invalid', 'duplicate'];
const KINDS = {balanced: 'good', off: 'bad', open: 'warn', expired: ''};

function number(id, show) {
  return {id, title: t('column.' + id), value: row => row[id], show: row => show(row[id]), number: true};
}

function badge(verdict) {
  return h('span', {class: 'badge', data: {kind: KINDS[verdict]}}, t('verdict.' + verdict));
}

const SIDE = /^(\w+?)(?: by (\w+))?(?: of (all minutes|all hours|the day))?$/;
const SUMS = {'all minutes': 'sum.minutes', 'all hours': 'sum.hours', 'the day': 'sum.day'};

/** What one side of an equation is, such as "calls by status of all hours", in the reader's language. */
function side(name) {
  const [, metric, dimension, sum] = SIDE.exec(name) ?? [];
  if (metric === undefined) {
    return name;
  }
  const whole = t('metric.' + metric);
  const what = dimension === undefined ? whole : t('sum.parts', {what: whole, part: t('dimension.' + dimension)});
  return sum === undefined ? what : t(SUMS[sum], {what});
}

export function create({params}) {
  const today = dateOf(serverNow());
  const day = params.get('date') ?? addDays(today, -1);
  const tiles = new Tiles(['freshness', 'lag', 'accepted', 'refused', 'memory'].map(id => ({id, title: t('health.' + id)})));
  const verdict = h('p', {class: 'verdict', id: 'verdict'});
  const books = new Panel({title: t('health.books'), hint: t('health.books.hint', {date: date(day)}), file: 'reconciliation', key: row => row.left + row.relation + row.right, columns: [
    {id: 'left', title: t('column.left'), value: row => row.left, show: row => side(row.left)}, number('left_count', count),
    {id: 'relation', title: '', value: row => row.relation, show: row => row.relation === 'equals' ? '=' : '≤'},
    {id: 'right', title: t('column.right'), value: row => row.right, show: row => side(row.right)}, number('right_count', count),
    {id: 'verdict', title: t('column.verdict'), value: row => row.verdict, render: (cell, row) => cell.replaceChildren(badge(row.verdict))}]});
  books.element.querySelector('header').after(verdict);
  const chart = new Chart();
  const refused = new Panel({title: t('health.not-counted'), hint: t('health.not-counted.hint'), chart, file: 'not-counted', empty: t('health.all-counted'),
    legend: legend(REFUSED.map((id, i) => ({name: t('outcome.' + id), color: i + 1}))), columns: [timeColumn('hour'), ...REFUSED.map(id => ({...number(id, count), title: t('outcome.' + id)}))]});
  const memory = h('dl', {class: 'facts'});
  const meter = h('i');
  const meterPlace = h('div', {class: 'meter', hidden: true}, meter);
  const redis = h('section', {class: 'panel third', 'aria-label': t('health.redis'), data: {panel: 'redis'}}, h('header', {}, h('div', {class: 'head'}, h('h2', {}, t('health.redis')))),
    h('div', {class: 'body'}, meterPlace, memory));
  refused.element.classList.add('two-thirds');

  function showStatus(status) {
    const {freshness, redis: store} = status;
    const newest = freshness?.newest ?? null;
    tiles.show('freshness', freshness === null ? NONE : age(freshness.behind_ms), {note: freshness === null ? t('health.unknown') : t('health.freshness.note', {time: clockSeconds(freshness.complete_until)})});
    tiles.show('lag', freshness === null ? NONE : count(freshness.lag), {note: t('health.lag.note')});
    const full = store.max_memory_bytes === null ? null : store.used_memory_bytes / store.max_memory_bytes;
    tiles.show('memory', bytes(store.used_memory_bytes), {note: full === null ? t('health.memory.unlimited') : t('health.memory.note', {share: percent(full, 1)})});
    meterPlace.hidden = full === null;
    meter.style.width = (100 * Math.min(1, full ?? 0)).toFixed(1) + '%';
    const facts = [['health.redis.used', bytes(store.used_memory_bytes)], ['health.redis.limit', store.max_memory_bytes === null ? t('health.redis.none') : bytes(store.max_memory_bytes)],
      ['health.redis.version', store.version ?? NONE], ['health.newest', newest === null ? NONE : clockSeconds(newest)], ['health.partitions', freshness === null ? NONE : count(freshness.partitions)]];
    memory.replaceChildren(...facts.flatMap(([key, value]) => [h('dt', {}, t(key)), h('dd', {}, value)]));
  }

  return {
    title: t('view.health'), tools: [dateField('date', t('health.date'), day, {max: today, shownLabel: true})],
    element: h('div', {class: 'stack'}, tiles.element, h('div', {class: 'grid'}, refused.element, redis), books.element),
    async load(signal) {
      const trendOf = outcome => ask('stats/trend', {range: 'hour', metric: 'events', dimension: 'outcome', member: outcome}, signal);
      const [status, outcomes, balance, ...trends] = await Promise.all([ask('status', {}, signal),
        ask('stats/top', {metric: 'events', dimension: 'outcome'}, signal), ask('reconciliation', {date: day}, signal), ...REFUSED.map(trendOf)]);
      showStatus(status);
      const counted = Object.fromEntries(outcomes.data.map(row => [row.member, row.count]));
      tiles.show('accepted', count(counted.accepted ?? 0), {note: t('health.accepted.note')});
      const missing = REFUSED.reduce((total, id) => total + (counted[id] ?? 0), 0);
      tiles.show('refused', count(missing), {note: REFUSED.map(id => t('outcome.' + id) + ' ' + count(counted[id] ?? 0)).join(' · ')});
      verdict.replaceChildren(badge(balance.verdict), t('health.verdict.' + balance.verdict));
      books.show(balance.equations);
      const data = trends[0].data;
      const all = states(data);
      const rows = data.map((bucket, i) => ({time: bucket.time, state: all[i], ...Object.fromEntries(REFUSED.map((id, j) => [id, trends[j].data[i].count]))}));
      const named = names(data, 'hour', false);
      refused.show(rows, null, isNothing(rows, ...REFUSED));
      chart.show({...named, format: count, axis: compact, about: describe(t('health.not-counted'), named.names, rows.map(row => REFUSED.reduce((a, id) => a + row[id], 0)), count),
        series: REFUSED.map((id, i) => ({name: t('outcome.' + id), type: 'bar', stack: 'refused', color: i + 1, values: rows.map(row => row[id]), states: all}))});
    },
    close() {
      refused.close();
    },
  };
}
