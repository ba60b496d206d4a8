// What is around each view: the way to the others, how up to date all is, language, theme, and the way out.
import {link} from './address.js';
import {Banner, Pulse} from './banner.js';
import {h, icon, setText} from './dom.js';
import {timeZone} from './format.js';
import * as language from './language.js';
import * as theme from './theme.js';

const {t} = language;

/** The views in their order, with their drawings. */
export const VIEWS = {
  live: 'M1.500 8.500h2.700l2-5.500 3.200 10 2.200-4.500h2.900',
  apis: 'M2.500 3.500h11M2.500 8h11M2.500 12.500h11M5 2v3M10 6.500v3M6.500 11v3',
  growth: 'M2 12.500 6.200 8l2.800 2.500L14 4.500M10.500 4.500H14V8',
  products: 'M2.500 5 8 2l5.500 3v6L8 14l-5.500-3zM2.500 5 8 8l5.500-3M8 8v6',
  reports: 'M4 2h6l2.500 2.500V14H4zM6.500 7.500h4M6.500 10.500h4',
  health: 'M8 13.500S2 10 2 5.900A3.100 3.100 0 0 1 8 4.700a3.100 3.100 0 0 1 6 1.200c0 4.100-6 7.600-6 7.600z',
};

/** Buttons for language and theme; `on` is told what was picked. */
export function preferences(on) {
  const other = language.languages().find(({code}) => code !== language.current());
  const dark = theme.current() === 'dark';
  return [
    h('button', {type: 'button', class: 'button quiet', lang: other.code === 'zh' ? 'zh-CN' : other.code, data: {focus: 'language'},
      on: {click: () => on.language(other.code)}}, other.name),
    h('button', {type: 'button', class: 'button quiet', 'aria-label': t(dark ? 'shell.light' : 'shell.dark'), title: t(dark ? 'shell.light' : 'shell.dark'),
      data: {focus: 'theme'}, on: {click: () => on.theme(dark ? 'light' : 'dark')}},
    icon(dark ? 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.500v1M8 13.500v1M1.500 8h1M13.500 8h1M3.400 3.400l.7.7M11.900 11.900l.7.7M12.600 3.400l-.7.7M4.100 11.900l-.7.7'
      : 'M13.500 9.500A5.800 5.800 0 0 1 6.500 2.500a5.800 5.800 0 1 0 7 7z')),
  ];
}

export class Shell {
  #links = new Map();
  #title = h('h1', {tabindex: -1});
  #crumb = h('div');
  #tools = h('div', {class: 'tools'});
  #zone = h('p', {class: 'zone'});
  #place = h('div', {class: 'place'});
  #main = null;
  #pulse = new Pulse();
  #banner = new Banner();

  constructor(on) {
    for (const [view, path] of Object.entries(VIEWS)) {
      this.#links.set(view, h('a', {href: link(view)}, icon(path), t('view.' + view)));
    }
    const home = h('a', {class: 'brand', href: link('live'), 'aria-label': 'Tallystream'}, h('img', {src: new URL('icon.svg', import.meta.url), alt: ''}), h('span', {}, 'Tallystream'));
    const out = h('button', {type: 'button', class: 'button quiet', id: 'sign-out', on: {click: on.signOut}}, t('shell.sign-out'));
    this.#main = h('main', {class: 'main', id: 'content'}, h('div', {class: 'inner'},
      h('div', {class: 'top'}, h('div', {class: 'title'}, this.#crumb, this.#title), this.#pulse.element, this.#tools),
      this.#banner.element, this.#place));
    this.element = h('div', {class: 'frame'},
      h('a', {class: 'skip', href: '#content', on: {click: event => { event.preventDefault(); this.#title.focus(); }}}, t('shell.skip')),
      h('header', {class: 'side'}, home,
        h('nav', {'aria-label': t('shell.views')}, h('ul', {}, [...this.#links.values()].map(each => h('li', {}, each)))),
        h('div', {class: 'foot'}, this.#zone, h('div', {class: 'row'}, preferences(on)), h('div', {class: 'row'}, out))),
      this.#main);
  }

  /** Shows what a view is called and what chooses its contents; the contents follow with `fill`. */
  head(name, {title, crumb = null, tools}) {
    for (const [view, each] of this.#links) {
      each.setAttribute('href', link(view));
      if (view === name) {
        each.setAttribute('aria-current', 'page');
      } else {
        each.removeAttribute('aria-current');
      }
    }
    document.title = title + ' · Tallystream';
    setText(this.#title, title);
    this.#crumb.replaceChildren(crumb ?? '');
    const focused = document.activeElement?.dataset?.focus;
    this.#tools.replaceChildren(...tools);
    if (focused !== undefined) {
      this.element.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  fill(element) {
    this.#place.replaceChildren(element);
  }

  /** What is below the heading is still that of before. */
  unsettle() {
    this.#main.setAttribute('aria-busy', 'true');
    delete this.#main.dataset.shown;
  }

  /** What was asked for is there: the address it had, null if it could not be shown. */
  settle(address) {
    this.#main.setAttribute('aria-busy', 'false');
    if (address !== null) {
      this.#main.dataset.shown = address;
    }
  }

  /** For a visitor who has moved to another view by keyboard. */
  focusTitle() {
    this.#title.focus({preventScroll: true});
    window.scrollTo(0, 0);
  }

  update(feed) {
    this.#pulse.show(feed);
    this.#banner.show(feed);
    setText(this.#zone, t('shell.zone', {zone: timeZone()}));
  }
}
