// Elements without markup: whatever comes from outside becomes text.

const SVG = 'http://www.w3.org/2000/svg';

/** An element. `on` holds listeners, `data` data attributes; null, undefined and false leave an attribute or a child out. */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same of SVG. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, {on = {}, data = {}, ...attributes}, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? '' : value);
    }
  }
  Object.assign(element.dataset, data);
  for (const [event, listener] of Object.entries(on)) {
    element.addEventListener(event, listener);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** Sets an element's text, unless it is that already: readers would be told again. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** A drawing of 16 by 16, of one path. */
export function icon(path) {
  return svg('svg', {viewBox: '0 0 16 16', fill: 'none', stroke: 'currentColor', 'stroke-width': 1.5, 'stroke-linecap': 'round',
    'stroke-linejoin': 'round', 'aria-hidden': 'true', width: 16, height: 16}, svg('path', {d: path}));
}
