// A part of a view: a heading, a chart with its table or a table alone, and the same as a file.
import {csv, save} from './csv.js';
import {h, setText} from './dom.js';
import {t} from './language.js';
import {Table} from './table.js';

/** What stands where there is nothing to show. */
export function nothing(title, text = '') {
  return h('div', {class: 'state'}, h('strong', {}, title), text === '' ? null : h('p', {}, text));
}

export class Panel {
  #hint;
  #body;
  #table;
  #columns;
  #file;
  #switch = null;
  #rows = [];
  #isBlank = true;
  #empty;
  #chart;
  #blank = null;

  /** `chart` may be null: then the table is always there. `file` is the name of the file without its end. */
  constructor({title, hint = '', columns, file, chart = null, legend = null, empty = null, key}) {
    this.#columns = columns;
    this.#file = file;
    this.#chart = chart;
    this.#empty = empty;
    this.#hint = h('p', {class: 'hint'}, hint);
    this.#hint.hidden = hint === '';
    this.#table = new Table({columns: columns.filter(column => column.table !== false), caption: title, key});
    this.#table.element.hidden = chart !== null;
    if (chart !== null) {
      this.#switch = h('button', {type: 'button', class: 'button quiet', 'aria-pressed': 'false', on: {click: () => this.#toggle()}},
        t('panel.table'));
    }
    const download = h('button', {type: 'button', class: 'button quiet', data: {csv: file}, on: {click: () => this.#save()}}, t('panel.csv'));
    this.#body = h('div', {class: 'body'}, chart === null ? null : chart.element, this.#table.element);
    this.element = h('section', {class: 'panel' + (chart === null ? ' flush' : ''), 'aria-label': title, data: {panel: file}},
      h('header', {}, h('div', {class: 'head'}, h('h2', {}, title), this.#hint),
        h('div', {class: 'panel-tools'}, this.#switch, download)),
      legend, this.#body);
  }

  #toggle() {
    const tabular = this.#switch.getAttribute('aria-pressed') !== 'true';
    this.#switch.setAttribute('aria-pressed', String(tabular));
    this.#arrange();
  }

  #arrange() {
    const tabular = this.#switch === null || this.#switch.getAttribute('aria-pressed') === 'true';
    const nowhere = this.#rows.length === 0;
    const blank = this.#empty !== null && (nowhere || this.#isBlank && !tabular);
    this.#table.element.hidden = !tabular || blank;
    this.element.classList.toggle('flush', tabular);
    if (this.#chart !== null) {
      this.#chart.element.hidden = tabular || blank;
    }
    if (blank && this.#blank === null) {
      this.#blank = nothing(this.#empty);
      this.#body.append(this.#blank);
    } else if (!blank && this.#blank !== null) {
      this.#blank.remove();
      this.#blank = null;
    }
  }

  #save() {
    save(this.#file, csv(this.#columns.filter(column => column.file !== false), this.#table.sorted()));
  }

  /** Rows for the table and the file; `isBlank` where a chart of them would have nothing to show. */
  show(rows, hint = null, isBlank = false) {
    this.#rows = rows;
    this.#isBlank = isBlank;
    this.#table.show(rows);
    this.#arrange();
    if (hint !== null) {
      setText(this.#hint, hint);
      this.#hint.hidden = hint === '';
    }
  }

  close() {
    this.#chart?.close();
  }
}
