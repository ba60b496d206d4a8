// The daily reports: a calendar, and one day.
import {change, link} from '../address.js';
import {ask, askIfKept, path} from '../api.js';
import {calendar, edges} from '../calendar.js';
import {h, icon} from '../dom.js';
import {addDays, compact, count, date, dateOf, member, moment, percent} from '../format.js';
import {t} from '../language.js';
import {nothing, Panel} from '../panel.js';
import {serverNow} from '../ranges.js';
import {barred} from '../table.js';
import {changed, Tiles} from '../tiles.js';

const TOTALS = ['total_calls', 'success_rate', 'clicks', 'page_views', 'active_users', 'new_users'];

function number(id, show) {
  return {id, title: t('column.' + id), value: row => row[id], show: row => show(row[id]), number: true};
}

/** A breakdown {name: calls} as rows, the most frequent first. */
function rowsOf(breakdown, total) {
  return Object.entries(breakdown).map(([name, calls]) => ({name, calls, share: total === 0 ? null : calls / total})).sort((a, b) => b.calls - a.calls);
}

function day(report) {
  const tiles = new Tiles(TOTALS.map(id => ({id, title: t('reports.' + id)})));
  const past = report.compared_with.day_before;
  for (const id of TOTALS) {
    const shown = id === 'success_rate' ? percent(report[id]) : count(report[id]);
    tiles.show(id, shown, {note: past === null ? '' : id === 'success_rate' ? t('reports.was', {value: percent(past[id])})
      : changed(report[id], past[id], t('reports.day_before'))});
  }
  const share = {...number('share', percent), render: barred(row => row.share, row => percent(row.share, 1))};
  const name = title => ({id: 'name', title, value: row => row.name, show: row => member(row.name)});
  const file = kind => `report-${report.date}-${kind}`;
  const endpoints = new Panel({title: t('reports.endpoints'), file: file('endpoints'), empty: t('apis.none'), columns: [name(t('column.endpoint')), number('calls', count), share]});
  const statuses = new Panel({title: t('reports.statuses'), file: file('statuses'), empty: t('apis.none'), columns: [name(t('column.status')), number('calls', count), share]});
  const products = new Panel({title: t('reports.products'), file: file('products'), empty: t('products.none'), columns: [name(t('column.product')), number('clicks', count)]});
  endpoints.show(rowsOf(report.api_breakdown, report.total_calls));
  statuses.show(rowsOf(report.status_breakdown, report.total_calls));
  products.show(report.top_products.map(row => ({name: row.product_id, clicks: row.clicks})));
  [statuses, products].forEach(panel => panel.element.classList.add('half'));
  const file_ = format => path('reports/daily/' + report.date, {format});
  const kind = report.final ? ['good', 'reports.final'] : ['warn', 'reports.preliminary'];
  const verdict = report.reconciled === null ? null : report.reconciled ? ['good', 'reports.reconciled'] : ['bad', 'reports.unreconciled'];
  const busy = report.busiest_hour;
  return h('div', {class: 'stack', id: 'report'},
    h('section', {class: 'panel', 'aria-label': date(report.date)}, h('header', {class: 'wraps'},
      h('div', {class: 'head'}, h('h2', {}, date(report.date)), h('p', {class: 'hint'}, [t('reports.made', {revision: report.revision, time: moment(report.generated_at)}),
        busy === null ? '' : t('reports.busiest', {hour: String(busy.hour).padStart(2, '0'), calls: count(busy.calls)})].join(' ')),
      h('div', {class: 'badges'}, [kind, verdict].filter(each => each !== null).map(([color, text]) => h('span', {class: 'badge', data: {kind: color}}, t(text))))),
      h('div', {class: 'panel-tools'}, h('a', {class: 'button', href: file_('html'), target: '_blank', rel: 'noopener', id: 'print-report'}, t('reports.print')),
        h('a', {class: 'button', href: file_('csv'), download: ''}, t('panel.csv'))))),
    tiles.element, endpoints.element, h('div', {class: 'grid'}, statuses.element, products.element));
}

export function create({item, params}) {
  const today = dateOf(serverNow());
  const month = /^\d{4}-\d\d$/.test(params.get('month') ?? '') ? params.get('month') : (item ?? addDays(today, -1)).slice(0, 7);
  const {first, next} = edges(month);
  const days = h('div');
  const sheet = h('div');
  const step = to => change({month: to});
  const title = date(first, {month: 'long', year: 'numeric'});
  const button = (label, drawing, focus, to, disabled = false) => h('button', {type: 'button', class: 'button square', 'aria-label': label, disabled, data: {focus}, on: {click: () => step(to)}}, icon(drawing));
  const panel = h('section', {class: 'panel', 'aria-label': t('reports.calendar')}, h('header', {}, h('div', {class: 'head'}, h('h2', {}, title)),
    button(t('reports.back'), 'M10 3 5 8l5 5', 'month-back', addDays(first, -1).slice(0, 7)), button(t('reports.on'), 'M6 3l5 5-5 5', 'month-on', next.slice(0, 7), next > today)), days);
  const csv = h('a', {class: 'button', href: path('reports/daily', {from: first, to: next, format: 'csv'}), download: ''}, t('reports.csv'));
  let made = null;

  return {
    title: t('view.reports'), tools: [csv], element: h('div', {class: 'split'}, panel, sheet),
    async load(signal) {
      const list = await ask('reports/daily', {from: first, to: next}, signal);
      const reports = new Map(list.data.map(each => [each.date, each]));
      days.replaceChildren(calendar(month, item, each => {
        const there = reports.get(each);
        return there === undefined ? null : {href: link('reports', each, {month}), note: compact(there.total_calls), unfinished: !there.final};
      }));
      const newest = list.data[list.data.length - 1]?.date ?? null;
      const wanted = item ?? newest;
      const report = wanted === null ? null : await askIfKept('reports/daily/' + wanted, {}, signal);
      if (report === null) {
        made = null;
        sheet.replaceChildren(h('div', {class: 'panel'}, wanted === null ? nothing(t('reports.none'), t('reports.none.text')) : nothing(t('reports.missing', {date: wanted}))));
      } else if (made !== report.date + report.revision) {
        made = report.date + report.revision;
        sheet.replaceChildren(day(report));
      }
    },
    close() {},
  };
}
