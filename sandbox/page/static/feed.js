// Following everything that happens, for as long as the page is open.

import { ask, Trouble } from "./wire.js";

const BEYOND = Number.MAX_SAFE_INTEGER; // after all events there can be
const PATIENCE = 25; // seconds one look may last
const PAUSE = 1500; // milliseconds before asking again what did not answer

const pause = () => new Promise((done) => setTimeout(done, PAUSE));

/** Calls `refresh` at the beginning and after every gap, `take` with each event in order, `state` with a word. */
export async function follow({ refresh, take, state }) {
  for (;;) {
    try {
      let { last } = await ask("/sim/events", { after: BEYOND });
      await refresh();
      state("");
      for (;;) {
        const news = await ask("/sim/events", { after: last, wait: PATIENCE });
        if (news.last < last) break; // another life of the stand-in: begin anew
        news.events.forEach(take);
        last = news.last;
      }
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      state("connecting…");
      await pause();
    }
  }
}
