// A table whose rows stay the same elements while their figures change.
import {h, setText} from './dom.js';
import {t} from './language.js';

/**
 * Columns of {id, title, value, show, number, render, sort}: `value` of a row for files and for sorting, `show` its text, `render` puts
 * something else into the cell, again at each change. The first column names the row.
 */
export class Table {
  #columns;
  #body = h('tbody');
  #rows = [];
  #elements = new Map();
  #key;
  #sorted = null;
  #heads;

  constructor({columns, caption, key = columns[0].value}) {
    this.#columns = columns;
    this.#key = key;
    this.#heads = columns.map(column => this.#head(column));
    // Wider than its place on a small screen: then the keyboard must be able to move it.
    this.element = h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption},
      h('table', {}, h('caption', {class: 'for-readers'}, caption), h('thead', {}, h('tr', {}, this.#heads)), this.#body));
  }

  #head(column) {
    const label = column.sort === undefined ? column.title
      : h('button', {type: 'button', on: {click: () => this.#sortBy(column)}}, column.title, h('span', {'aria-hidden': 'true'}));
    return h('th', {scope: 'col', class: column.number ? 'number' : null}, label);
  }

  #sortBy(column) {
    const down = this.#sorted?.column === column ? !this.#sorted.down : column.sort === 'down';
    this.#sorted = {column, down};
    this.#columns.forEach((each, i) => {
      const head = this.#heads[i];
      const arrow = head.querySelector('button > span');
      if (each === column) {
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        setText(arrow, down ? '↓' : '↑');
      } else {
        head.removeAttribute('aria-sort');
        if (arrow !== null) {
          setText(arrow, '');
        }
      }
    });
    this.show(this.#rows);
  }

  /** The rows as they are sorted now. */
  sorted() {
    if (this.#sorted === null) {
      return this.#rows;
    }
    const {column, down} = this.#sorted;
    const by = (a, b) => typeof a === 'string' ? a.localeCompare(b) : (a ?? -1) - (b ?? -1);
    return [...this.#rows].sort((a, b) => (down ? -1 : 1) * by(column.value(a), column.value(b)));
  }

  /** Shows those rows, and no others. */
  show(rows) {
    this.#rows = rows;
    const before = this.#elements;
    this.#elements = new Map();
    const elements = this.sorted().map(row => {
      const key = this.#key(row);
      const element = before.get(key) ?? this.#row();
      this.#elements.set(key, element);
      this.#fill(element, row);
      return element;
    });
    if (elements.length !== this.#body.children.length || elements.some((element, i) => this.#body.children[i] !== element)) {
      this.#body.replaceChildren(...elements);
    }
  }

  #row() {
    return h('tr', {}, this.#columns.map((column, i) =>
      h(i === 0 ? 'th' : 'td', {scope: i === 0 ? 'row' : null, class: [column.number ? 'number' : '', i === 0 ? 'name' : ''].join(' ').trim() || null})));
  }

  #fill(element, row) {
    if (row.state === undefined || row.state === 'final') {
      delete element.dataset.state;
      element.removeAttribute('title');
    } else {
      element.dataset.state = row.state;
      element.title = t('window.' + row.state);
    }
    this.#columns.forEach((column, i) => {
      const cell = element.children[i];
      if (column.render !== undefined) {
        column.render(cell, row);
      } else {
        setText(cell, column.show === undefined ? String(column.value(row) ?? '') : column.show(row));
      }
    });
  }
}

/** Renders a link into a cell: `of` gives the row's {href, text}. */
export function linked(of) {
  return (cell, row) => {
    const {href, text} = of(row);
    if (cell.firstChild === null) {
      cell.append(h('a'));
    }
    cell.firstChild.setAttribute('href', href);
    setText(cell.firstChild, text);
  };
}

/** Renders a share as a bar beside its text. */
export function barred(share, text) {
  return (cell, row) => {
    if (cell.firstChild === null) {
      cell.append(h('span', {class: 'share'}, h('span', {class: 'track', 'aria-hidden': 'true'}, h('span', {class: 'bar'})), h('span', {class: 'text'})));
    }
    setText(cell.querySelector('.text'), text(row));
    cell.querySelector('.bar').style.width = (100 * (share(row) ?? 0)).toFixed(1) + '%';
  };
}
