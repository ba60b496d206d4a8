// Begins: who is there, which language and theme, and which view the address asks for.
import * as address from './address.js';
import * as language from './language.js';
import * as session from './session.js';
import * as theme from './theme.js';
import {whenSignedOut} from './api.js';
import {h} from './dom.js';
import {Feed} from './live.js';
import {nothing} from './panel.js';
import {preferences, Shell, VIEWS} from './shell.js';
import {reason, signInPage} from './sign-in.js';
import * as apis from './views/apis.js';
import * as endpoint from './views/endpoint.js';
import * as growth from './views/growth.js';
import * as health from './views/health.js';
import * as live from './views/live.js';
import * as products from './views/products.js';
import * as reports from './views/reports.js';

const {t} = language;
const MODULES = {live, apis, growth, products, reports, health};
const AGAIN_MS = 10_000;
const GHOST_MS = 250;
const RETRY_MS = 3000;

const app = document.getElementById('app');
let shell = null;
let feed = null;
let shown = null;
const left = [];

const on = {
  language: code => {
    language.keep(code);
    address.change({lang: code});
  },
  theme: chosen => {
    theme.keep(chosen);
    address.change({theme: chosen});
  },
  signOut: async () => {
    try {
      await session.end();
      door();
    } catch (problem) {
      door(reason(problem));
    }
  },
};

/** What is shown changes no more, but stays until something else takes its place. */
function leaveView() {
  if (shown !== null) {
    clearTimeout(shown.timer);
    shown.aborter.abort();
    shown.unsubscribe();
    left.push(shown.view);
    shown = null;
  }
}

function closeView() {
  leaveView();
  left.splice(0).forEach(view => view.close());
}

/** Puts something in the place of what was shown before. */
function fill(element) {
  shell.fill(element);
  left.splice(0).forEach(view => view.close());
}

/** Shows the sign-in page, and why. */
function door(said = '') {
  closeView();
  feed?.stop();
  feed = null;
  shell = null;
  document.title = t('door.title') + ' · Tallystream';
  app.replaceChildren(signInPage({said, preferences: preferences(on), onDone: enter}));
  document.getElementById('token').focus();
}

/** Shows the dashboard to somebody who has a session. */
function enter() {
  rebuild();
  if (feed === null) {
    feed = new Feed();
    feed.subscribe(() => shell?.update(feed));
    feed.start();
  } else {
    shell.update(feed);
  }
  show();
}

/** What a view could not show, as a text. */
function whyNot(problem) {
  if (problem.granularity) {
    return t('error.expired', {granularity: t('granularity.' + problem.granularity)});
  }
  return {0: t('error.lost'), 503: t('error.unavailable')}[problem.status] ?? problem.message;
}

/** Loads a view's figures, time and again. Keeps what is there when it does not work, and tries again sooner. */
async function load(current) {
  clearTimeout(current.timer);
  let again = AGAIN_MS;
  try {
    await current.view.load(current.aborter.signal);
    if (current.aborter.signal.aborted) {
      return;
    }
    current.loaded = true;
    fill(current.view.element);
    shell.settle(location.hash);
  } catch (problem) {
    if (current.aborter.signal.aborted) {
      return;
    }
    if (problem.status === undefined) {
      console.error(problem);
    }
    again = RETRY_MS;
    if (!current.loaded) {
      const retry = h('button', {type: 'button', class: 'button', on: {click: () => load(current)}}, t('error.again'));
      const state = nothing(t('error.title'), whyNot(problem));
      state.append(retry);
      fill(h('div', {class: 'panel', role: 'alert'}, state));
      shell.settle(null);
    }
  }
  current.timer = setTimeout(() => load(current), again);
}

/** Shows what the address asks for. */
function show() {
  const {view: asked, item, params} = address.read();
  const name = Object.hasOwn(VIEWS, asked) ? asked : 'live';
  const moved = shown === null || shown.name !== name || shown.item !== item;
  const inside = shown !== null && shell.element.contains(document.activeElement);
  leaveView();
  const module = name === 'apis' && item !== null ? endpoint : MODULES[name];
  const aborter = new AbortController();
  const view = module.create({item, params, feed});
  const current = {name, item, view, aborter, timer: null, loaded: false, unsubscribe: feed.subscribe(() => view.tick?.(feed))};
  shown = current;
  shell.head(name, view);
  shell.unsettle();
  shell.update(feed);
  setTimeout(() => {
    if (!current.loaded && shown === current && moved) {
      fill(h('div', {class: 'panel ghost', 'aria-busy': 'true', 'aria-label': t('state.loading'), role: 'img'}));
    }
  }, GHOST_MS);
  load(current);
  if (moved && inside) {
    shell.focusTitle();
  }
}

/** The address has changed: language, theme or what is shown. */
async function route() {
  const params = address.read().params;
  theme.apply(params);
  const wanted = language.wanted(params);
  const spoken = language.current();
  if (wanted !== spoken) {
    await language.speak(wanted);
  }
  const code = address.takeLoginCode();
  if (code !== null) {
    await enterWithCode(code);
  } else if (feed === null) {
    door();
  } else {
    // A new frame only where its texts or its theme are others.
    if (wanted !== spoken || shell.theme !== theme.current()) {
      closeView();
      rebuild();
    }
    show();
  }
}

function rebuild() {
  const focused = document.activeElement?.dataset?.focus;
  shell = new Shell(on);
  shell.theme = theme.current();
  app.replaceChildren(shell.element);
  if (focused !== undefined) {
    shell.element.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }
}

async function enterWithCode(code) {
  try {
    await session.begin({code});
    enter();
  } catch (problem) {
    door(problem.status === 401 ? t('door.code') : reason(problem));
  }
}

async function begin() {
  const params = address.read().params;
  theme.apply(params);
  const code = address.takeLoginCode();
  const [, there] = await Promise.all([language.speak(language.wanted(params)),
    code === null ? session.current().catch(problem => problem) : null]);
  window.addEventListener('hashchange', route);
  theme.whenSystemChanges(() => route());
  whenSignedOut(() => {
    if (feed !== null) {
      door(t('door.ended'));
    }
  });
  if (code !== null) {
    await enterWithCode(code);
  } else if (there instanceof Error) {
    waitForServer(there);
  } else if (there === null) {
    door();
  } else {
    enter();
  }
}

/** The page is here, but the server cannot tell who we are: until it can. */
function waitForServer(problem) {
  app.replaceChildren(h('main', {class: 'door'}, h('div', {class: 'card', role: 'alert'}, nothing(t('error.title'), whyNot(problem)))));
  setTimeout(() => location.reload(), RETRY_MS);
}

begin();
