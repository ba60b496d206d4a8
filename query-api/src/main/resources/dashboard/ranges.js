// Spans of time to choose from, and what they are as parameters of a question.
import {change} from './address.js';
import {choice, dateField, select} from './controls.js';
import {addDays, dateOf} from './format.js';
import {t} from './language.js';

const MINUTE = 60_000;
const RANGES = {
  '60m': {length: 60 * MINUTE, granularities: ['minute'], standard: 'minute'},
  '24h': {length: 24 * 60 * MINUTE, granularities: ['minute', 'hour'], standard: 'hour'},
  '7d': {days: 7, granularities: ['hour', 'day'], standard: 'hour'},
  '30d': {days: 30, granularities: ['hour', 'day'], standard: 'day'},
  custom: {granularities: ['minute', 'hour', 'day'], standard: 'hour'},
};
const WINDOW = {minute: MINUTE, hour: 60 * MINUTE};

let ahead = 0;

/** The server's clock tells which window is the current one, not ours. */
export function useServerTime(text) {
  ahead = Date.parse(text) - Date.now();
}

export function serverNow() {
  return Date.now() + ahead;
}

/**
 * The range that the address asks for: its name, granularity, and the parameters of a question; `earlier` are those of as long a time
 * before, null where the API's own comparison is the same.
 */
export function chosen(params, standard = '24h') {
  const name = Object.hasOwn(RANGES, params.get('range') ?? '') ? params.get('range') : standard;
  const range = RANGES[name];
  const asked = params.get('granularity');
  const granularity = range.granularities.includes(asked) ? asked : range.standard;
  const today = dateOf(serverNow());
  const firstDay = params.get('from') ?? addDays(today, -6);
  const lastDay = params.get('to') ?? today;
  const query = {granularity};
  if (name === 'custom') {
    query.from = firstDay;
    query.to = addDays(lastDay, 1);
  } else if (range.days !== undefined) {
    query.from = addDays(today, 1 - range.days);
  } else {
    query.from = new Date(serverNow() - range.length + WINDOW[granularity]).toISOString();
  }
  const days = name === 'custom' ? daysBetween(query.from, query.to) : range.days;
  // Whole days before whole days, so that the hours of both are the same.
  const earlier = days === undefined ? null : {granularity, from: addDays(query.from, -days), to: query.from};
  return {name, granularity, query, earlier, firstDay, lastDay, long: name !== '60m' && name !== '24h', range};
}

function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / (24 * 60 * MINUTE));
}

/** The elements that choose it. */
export function rangePicker(params, standard = '24h') {
  const {name, granularity, firstDay, lastDay, range} = chosen(params, standard);
  const picker = [choice('range', t('range.label'), Object.keys(RANGES).map(value => ({value, title: t('range.' + value)})), name,
    picked => change({range: picked, granularity: null, from: null, to: null}))];
  if (name === 'custom') {
    picker.push(dateField('from', t('range.from'), firstDay, {max: lastDay, shownLabel: true}),
      dateField('to', t('range.to'), lastDay, {min: firstDay, max: dateOf(serverNow()), shownLabel: true}));
  }
  if (range.granularities.length > 1) {
    picker.push(select('granularity', t('granularity.label'), range.granularities.map(value => ({value, title: t('granularity.' + value)})), granularity));
  }
  return picker;
}
