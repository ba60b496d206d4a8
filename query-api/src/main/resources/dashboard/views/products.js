// What people click and look at, and for how long, in one hour or day.
import {ask, askIfKept} from '../api.js';
import {Chart, describe, legend} from '../chart.js';
import {windowPicker, windowTitle} from '../controls.js';
import {h} from '../dom.js';
import {compact, count, member, millis, percent} from '../format.js';
import {t} from '../language.js';
import {Panel} from '../panel.js';
import {barred} from '../table.js';
import {Tiles} from '../tiles.js';
import {isNothing, names, states, timeColumn} from '../windows.js';

const LIMIT = 25;
// Those of the busiest pages need not be among so few of those that were looked at longest.
const DWELLS = 200;

function number(id, show, more = {}) {
  return {id, title: t('column.' + id), value: row => row[id], show: row => show(row[id]), number: true, sort: 'down', ...more};
}

export function create({params}) {
  const span = params.get('span') === 'hour' ? 'hour' : 'day';
  const at = params.get('at');
  const fine = span === 'day' ? 'hour' : 'minute';
  const tiles = new Tiles(['clicks', 'products', 'page_views', 'dwell'].map(id => ({id, title: t('products.' + id)})));
  const chart = new Chart();
  const course = new Panel({title: t('products.course'), chart, file: 'clicks-and-views', empty: t('products.quiet'),
    legend: legend([{name: t('column.clicks'), shape: 'line', color: 1}, {name: t('column.page_views'), shape: 'line', color: 2}]),
    columns: [timeColumn(fine), {...number('clicks', count), sort: undefined}, {...number('page_views', count), sort: undefined}]});
  const share = number('share', value => percent(value, 1), {render: barred(row => row.share, row => percent(row.share, 1))});
  const products = new Panel({title: t('products.table'), file: 'products', empty: t('products.none'), columns: [
    {id: 'product', title: t('column.product'), value: row => row.member, show: row => member(row.member), sort: 'up'}, number('count', count, {title: t('column.clicks')}), share]});
  const pages = new Panel({title: t('products.pages'), file: 'pages', empty: t('products.pages.none'), columns: [
    {id: 'page', title: t('column.page'), value: row => row.member, show: row => member(row.member), sort: 'up'}, number('count', count, {title: t('column.page_views')}), share,
    number('dwell', millis)]});
  products.element.classList.add('half');
  pages.element.classList.add('half');

  return {
    title: t('view.products'), tools: windowPicker(span, at),
    element: h('div', {class: 'stack'}, tiles.element, course.element, h('div', {class: 'grid uneven'}, products.element, pages.element)),
    async load(signal) {
      const top = (metric, dimension, limit = LIMIT) => ask('stats/top', {metric, dimension, granularity: span, window: at, limit}, signal);
      const [clicks, views, time, visits] = await Promise.all([top('clicks', 'product'), top('page_views', 'page'), top('dwell_ms', 'page', DWELLS), top('dwells', 'page', DWELLS)]);
      const range = {granularity: fine, from: clicks.from, to: clicks.to};
      const [clickTrend, viewTrend] = await Promise.all(['clicks', 'page_views'].map(metric => askIfKept('stats/trend', {...range, metric}, signal)));
      const known = new Map(visits.data.map(row => [row.member, row.count]));
      const spent = new Map(time.data.map(row => [row.member, row.count]));
      const mean = page => known.get(page) && spent.has(page) ? spent.get(page) / known.get(page) : null;
      const title = windowTitle(clicks);
      tiles.show('clicks', count(clicks.total), {note: title});
      tiles.show('products', count(clicks.members), {note: clicks.members > LIMIT ? t('apis.shown', {count: count(LIMIT)}) : ''});
      tiles.show('page_views', count(views.total), {note: t('products.pages.count', {count: count(views.members)})});
      tiles.show('dwell', millis(visits.total ? time.total / visits.total : null), {note: t('products.dwell.note')});
      products.show(clicks.data, title);
      pages.show(views.data.map(row => ({...row, dwell: mean(row.member)})), title);
      course.element.hidden = clickTrend === null || viewTrend === null;
      if (clickTrend !== null && viewTrend !== null) {
        const all = states(clickTrend.data);
        const rows = clickTrend.data.map((bucket, i) => ({time: bucket.time, clicks: bucket.count, page_views: viewTrend.data[i].count, state: all[i]}));
        const named = names(clickTrend.data, fine, false);
        // What is to come is not zero.
        const past = rows.map(row => Date.parse(row.time) <= Date.parse(clicks.as_of));
        const values = id => rows.map((row, i) => past[i] ? row[id] : null);
        course.show(rows, null, isNothing(rows, 'clicks', 'page_views'));
        chart.show({...named, format: count, axis: compact, about: describe(t('products.course'), named.names, values('clicks'), count), series: [
          {name: t('column.clicks'), type: 'line', area: true, color: 1, values: values('clicks'), states: all},
          {name: t('column.page_views'), type: 'line', color: 2, values: values('page_views'), states: all}]});
      }
    },
    close() {
      course.close();
    },
  };
}
