// One endpoint: its calls, how they ended, and how long they took.
import {ask, askIfKept} from '../api.js';
import {link} from '../address.js';
import {Chart, describe, legend} from '../chart.js';
import {comparison} from '../controls.js';
import {h} from '../dom.js';
import {compact, count, member, millis, percent} from '../format.js';
import {t} from '../language.js';
import {Panel} from '../panel.js';
import {chosen, rangePicker} from '../ranges.js';
import {barred} from '../table.js';
import {changed, Tiles} from '../tiles.js';
import {isNothing, names, states, stateLegend, sum, timeColumn, trendRows} from '../windows.js';

const PERCENTILES = ['p50', 'p95', 'p99'];

function number(id, show) {
  return {id, title: t('column.' + id), value: row => row[id], show: row => show(row[id]), number: true};
}

export function create({item, params}) {
  const {granularity, query, earlier, long, name} = chosen(params);
  const compare = params.get('compare');
  // Durations are counted by hour and day.
  const slow = granularity === 'minute' ? 'hour' : granularity;
  const tiles = new Tiles(['calls', 'success_rate', ...PERCENTILES].map(id => ({id, title: t('endpoint.' + id)})));
  const callsChart = new Chart();
  const calls = new Panel({title: t('endpoint.trend'), chart: callsChart, file: 'endpoint-calls', empty: t('apis.none'),
    legend: stateLegend(compare === null ? [] : [{name: t('compare.' + compare), shape: 'dash'}]),
    columns: [timeColumn(granularity), number('count', count), ...(compare === null ? [] : [number('before', count)]), {id: 'final', table: false, value: row => row.final}]});
  const latencyChart = new Chart();
  const latency = new Panel({title: t('endpoint.latency'), hint: t('endpoint.latency.hint'), chart: latencyChart, file: 'endpoint-latency',
    legend: legend(PERCENTILES.map((id, i) => ({name: id, color: i + 1, shape: 'line'}))), empty: t('endpoint.untimed'),
    columns: [timeColumn(slow), number('timed_calls', count), ...PERCENTILES.map(id => number(id, millis))]});
  const statuses = new Panel({title: t('endpoint.statuses'), file: 'endpoint-statuses', empty: t('endpoint.none'), columns: [
    {id: 'status', title: t('column.status'), value: row => row.status},
    {id: 'result', title: t('column.result'), value: row => row.success ? 'success' : 'error', render(cell, row) {
      cell.replaceChildren(h('span', {class: 'badge', data: {kind: row.success ? 'good' : 'bad'}}, t(row.success ? 'status.success' : 'status.error')));
    }},
    number('calls', count), {...number('share', percent), render: barred(row => row.share, row => percent(row.share, 1))}]});
  statuses.element.classList.add('half');
  latency.element.classList.add('half');

  return {
    title: member(item), crumb: h('a', {class: 'crumb', href: link('apis')}, '← ' + t('view.apis')),
    tools: [...rangePicker(params), comparison(compare)],
    element: h('div', {class: 'stack'}, tiles.element, calls.element, h('div', {class: 'grid'}, latency.element, statuses.element)),
    async load(signal) {
      const slowQuery = granularity === 'minute' ? {range: 'hour'} : query;
      const one = {dimension: 'endpoint', member: item};
      const apart = compare === 'previous' && earlier !== null;
      const [trend, before, times, ends] = await Promise.all([
        ask('stats/trend', {...query, ...one, compare: apart ? null : compare}, signal),
        apart ? askIfKept('stats/trend', {...earlier, ...one}, signal) : null,
        askIfKept('stats/latency', {...slowQuery, endpoint: item}, signal),
        ask('stats/statuses', {endpoint: item}, signal)]);
      const rows = trendRows(before === null ? trend : {...trend, compare: before});
      const total = sum(rows, row => row.count);
      const totalBefore = compare === null ? null : sum(rows, row => row.before);
      tiles.show('calls', count(total), {note: compare === null ? t('range.' + name) : changed(total, totalBefore, t('compare.' + compare))});
      tiles.show('success_rate', percent(ends.success_rate), {note: t('endpoint.today')});
      PERCENTILES.forEach(id => tiles.show(id, millis(times?.[id] ?? null), {note: id === 'p50' ? t('endpoint.p50.note') : ''}));
      calls.show(rows, null, isNothing(rows, 'count', 'before'));
      const named = names(trend.data, granularity, long);
      callsChart.show({...named, format: count, axis: compact, about: describe(t('endpoint.trend'), named.names, rows.map(row => row.count), count), series: [
        {name: t('column.calls'), type: 'bar', values: rows.map(row => row.count), states: rows.map(row => row.state)},
        ...(compare === null ? [] : [{name: t('compare.' + compare), type: 'line', before: true, values: rows.map(row => row.before)}])]});
      const timed = times === null || times.timed_calls === 0 ? [] : times.data;
      const all = states(timed);
      latency.show(timed.map((row, i) => ({...row, state: all[i]})));
      if (timed.length > 0) {
        const slowNamed = names(timed, slow, slow === 'hour' && long);
        latencyChart.show({...slowNamed, format: millis, about: describe(t('endpoint.latency'), slowNamed.names, timed.map(row => row.p95), millis),
          series: PERCENTILES.map((id, i) => ({name: id, type: 'line', color: i + 1, values: timed.map(row => row[id]), states: all}))});
      }
      statuses.show(ends.data, t('endpoint.today'));
    },
    close() {
      calls.close();
      latency.close();
    },
  };
}
