// How charts look: everything from the colours of the style sheet.

const RUNNING = 0.22;
const SETTLING = 0.66;

/** The colours as they are now. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const color = name => style.getPropertyValue('--' + name).trim();
  return {
    font: style.getPropertyValue('--font').trim(),
    muted: color('muted'), line: color('line'), strong: color('line-strong'), surface: color('surface'), before: color('before'),
    series: [1, 2, 3, 4].map(number => color('series-' + number)),
  };
}

/** A colour, let through so much. */
export function fade(color, alpha) {
  return color + Math.round(alpha * 255).toString(16).padStart(2, '0');
}

function channels(color) {
  const digits = color.length === 4 ? [...color.slice(1)].map(digit => digit + digit) : color.match(/[0-9a-f]{2}/gi);
  return digits.map(pair => parseInt(pair, 16));
}

/** So much of a colour on a ground, without letting through what lies between. */
function mix(color, ground, part) {
  const below = channels(ground);
  return '#' + channels(color).map((channel, i) => Math.round(channel * part + below[i] * (1 - part)).toString(16).padStart(2, '0')).join('');
}

/** How the bar of a window looks: lighter while late events may still come, hatched while it is not even over. */
export function barStyle(color, state, ground) {
  if (state === 'running') {
    const decal = {symbol: 'rect', color: fade(color, 0.75), dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -Math.PI / 4};
    return {color: mix(color, ground, RUNNING), decal};
  }
  return {color: state === 'settling' ? mix(color, ground, SETTLING) : color};
}

/** The frame of a chart over time: `labels` are those of the windows. */
export function frame(colors, labels, format, {max = null, min = null} = {}) {
  const label = {color: colors.muted, fontFamily: colors.font, fontSize: 11.5};
  return {
    animation: false,
    textStyle: {fontFamily: colors.font},
    grid: {left: 4, right: 14, top: 14, bottom: 4, containLabel: true},
    xAxis: {
      type: 'category', data: labels, boundaryGap: true,
      axisLine: {lineStyle: {color: colors.strong}}, axisTick: {show: false},
      axisLabel: {...label, hideOverlap: true, margin: 10, interval: labels.includes('') ? (i, text) => text !== '' : 'auto'},
    },
    yAxis: {
      type: 'value', min: min ?? 0, max, splitNumber: 4, minInterval: max === null ? 1 : 0,
      axisLine: {show: false}, axisTick: {show: false},
      splitLine: {lineStyle: {color: colors.line, width: 1}},
      axisLabel: {...label, formatter: format},
    },
  };
}
