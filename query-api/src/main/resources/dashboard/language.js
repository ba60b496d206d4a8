// The texts, of one language at a time. They stand in messages/, a file for each language.

const LANGUAGES = {en: {name: 'English', locale: 'en-GB'}, zh: {name: '简体中文', locale: 'zh-CN'}};
const KEPT = 'tallystream.language';
let language = 'en';
let messages = {};

/** The languages there are: code and name. */
export function languages() {
  return Object.entries(LANGUAGES).map(([code, {name}]) => ({code, name}));
}

/** The language that is wanted: by the address, as chosen before, by the browser. */
export function wanted(params) {
  const before = localStorage.getItem(KEPT);
  const candidates = [params.get('lang'), before, ...navigator.languages.map(tag => tag.slice(0, 2)), 'en'];
  return candidates.find(code => Object.hasOwn(LANGUAGES, code ?? ''));
}

/** Speaks that language from now on. */
export async function speak(code) {
  const response = await fetch(new URL('messages/' + code + '.json', import.meta.url));
  messages = await response.json();
  language = code;
  document.documentElement.lang = code === 'zh' ? 'zh-CN' : code;
}

/** Keeps the choice for later visits. */
export function keep(code) {
  localStorage.setItem(KEPT, code);
}

export function current() {
  return language;
}

/** For Intl. */
export function locale() {
  return LANGUAGES[language].locale;
}

/** A text; {names} in it are replaced. */
export function t(key, values = {}) {
  const text = messages[key];
  return text === undefined ? key : text.replace(/\{(\w+)}/g, (whole, name) => values[name] ?? whole);
}
