// Keyboard focus in a log: Tab stops at the buttons of one message, arrow keys move to older and newer messages.

const PRESSED = "button, a[href], [role=button]";
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

/** Keep exactly one message of `lines` in the order of the Tab key, also after messages are added or removed. */
export function manageTabFocus(lines) {
  let chosen = null; // the id of the message that has the focus
  const set = () => { chosen = setTabStop(lines, chosen); };
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
    if (STEPS[event.key]) moveFocus(lines, event);
  });
}

/** Let Tab stop only at the chosen message, or at the newest one with buttons. Return the chosen id if it exists. */
function setTabStop(lines, chosen) {
  const messages = [...lines.querySelectorAll("[data-message]")];
  const here = messages.find((one) => one.dataset.message === chosen);
  const stop = here ?? messages.findLast((one) => one.querySelector(".key:not([disabled])")) ?? messages.at(-1);
  for (const message of messages) {
    for (const part of message.querySelectorAll(PRESSED)) part.tabIndex = message === stop ? 0 : -1;
  }
  return here ? chosen : null;
}

function moveFocus(lines, event) {
  const messages = [...lines.querySelectorAll("[data-message]")].filter((one) => one.querySelector(PRESSED));
  const from = messages.indexOf(event.target.closest("[data-message]"));
  const next = messages[from + STEPS[event.key]];
  if (from < 0 || !next) return;
  event.preventDefault();
  (next.querySelector(".key:not([disabled])") ?? next.querySelector(PRESSED)).focus();
}
