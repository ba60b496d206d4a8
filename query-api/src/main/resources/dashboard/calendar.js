// A month of days, of which some can be picked.
import {h} from './dom.js';
import {addDays, date} from './format.js';
import {t} from './language.js';

/** Of a month such as 2026-11: its first day, and that of the next. */
export function edges(month) {
  const first = month + '-01';
  return {first, next: addDays(first, 31).slice(0, 7) + '-01'};
}

/** The days; `of` tells {href, note, unfinished} of a date, or null where there is nothing to pick. */
export function calendar(month, picked, of) {
  const {first, next} = edges(month);
  // Weeks begin on Monday.
  const lead = (new Date(first + 'T00:00:00Z').getUTCDay() + 6) % 7;
  const monday = '2026-11-16';
  const weekdays = Array.from({length: 7}, (none, i) => h('span', {class: 'weekday', 'aria-hidden': 'true'}, date(addDays(monday, i), {weekday: 'short'})));
  const days = [];
  for (let day = first; day < next; day = addDays(day, 1)) {
    const there = of(day);
    const number = String(Number(day.slice(8)));
    if (there === null) {
      days.push(h('span', {class: 'day'}, number));
    } else {
      days.push(h('a', {class: 'day', href: there.href, 'aria-current': day === picked ? 'date' : null,
        'aria-label': date(day) + ', ' + there.note + (there.unfinished ? ', ' + t('reports.preliminary') : '')},
      h('span', {}, number), h('small', {}, there.note)));
    }
  }
  return h('div', {class: 'month', role: 'group', 'aria-label': date(first, {month: 'long', year: 'numeric'})}, weekdays, Array.from({length: lead}, () => h('span')), days);
}
