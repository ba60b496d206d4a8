// Light or dark: by the address, as chosen before, or as the system has it.

const KEPT = 'tallystream.theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set();

function wanted(params) {
  return [params.get('theme'), localStorage.getItem(KEPT)].find(theme => theme === 'light' || theme === 'dark') ?? null;
}

/** Shows the theme that is wanted. */
export function apply(params) {
  const theme = wanted(params) ?? (system.matches ? 'dark' : 'light');
  if (document.documentElement.dataset.theme !== theme) {
    document.documentElement.dataset.theme = theme;
    listeners.forEach(listener => listener());
  }
}

export function current() {
  return document.documentElement.dataset.theme;
}

/** Keeps the choice for later visits. */
export function keep(theme) {
  localStorage.setItem(KEPT, theme);
}

/** Calls back at each change until what it returns is called. */
export function whenChanged(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Calls back when the system changes its mind. */
export function whenSystemChanges(listener) {
  system.addEventListener('change', listener);
}
