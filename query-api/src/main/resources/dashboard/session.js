// Signing in and out. The session itself is a cookie that scripts cannot see.
import {Problem} from './api.js';

const PATH = 'api/v1/session';
let csrfToken = null;

/** Thrown where the server wants a session that is not there (any more). */
async function answer(response) {
  if (response.ok) {
    const session = response.status === 204 ? null : await response.json();
    csrfToken = session === null ? null : session.csrf_token;
    return session;
  }
  throw await Problem.of(response);
}

/** The session there is; null without one. */
export async function current() {
  try {
    return await answer(await fetch(PATH, {headers: {Accept: 'application/json'}}));
  } catch (problem) {
    if (problem.status === 401) {
      return null;
    }
    throw problem;
  }
}

/** Begins a session with a token, or the code of a login link. */
export async function begin(credential) {
  return answer(await fetch(PATH, {
    method: 'POST',
    headers: {'Content-Type': 'application/json', Accept: 'application/json'},
    body: JSON.stringify(credential),
  }));
}

/** Ends it. One that has ended already is as good. */
export async function end() {
  try {
    await answer(await fetch(PATH, {method: 'DELETE', headers: {'X-CSRF-Token': csrfToken ?? ''}}));
  } catch (problem) {
    if (problem.status !== 401) {
      throw problem;
    }
  }
}
