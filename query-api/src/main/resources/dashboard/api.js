// Questions to the query API.

const LIMIT_MS = 15_000;

/** Why there is no answer. `status` is 0 where there was none at all. */
export class Problem extends Error {
  constructor(status, type, detail, granularity = null) {
    super(detail);
    this.status = status;
    this.type = type;
    this.granularity = granularity;
  }

  static async of(response) {
    try {
      const problem = await response.json();
      return new Problem(response.status, problem.type.replace('urn:tallystream:problem:', ''), problem.detail, problem.granularity);
    } catch {
      return new Problem(response.status, 'unknown', response.statusText);
    }
  }
}

let onSignedOut = () => {};

/** Who is told when an answer says that there is no session. */
export function whenSignedOut(listener) {
  onSignedOut = listener;
}

/** The path of a question. Parameters that are null are left out. */
export function path(operation, params = {}) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== null && value !== undefined));
  return 'api/v1/' + operation + (query.size === 0 ? '' : '?' + query);
}

/** The answer, as JSON. */
export async function ask(operation, params = {}, signal = null) {
  const limits = [AbortSignal.timeout(LIMIT_MS), ...(signal === null ? [] : [signal])];
  let response;
  try {
    response = await fetch(path(operation, params), {headers: {Accept: 'application/json'}, signal: AbortSignal.any(limits)});
  } catch (failure) {
    if (signal !== null && signal.aborted) {
      throw failure;
    }
    throw new Problem(0, 'unreachable', failure.message);
  }
  if (response.status === 401) {
    onSignedOut();
  }
  if (!response.ok) {
    throw await Problem.of(response);
  }
  return response.json();
}

/** The answer, or null where there is none because it is kept no more, or not made yet. */
export async function askIfKept(operation, params, signal) {
  try {
    return await ask(operation, params, signal);
  } catch (problem) {
    if (problem.status === 404 || problem.status === 422) {
      return null;
    }
    throw problem;
  }
}
