// What is shown is in the address, after the #, so that a link shows the same: #/apis?day=2026-11-20&compare=week

const FIRST = 'live';

/** The view and its parameters, as the address has them now. */
export function read() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [view, ...rest] = path.split('/').map(decodeURIComponent);
  return {view: view || FIRST, item: rest.length > 0 ? rest.join('/') : null, params: new URLSearchParams(query)};
}

/** An address of a view. `item` is one of what it shows; language and theme are kept. */
export function link(view, item = null, params = {}) {
  const query = new URLSearchParams();
  const kept = Object.fromEntries(['lang', 'theme'].map(name => [name, read().params.get(name)]));
  for (const [name, value] of Object.entries({...params, ...kept})) {
    if (value !== null && value !== undefined && value !== '') {
      query.set(name, value);
    }
  }
  const path = '#/' + view + (item === null ? '' : '/' + encodeURIComponent(item));
  return query.size === 0 ? path : path + '?' + query;
}

/** Changes parameters and stays where it is; null takes one away. */
export function change(params) {
  const now = read();
  const all = {...Object.fromEntries(now.params), ...params};
  const query = new URLSearchParams(Object.entries(all).filter(([, value]) => value !== null && value !== ''));
  const path = '#/' + now.view + (now.item === null ? '' : '/' + encodeURIComponent(now.item));
  history.replaceState(null, '', query.size === 0 ? path : path + '?' + query);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

/** The code of a login link, once: it is taken out of the address. Null without one. */
export function takeLoginCode() {
  const code = /^#code=([^&]+)/.exec(location.hash);
  if (code === null) {
    return null;
  }
  history.replaceState(null, '', location.pathname);
  return decodeURIComponent(code[1]);
}
