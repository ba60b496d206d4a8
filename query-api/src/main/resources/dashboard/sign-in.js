// The page of those who are not signed in.
import * as session from './session.js';
import {h} from './dom.js';
import {t} from './language.js';

const REASONS = {401: 'door.wrong', 429: 'door.slow', 0: 'door.unreachable'};

/** Why signing in did not work, as a text. */
export function reason(problem) {
  return t(REASONS[problem.status ?? 0] ?? 'door.failed', {detail: problem.message});
}

/** The page. `said` is a text to begin with; `preferences` are elements; `onDone` is told of the session. */
export function signInPage({said = '', preferences, onDone}) {
  const problem = h('p', {class: 'problem', role: 'alert', hidden: said === ''}, said);
  const input = h('input', {id: 'token', type: 'password', autocomplete: 'current-password', required: true, spellcheck: 'false'});
  const button = h('button', {class: 'button main-action'}, t('door.enter'));
  const submit = async event => {
    event.preventDefault();
    button.disabled = true;
    try {
      onDone(await session.begin({token: input.value.trim()}));
    } catch (failure) {
      problem.textContent = reason(failure);
      problem.hidden = false;
      input.select();
    } finally {
      button.disabled = false;
    }
  };
  return h('main', {class: 'door'}, h('div', {class: 'card'},
    h('div', {class: 'brand'}, h('img', {src: new URL('icon.svg', import.meta.url), alt: ''}), 'Tallystream'),
    h('h1', {}, t('door.title')), problem,
    h('form', {on: {submit}}, h('label', {for: 'token'}, t('door.token')), input, button),
    h('p', {class: 'hint'}, t('door.hint')), h('code', {class: 'muted'}, 'data/secrets/admin-token'),
    h('div', {class: 'row'}, preferences)));
}
