// A line without axes, for a cell of a table.
import {svg} from './dom.js';

const WIDTH = 104;
const HEIGHT = 26;

/** The values from left to right; `about` for readers. */
export function sparkline(values, about) {
  const top = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map((value, i) => (i * step).toFixed(1) + ' ' + (HEIGHT - 2 - (HEIGHT - 4) * value / top).toFixed(1));
  const line = 'M' + points.join('L');
  return svg('svg', {class: 'spark', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': about},
    svg('path', {class: 'area', d: `${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`}), svg('path', {d: line}));
}
