// Requests to the Telegram stand-in's control API. Every failure raises Trouble with a sentence for the person.

export class Trouble extends Error {}

/** Send a GET request. */
export function ask(path, query = {}) {
  return exchange(`${path}?${new URLSearchParams(query)}`, {});
}

/** Send a POST request with a JSON body. */
export function tell(path, body) {
  return exchange(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
}

async function exchange(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Trouble("The demo does not answer. Is it still running?");
  }
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Trouble(content.error ?? `The demo answered with ${answer.status}.`);
  return content;
}
