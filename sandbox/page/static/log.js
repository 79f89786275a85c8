// The messages of one chat on their wall: in order, edited in place, with the newest in sight unless one reads above.

import { drawMessage } from "./bubble.js";
import { make } from "./dom.js";
import { dayName } from "./times.js";

const NEAR = 60; // pixels from the end that still count as reading the newest
const TOGETHER = 600; // seconds within which one sender's messages are drawn as one group
const LEAVING = 260; // milliseconds a deleted message takes to go

export class Log {
  constructor(column, label) {
    this.column = column;
    this.following = true;
    this.unread = 0;
    this.element = make("div", { class: "log", role: "log", "aria-label": label, tabindex: 0, onscroll: () => this.scrolled() });
    this.down = make("button", { type: "button", class: "down", hidden: true, onclick: () => this.toEnd("smooth") });
    this.element.addEventListener("load", () => this.following && this.toEnd(), true); // a picture has got its height
    new ResizeObserver(() => this.following && this.toEnd()).observe(this.element);
  }

  /** Draw all messages anew. */
  fill(messages) {
    this.element.replaceChildren(...messages.map((message) => drawMessage(this.column, message)));
    this.arrange();
    this.toEnd();
  }

  /** Words for a wall without messages; the first message takes their place. */
  greet(words) {
    this.element.replaceChildren(make("p", { class: "hello" }, words));
  }

  /** Draw a new message, or one that has changed in its place; `news` counts it as unread when it is out of sight. */
  put(message, news) {
    const old = this.find(message.message_id);
    const drawn = drawMessage(this.column, message);
    if (old) {
      const held = old.contains(document.activeElement);
      old.replaceWith(drawn);
      if (held) drawn.querySelector(".key")?.focus({ preventScroll: true });
    } else {
      this.element.querySelector(".hello")?.remove();
      this.element.append(drawn);
    }
    drawn.classList.toggle("fresh", Boolean(old) || news);
    this.arrange();
    if (this.following) requestAnimationFrame(() => this.toEnd());
    else if (news) this.count(this.unread + 1);
  }

  /** Let a message go. */
  drop(identity) {
    const old = this.find(identity);
    old?.classList.add("gone");
    setTimeout(() => { old?.remove(); this.arrange(); }, LEAVING);
  }

  find(identity) {
    return this.element.querySelector(`[data-message="${identity}"]`);
  }

  /** Bring a message into sight and let it glow. */
  goTo(identity) {
    const found = this.find(identity);
    if (!found) return;
    found.scrollIntoView({ block: "center", behavior: "smooth" });
    found.classList.remove("fresh");
    requestAnimationFrame(() => found.classList.add("fresh"));
  }

  toEnd(behavior = "instant") {
    this.element.scrollTo({ top: this.element.scrollHeight, behavior });
    this.following = true;
    this.count(0);
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    this.following = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.following) this.count(0);
    this.down.hidden = this.following;
  }

  count(unread) {
    this.unread = unread;
    this.down.textContent = unread ? `↓ ${unread} new` : "↓ Newest";
    this.column.counted();
  }

  /** A line before each day's first message; messages of one sender in a row stand closer. */
  arrange() {
    for (const pill of this.element.querySelectorAll(".day")) pill.remove();
    let before = null;
    for (const element of this.element.querySelectorAll("[data-message]")) {
      const message = this.column.messages.get(Number(element.dataset.message));
      if (!message) continue;
      if (!before || dayName(before.date) !== dayName(message.date)) {
        element.before(make("p", { class: "pill day" }, dayName(message.date)));
      }
      const same = before && before.from.id === message.from.id && message.date - before.date < TOGETHER;
      element.classList.toggle("same", Boolean(same));
      before = message;
    }
  }
}
