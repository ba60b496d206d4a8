'use strict';

// The token stays in this tab. It comes from the form, or from the part of a login link that browsers do not send.
const TOKEN = 'tallystream.token';
const REFRESH_MS = 1000;
const WIDTH = 600;
const HEIGHT = 160;

const element = id => document.getElementById(id);
const numbers = new Intl.NumberFormat();

class Unauthorized extends Error {}

async function ask(path) {
  const response = await fetch(path, {headers: {Authorization: 'Bearer ' + sessionStorage.getItem(TOKEN)}});
  if (response.status === 401) {
    throw new Unauthorized();
  }
  if (!response.ok) {
    throw new Error((await response.json()).detail);
  }
  return response.json();
}

function showOverview(overview) {
  element('calls').textContent = numbers.format(overview.today.calls);
  element('hour-calls').textContent = numbers.format(overview.current_hour.calls);
  element('clicks').textContent = numbers.format(overview.today.clicks);
  element('page-views').textContent = numbers.format(overview.today.page_views);
  const rate = overview.today.success_rate;
  element('success-rate').textContent = rate === null ? '–' : (100 * rate).toFixed(2) + ' %';
  element('hot-apis').replaceChildren(...overview.hot_apis.map(({api, calls}) => {
    const row = document.createElement('tr');
    for (const text of [api, numbers.format(calls)]) {
      // Names come from outside: text, never markup.
      row.insertCell().textContent = text;
    }
    return row;
  }));
}

function showTrend(trend) {
  const max = Math.max(1, ...trend.data.map(bucket => bucket.count));
  const step = WIDTH / trend.data.length;
  element('trend').replaceChildren(...trend.data.map((bucket, i) => {
    const bar = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    const height = HEIGHT * bucket.count / max;
    const place = {x: i * step, y: HEIGHT - height, width: step * 0.8, height};
    Object.entries(place).forEach(([name, value]) => bar.setAttribute(name, value));
    bar.classList.toggle('open', !bucket.final);
    return bar;
  }));
  element('trend-max').textContent = 'highest: ' + numbers.format(max);
  element('trend-from').textContent = new Date(trend.from).toLocaleTimeString([], {timeZone: trend.time_zone, timeStyle: 'short'});
}

function show(signedIn) {
  element('figures').hidden = !signedIn;
  element('sign-out').hidden = !signedIn;
  element('sign-in').hidden = signedIn;
}

let timer;

async function refresh() {
  clearTimeout(timer);
  if (sessionStorage.getItem(TOKEN) === null) {
    show(false);
    return;
  }
  try {
    const [overview, trend] = await Promise.all([ask('api/v1/stats/overview'), ask('api/v1/stats/trend?range=minute')]);
    showOverview(overview);
    showTrend(trend);
    show(true);
    element('state').textContent = 'as of ' + overview.as_of + ', days of ' + overview.time_zone;
  } catch (error) {
    if (error instanceof Unauthorized) {
      sessionStorage.removeItem(TOKEN);
      element('state').textContent = 'That token is not valid.';
      show(false);
      return;
    }
    element('state').textContent = 'Not up to date: ' + error.message;
  }
  timer = setTimeout(refresh, REFRESH_MS);
}

function takeTokenFromLink() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) {
    sessionStorage.setItem(TOKEN, token);
    history.replaceState(null, '', location.pathname);
  }
}

element('sign-in').addEventListener('submit', event => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, element('token').value);
  element('token').value = '';
  refresh();
});

element('sign-out').addEventListener('click', () => {
  sessionStorage.removeItem(TOKEN);
  element('state').textContent = '';
  refresh();
});

takeTokenFromLink();
refresh();
