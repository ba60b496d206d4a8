// Users day by day: new ones, active ones, all.
import {ask, askIfKept} from '../api.js';
import {change} from '../address.js';
import {Chart, describe, legend} from '../chart.js';
import {choice} from '../controls.js';
import {h} from '../dom.js';
import {addDays, compact, count, date, dateOf, percent} from '../format.js';
import {t} from '../language.js';
import {Panel} from '../panel.js';
import {serverNow} from '../ranges.js';
import {changed, Tiles} from '../tiles.js';
import {isNothing, states, stateLegend, sum} from '../windows.js';

const LENGTHS = ['7', '30', '90'];
const ACTIVE = ['active_users', 'active_users_7d', 'active_users_30d'];

export function create({params}) {
  const days = LENGTHS.includes(params.get('days')) ? Number(params.get('days')) : 30;
  const compare = params.get('compare') === 'none' ? null : 'previous';
  const tiles = new Tiles(['new_users', 'active_users', 'active_users_7d', 'active_users_30d', 'total_users'].map(id => ({id, title: t('growth.' + id)})));
  const number = id => ({id, title: t('column.' + id), value: row => row[id], show: row => count(row[id]), number: true});
  const day = {id: 'date', title: t('column.date'), value: row => row.date, show: row => date(row.date)};
  const newChart = new Chart();
  const fresh = new Panel({title: t('growth.new'), chart: newChart, file: 'new-users', empty: t('growth.none'),
    legend: stateLegend(compare === null ? [] : [{name: t('compare.previous'), shape: 'dash'}]),
    columns: [day, number('new_users'), ...(compare === null ? [] : [number('before')])]});
  const activeChart = new Chart();
  const active = new Panel({title: t('growth.active'), hint: t('growth.active.hint'), chart: activeChart, file: 'growth', empty: t('growth.none'),
    legend: legend(ACTIVE.map((id, i) => ({name: t('growth.' + id), color: i + 1, shape: 'line'}))),
    columns: [day, number('new_users'), ...ACTIVE.map(number), number('total_users'), {id: 'final', table: false, value: row => row.final}]});
  const allChart = new Chart('low');
  const all = new Panel({title: t('growth.all'), chart: allChart, file: 'all-users', empty: t('growth.none'), columns: [day, number('total_users')]});

  return {
    title: t('view.growth'),
    tools: [choice('days', t('range.label'), LENGTHS.map(value => ({value, title: t('growth.days', {days: value})})), String(days)),
      choice('compare', t('compare.label'), [{value: 'previous', title: t('compare.previous')}, {value: 'none', title: t('compare.none')}],
        compare ?? 'none', picked => change({compare: picked === 'none' ? 'none' : null}))],
    element: h('div', {class: 'stack'}, tiles.element, h('div', {class: 'grid'}, fresh.element, active.element, all.element)),
    async load(signal) {
      const from = addDays(dateOf(serverNow()), 1 - days);
      const [growth, before] = await Promise.all([ask('users/growth', {from}, signal),
        compare === null ? null : askIfKept('users/growth', {from: addDays(from, -days), to: from}, signal)]);
      const all_ = states(growth.data);
      const rows = growth.data.map((row, i) => ({...row, state: all_[i], before: before?.data[i]?.new_users ?? null}));
      const last = rows[rows.length - 1];
      const newUsers = sum(rows, row => row.new_users);
      const newBefore = before === null ? null : sum(before.data, row => row.new_users);
      tiles.show('new_users', count(newUsers), {note: before === null ? t('growth.days', {days}) : changed(newUsers, newBefore, t('compare.previous'))});
      ACTIVE.forEach(id => {
        const past = before?.data[before.data.length - 1]?.[id] ?? null;
        // Today is not over: that would always look like a loss.
        tiles.show(id, count(last[id]), {note: id === 'active_users' || past === null ? t('growth.' + id + '.note') : changed(last[id], past, t('compare.previous'))});
      });
      const stickiness = last.active_users_30d === 0 ? null : last.active_users / last.active_users_30d;
      tiles.show('total_users', count(last.total_users), {note: t('growth.total.note', {share: percent(stickiness, 1)})});
      const named = {labels: rows.map(row => date(row.date, {month: 'short', day: 'numeric'})), names: rows.map(row => date(row.date))};
      fresh.show(rows, null, isNothing(rows, 'new_users', 'before'));
      newChart.show({...named, format: count, axis: compact, about: describe(t('growth.new'), named.names, rows.map(row => row.new_users), count), series: [
        {name: t('column.new_users'), type: 'bar', values: rows.map(row => row.new_users), states: all_},
        ...(before === null ? [] : [{name: t('compare.previous'), type: 'line', before: true, values: rows.map(row => row.before)}])]});
      active.show(rows, null, isNothing(rows, ...ACTIVE));
      activeChart.show({...named, format: count, axis: compact, about: describe(t('growth.active'), named.names, rows.map(row => row.active_users), count),
        series: ACTIVE.map((id, i) => ({name: t('growth.' + id), type: 'line', color: i + 1, values: rows.map(row => row[id]), states: all_}))});
      all.show(rows, null, isNothing(rows, 'total_users'));
      allChart.show({...named, format: count, axis: compact, about: describe(t('growth.all'), named.names, rows.map(row => row.total_users), count),
        series: [{name: t('column.total_users'), type: 'line', area: true, color: 1, values: rows.map(row => row.total_users), states: all_}]});
    },
    close() {
      [fresh, active, all].forEach(panel => panel.close());
    },
  };
}
