// How up to date the page is: a word beside the heading, and a sentence where something is wrong.
import {h, setText} from './dom.js';
import {age, clockSeconds} from './format.js';
import {t} from './language.js';

const WRONG = {lost: 'bad', unavailable: 'bad', behind: 'warn', stale: 'warn'};

export class Pulse {
  element = h('p', {class: 'pulse', data: {state: 'connecting'}}, t('pulse.connecting'));

  show(feed) {
    const state = feed.state;
    this.element.dataset.state = state;
    this.element.toggleAttribute('data-quiet', feed.quiet !== null);
    const behind = feed.behind;
    if ((state === 'live' || state === 'polling' || state === 'behind') && behind !== null) {
      const shown = feed.quiet === null ? t('pulse.age', {age: age(behind)}) : t('pulse.quiet', {age: age(feed.quiet)});
      setText(this.element, state === 'behind' ? shown : t('pulse.' + state) + ' · ' + shown);
    } else {
      setText(this.element, t('pulse.' + state));
    }
  }
}

export class Banner {
  #title = h('strong');
  #text = h('span');
  element = h('div', {class: 'banner', role: 'status', hidden: true}, this.#title, this.#text);

  show(feed) {
    const state = feed.state;
    const kind = WRONG[state];
    this.element.hidden = kind === undefined;
    if (kind === undefined) {
      return;
    }
    this.element.dataset.kind = kind;
    const since = feed.since ?? Date.parse(feed.figures.as_of) - (feed.behind ?? 0);
    setText(this.#title, t('banner.' + state + '.title'));
    setText(this.#text, t('banner.' + state + '.text', {since: clockSeconds(since)}));
  }
}
