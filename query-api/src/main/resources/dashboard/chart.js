// A chart over time, with a tip that the mouse and the arrow keys move. Draws with ECharts, which is fetched when it is needed first.
import {h} from './dom.js';
import {t} from './language.js';
import {barStyle, fade, frame, palette} from './chart-theme.js';
import {whenChanged} from './theme.js';

let library = null;

function echarts() {
  library ??= import('./echarts.js').then(() => globalThis.echarts);
  return library;
}

function isOpen(state) {
  return state === 'running' || state === 'settling';
}

/** Series of the library for one of ours; what can still change is drawn as such. */
function drawn(series, colors) {
  const color = series.before ? colors.before : colors.series[(series.color ?? 1) - 1];
  if (series.type === 'bar') {
    return [{
      type: 'bar', name: series.name, barCategoryGap: '24%', barMaxWidth: 34, itemStyle: {color, borderRadius: [2, 2, 0, 0]},
      stack: series.stack,
      data: series.values.map((value, i) => ({value, itemStyle: barStyle(color, series.states?.[i], colors.surface)})),
    }];
  }
  const line = (values, type) => ({
    type: 'line', name: series.name, showSymbol: false, symbol: 'circle', symbolSize: 6, silent: true, itemStyle: {color},
    lineStyle: {color, width: series.before ? 1.5 : 2, type}, connectNulls: false, data: values,
    areaStyle: series.area && type === 'solid' ? {color: fade(color, 0.1)} : undefined,
  });
  if (series.before) {
    return [line(series.values, [4, 4])];
  }
  const opens = series.values.map((value, i) => isOpen(series.states?.[i]));
  const settled = series.values.map((value, i) => opens[i] ? null : value);
  // From the last one that is settled, so that the two meet.
  const unsettled = series.values.map((value, i) => opens[i] || opens[i + 1] ? value : null);
  const lone = settled.filter(value => value !== null).length < 2;
  return [{...line(settled, 'solid'), showSymbol: lone}, {...line(unsettled, [2, 3]), showSymbol: lone}];
}

export class Chart {
  #canvas = h('div', {class: 'canvas', role: 'img', tabindex: 0});
  #tip = h('div', {class: 'tip', hidden: true});
  #chart = null;
  #shown = null;
  #at = -1;
  #closed = false;
  #quit = [];

  /** `size` is tall, low or nothing. */
  constructor(size = '') {
    this.element = h('div', {class: ('chart ' + size).trim()}, this.#canvas, this.#tip);
    const resizer = new ResizeObserver(() => this.#chart?.resize());
    resizer.observe(this.element);
    this.#quit.push(() => resizer.disconnect(), whenChanged(() => this.#draw()));
    this.#canvas.addEventListener('keydown', event => this.#key(event));
    this.#canvas.addEventListener('blur', () => this.#point(-1));
    this.#canvas.addEventListener('pointermove', event => this.#hover(event));
    this.#canvas.addEventListener('pointerleave', () => this.#point(-1));
  }

  /**
   * Shows windows: `labels` for the axis, `names` for the tip, `series` of {name, type, values, states, color, before, area}, `format` of
   * a value, `axis` of a value at the axis, `about` for readers, `min` and `max` of the axis.
   */
  show(shown) {
    this.#shown = shown;
    this.#canvas.setAttribute('aria-label', shown.about);
    return this.#draw();
  }

  async #draw() {
    const {init} = await echarts();
    if (this.#closed || this.#shown === null) {
      return;
    }
    this.#chart ??= init(this.#canvas, null, {renderer: 'canvas'});
    const colors = palette();
    const {labels, series, format, axis = format, max, min} = this.#shown;
    this.#chart.setOption({
      ...frame(colors, labels, axis, {max, min}),
      series: series.flatMap(one => drawn(one, colors)),
    }, {notMerge: true});
    this.element.dataset.drawn = 'true';
    if (this.#at >= 0) {
      this.#point(this.#at);
    }
  }

  #hover(event) {
    if (this.#chart === null) {
      return;
    }
    const box = this.#canvas.getBoundingClientRect();
    const at = this.#chart.convertFromPixel({xAxisIndex: 0}, event.clientX - box.left);
    this.#point(Math.min(this.#shown.labels.length - 1, Math.max(0, Math.round(at))));
  }

  #key(event) {
    const last = this.#shown === null ? -1 : this.#shown.labels.length - 1;
    const steps = {ArrowRight: this.#at + 1, ArrowLeft: this.#at < 0 ? last : this.#at - 1, Home: 0, End: last};
    if (event.key === 'Escape') {
      this.#point(-1);
    } else if (event.key in steps && last >= 0) {
      event.preventDefault();
      this.#point(Math.min(last, Math.max(0, steps[event.key])));
    }
  }

  #point(at) {
    this.#at = at;
    this.#tip.hidden = at < 0;
    if (at < 0 || this.#chart === null) {
      return;
    }
    const {names, series, format} = this.#shown;
    const rows = series.filter(one => one.values[at] !== null && one.values[at] !== undefined).map(one => h('li', {},
      h('span', {class: 'key', data: one.before ? {shape: 'dash'} : {shape: one.type, color: one.color ?? 1}}), h('span', {}, one.name),
      h('b', {}, format(one.values[at]))));
    const open = series.map(one => one.states?.[at]).find(isOpen);
    this.#tip.replaceChildren(h('span', {class: 'when'}, names[at]), h('ul', {}, rows), open === undefined ? '' : h('span', {class: 'muted'}, t('window.' + open)));
    const x = this.#chart.convertToPixel({xAxisIndex: 0}, at);
    const free = this.element.clientWidth - this.#tip.offsetWidth;
    const left = x + 12 + this.#tip.offsetWidth > this.element.clientWidth ? x - 12 - this.#tip.offsetWidth : x + 12;
    this.#tip.style.transform = `translate(${Math.max(0, Math.min(free, left))}px, 4px)`;
  }

  close() {
    this.#closed = true;
    this.#quit.forEach(quit => quit());
    this.#chart?.dispose();
  }
}

/** What the colours stand for: {name, color, shape} each. */
export function legend(entries) {
  return h('ul', {class: 'legend'}, entries.map(({name, color = 1, shape = 'bar'}) =>
    h('li', {}, h('span', {class: 'key', data: {color, shape}}), name)));
}

/** What is said about a series to those who do not see it. */
export function describe(title, names, values, format) {
  const known = values.map((value, i) => ({value, i})).filter(({value}) => value !== null);
  if (known.length === 0) {
    return title;
  }
  const highest = known.reduce((a, b) => b.value > a.value ? b : a);
  const last = known[known.length - 1];
  return t('chart.about', {title, first: names[0], until: names[names.length - 1], highest: format(highest.value), when: names[highest.i], last: format(last.value)});
}
