// What chooses what a view shows. Each choice goes into the address; elements are found again after it by their data-focus.
import {change} from './address.js';
import {h, icon} from './dom.js';
import {addDays, date, dateOf, hourOf, moment} from './format.js';
import {t} from './language.js';
import {serverNow} from './ranges.js';

/** One of a few, as buttons: `options` of {value, title}. */
export function choice(name, label, options, value, onPick = picked => change({[name]: picked})) {
  return h('div', {class: 'choice', role: 'group', 'aria-label': label}, options.map(option =>
    h('button', {type: 'button', 'aria-pressed': String(option.value === value), data: {focus: name + option.value},
      on: {click: () => onPick(option.value)}}, option.title)));
}

/** One of some, as a list. */
export function select(name, label, options, value) {
  return h('label', {class: 'field'}, h('span', {class: 'for-readers'}, label), h('select', {data: {focus: name}, on: {change: event => change({[name]: event.target.value})}},
    options.map(option => h('option', {value: option.value, selected: option.value === value}, option.title))));
}

/** What to compare with. */
export function comparison(value) {
  return select('compare', t('compare.label'), [
    {value: '', title: t('compare.none')}, {value: 'previous', title: t('compare.previous')}, {value: 'week', title: t('compare.week')},
  ], value ?? '');
}

/** A date to pick. */
export function dateField(name, label, value, {min = null, max = null, shownLabel = false} = {}) {
  return h('label', {class: 'field'}, h('span', {class: shownLabel ? null : 'for-readers'}, label), h('input', {type: 'date', value, min, max, data: {focus: name}, on: {
    change: event => {
      if (event.target.value !== '') {
        change({[name]: event.target.value});
      }
    },
  }}));
}

/** One hour or day: steps to its neighbours, and to now. `at` is a date or a time, null for now. */
export function windowPicker(span, at) {
  const now = serverNow();
  const today = dateOf(now);
  const shown = at ?? (span === 'day' ? today : new Date(hourOf(now)).toISOString());
  const current = at === null;
  const step = by => span === 'day' ? addDays(shown, by) : new Date(Date.parse(shown) + by * 3_600_000).toISOString();
  const go = to => change({at: (span === 'day' ? to >= today : Date.parse(to) + 3_600_000 > now) ? null : to});
  return [
    choice('span', t('span.label'), [{value: 'hour', title: t('span.hour')}, {value: 'day', title: t('span.day')}], span,
      picked => change({span: picked === 'day' ? null : picked, at: null})),
    h('div', {class: 'tools'},
      h('button', {type: 'button', class: 'button square', 'aria-label': t('span.back'), data: {focus: 'back'}, on: {click: () => go(step(-1))}}, icon('M10 3 5 8l5 5')),
      span === 'day' ? dateField('at', t('span.at'), shown, {max: today}) : h('span', {class: 'number'}, moment(shown)),
      h('button', {type: 'button', class: 'button square', 'aria-label': t('span.on'), disabled: current, data: {focus: 'on'}, on: {click: () => go(step(1))}}, icon('M6 3l5 5-5 5')),
      h('button', {type: 'button', class: 'button', disabled: current, data: {focus: 'now'}, on: {click: () => change({at: null})}}, t('span.now'))),
  ];
}

/** The window's name. */
export function windowTitle(answer) {
  return answer.granularity === 'day' ? date(answer.window) : moment(answer.from);
}
