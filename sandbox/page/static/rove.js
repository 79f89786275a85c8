// The Tab key in a log: it stops at one message's buttons, at first the newest ones; the arrows go to older and newer messages.

const PRESSED = "button, a[href], [role=button]";
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

/** Keep one message of `lines` in the order of Tab, whatever is drawn or goes there. */
export function rove(lines) {
  let chosen = null; // the number of the message one is at, while one is there
  const set = () => { chosen = settle(lines, chosen); };
  new MutationObserver(set).observe(lines, { childList: true, subtree: true });
  lines.addEventListener("focusin", ({ target }) => {
    chosen = target.closest("[data-message]")?.dataset.message ?? chosen;
    set();
  });
  lines.addEventListener("focusout", ({ relatedTarget }) => {
    if (lines.contains(relatedTarget)) return;
    chosen = null;
    set();
  });
  lines.addEventListener("keydown", (event) => {
    if (STEPS[event.key]) step(lines, event);
  });
}

/** Let Tab stop at this message alone, or at the newest with buttons below it; gives the message's number if it is there. */
function settle(lines, chosen) {
  const messages = [...lines.querySelectorAll("[data-message]")];
  const here = messages.find((one) => one.dataset.message === chosen);
  const stop = here ?? messages.findLast((one) => one.querySelector(".key:not([disabled])")) ?? messages.at(-1);
  for (const message of messages) {
    for (const part of message.querySelectorAll(PRESSED)) part.tabIndex = message === stop ? 0 : -1;
  }
  return here ? chosen : null;
}

function step(lines, event) {
  const messages = [...lines.querySelectorAll("[data-message]")].filter((one) => one.querySelector(PRESSED));
  const from = messages.indexOf(event.target.closest("[data-message]"));
  const next = messages[from + STEPS[event.key]];
  if (from < 0 || !next) return;
  event.preventDefault();
  (next.querySelector(".key:not([disabled])") ?? next.querySelector(PRESSED)).focus();
}
