// What is the same for all who show windows of time.
import {axisName, windowName} from './format.js';
import {t} from './language.js';
import {legend} from './chart.js';
import {serverNow} from './ranges.js';

/** Of each window: final, settling (over, but late events may still come), or running. */
export function states(data) {
  const now = serverNow();
  return data.map((bucket, i) => {
    if (bucket.final) {
      return 'final';
    }
    const begin = Date.parse(bucket.time ?? bucket.date + 'T00:00:00Z');
    const next = data[i + 1];
    return begin <= now && (next === undefined || Date.parse(next.time ?? next.date + 'T00:00:00Z') > now) ? 'running' : 'settling';
  });
}

/** Labels for the axis and names for the tip. */
export function names(data, granularity, long) {
  return {
    labels: data.map(bucket => axisName(bucket.time, granularity, long)),
    names: data.map(bucket => windowName(bucket.time, granularity)),
  };
}

/** The column that names the window of a row {time, state}. */
export function timeColumn(granularity) {
  return {id: 'time', title: t('column.time'), value: row => row.time, show: row => windowName(row.time, granularity)};
}

/** What hatched and light bars mean; `more` entries come first. */
export function stateLegend(more = []) {
  return legend([...more, {name: t('window.final')}, {name: t('window.settling'), shape: 'settling'}, {name: t('window.running'), shape: 'running'}]);
}

/** A window of a trend, with that of the compared one. */
export function trendRows(trend) {
  const all = states(trend.data);
  return trend.data.map((bucket, i) => ({
    time: bucket.time, count: bucket.count, final: bucket.final, state: all[i],
    before: trend.compare === undefined ? null : trend.compare.data[i]?.count ?? null,
  }));
}

/** Whether nothing happened in any window. */
export function isNothing(rows, ...names) {
  return rows.every(row => names.every(name => !row[name]));
}

/** The sum of a member of rows; null where one is missing. */
export function sum(rows, of) {
  return rows.reduce((total, row) => total === null || of(row) === null ? null : total + of(row), 0);
}
