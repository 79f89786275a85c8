// Follows the event feed while the page is open.

import { ask, Trouble } from "./wire.js";

const AFTER_ALL_EVENTS = Number.MAX_SAFE_INTEGER; // a request after this number returns no events, only the last number
const LONG_POLL_SECONDS = 25;
const RETRY_DELAY_MS = 1500;

const pause = () => new Promise((done) => setTimeout(done, RETRY_DELAY_MS));

/** Call `refresh` at the start and after every gap, `take` with each event in order, `state` with a word to show. */
export async function follow({ refresh, take, state }) {
  for (;;) {
    try {
      let { last } = await ask("/sim/events", { after: AFTER_ALL_EVENTS });
      await refresh();
      state("");
      for (;;) {
        const batch = await ask("/sim/events", { after: last, wait: LONG_POLL_SECONDS });
        if (batch.last < last) break; // the stand-in was reset: load everything again
        batch.events.forEach(take);
        last = batch.last;
      }
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      state("connecting…");
      await pause();
    }
  }
}
