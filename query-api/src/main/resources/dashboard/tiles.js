// The figures at the head of a view.
import {h, setText} from './dom.js';
import {NONE, percent} from './format.js';
import {t} from './language.js';

/** Figures by name: `titles` of {id, title}. */
export class Tiles {
  #places = new Map();

  constructor(titles) {
    this.element = h('dl', {class: 'tiles'}, titles.map(({id, title}) => {
      const value = h('span', {id: 'figure-' + id}, NONE);
      const unit = h('small');
      const note = h('dd', {class: 'note'});
      this.#places.set(id, {value, unit, note});
      return h('div', {data: {figure: id}}, h('dt', {}, title), h('dd', {}, value, unit), note);
    }));
  }

  /** Sets a figure; the note may be a text or an element. */
  show(id, value, {unit = '', note = ''} = {}) {
    const place = this.#places.get(id);
    setText(place.value, value);
    setText(place.unit, unit);
    if (typeof note === 'string') {
      setText(place.note, note);
    } else {
      place.note.replaceChildren(note);
    }
  }
}

/** How something changed against before, as a part of before; null before means that there was nothing. */
export function changed(now, before, label) {
  if (before === null || before === undefined || before === 0 || now === null) {
    return h('span', {class: 'change'}, t('change.none'));
  }
  const ratio = now / before - 1;
  const way = Math.abs(ratio) < 0.0005 ? 'same' : ratio > 0 ? 'up' : 'down';
  const sign = {same: '±', up: '▲ ', down: '▼ '}[way];
  return h('span', {}, h('span', {class: 'change', data: {way}}, sign + percent(Math.abs(ratio), 1)), ' ' + label);
}
