// The messages of one chat on their wall: in order, edited in place, with the newest in sight unless one reads above.

import { drawMessage } from "./bubble.js";
import { make } from "./dom.js";
import { rove } from "./rove.js";
import { dayName } from "./times.js";

const NEAR = 60; // pixels from the end that still count as reading the newest
const SLIVER = 24; // pixels of a message that are too few to notice
const TOGETHER = 600; // seconds within which one sender's messages are drawn as one group
const LEAVING = 260; // milliseconds a deleted message takes to go

export class Log {
  constructor(column, label) {
    Object.assign(this, { column, following: true, unread: 0, shape: "", changed: new Set() });
    this.lines = make("div", { class: "lines" });
    this.element = make("div", { class: "log", role: "log", "aria-label": label, tabindex: 0, onscroll: () => this.scrolled() }, this.lines);
    this.up = make("button", { type: "button", class: "up", hidden: true, onclick: () => this.showChanged() }, "↑ Changed above");
    this.down = make("button", { type: "button", class: "down", hidden: true, onclick: () => this.toEnd() });
    const watcher = new ResizeObserver(() => this.reshaped());
    for (const one of [this.element, this.lines]) watcher.observe(one);
    rove(this.lines);
  }

  /** Draw all messages anew. */
  fill(messages) {
    this.lines.replaceChildren(...messages.map((message) => drawMessage(this.column, message)));
    this.changed.clear();
    this.arrange();
    this.toEnd();
  }

  /** What is shown on a wall without messages; the first message takes its place. */
  greet(...content) {
    this.lines.replaceChildren(make("div", { class: "hello" }, ...content));
  }

  /** Draw a new message, or one that has changed in its place; `news` counts it as unread when it is out of sight. */
  put(message, news) {
    const old = this.find(message.message_id);
    const drawn = drawMessage(this.column, message);
    if (old) {
      const held = old.contains(document.activeElement);
      old.replaceWith(drawn);
      if (held) drawn.querySelector(".key")?.focus({ preventScroll: true });
      this.changed.add(message.message_id);
    } else {
      this.lines.querySelector(".hello")?.remove();
      this.lines.append(drawn);
    }
    drawn.classList.toggle("fresh", Boolean(old) || news);
    this.arrange();
    if (!this.following && news) this.count(this.unread + 1);
    this.reshaped();
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
    found.scrollIntoView({ block: found.offsetHeight < this.element.clientHeight ? "center" : "start" });
    this.following = false; // until it turns out to be at the end
    this.scrolled();
    found.classList.remove("fresh");
    requestAnimationFrame(() => found.classList.add("fresh"));
  }

  /** Go to the nearest message that changed above. */
  showChanged() {
    const [nearest] = this.changedAbove();
    this.changed.delete(nearest);
    this.hint();
    this.goTo(nearest);
  }

  toEnd() {
    this.following = true;
    this.element.scrollTop = this.element.scrollHeight;
    this.count(0);
    this.hint();
  }

  /** The log or what is in it has another size: who stood at the end stays there. */
  reshaped() {
    this.shape = this.measured();
    if (this.following) this.toEnd();
    else this.hint();
  }

  measured() {
    const { scrollHeight, clientHeight } = this.element;
    return `${scrollHeight} ${clientHeight}`;
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    this.element.scrollLeft = 0;
    const ended = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.following && !ended && this.shape !== this.measured()) return; // nobody scrolled: the room changed, see reshaped()
    this.following = ended;
    if (ended && this.unread) this.count(0);
    this.hint();
  }

  count(unread) {
    this.unread = unread;
    this.column.counted();
  }

  /** Say what is out of sight: messages that changed above, and the newest below. */
  hint() {
    const { top, bottom } = this.element.getBoundingClientRect();
    for (const identity of this.changed) {
      const place = this.find(identity)?.getBoundingClientRect();
      if (!place || (place.bottom > top + SLIVER && place.top < bottom - SLIVER)) this.changed.delete(identity);
    }
    const above = this.changedAbove().length;
    if (this.up.hidden === above > 0) this.toggleUp(above === 0);
    this.down.hidden = this.following;
    this.down.textContent = this.unread ? `↓ ${this.unread} new` : this.changed.size > above ? "↓ Changed below" : "↓ Newest";
  }

  /** The messages above what is in sight that changed there, the nearest first. */
  changedAbove() {
    const { top } = this.element.getBoundingClientRect();
    return [...this.changed].filter((identity) => this.find(identity)?.getBoundingClientRect().bottom <= top + SLIVER).sort((one, other) => other - one);
  }

  /** Show or hide the line above without moving what one reads. */
  toggleUp(hidden) {
    const before = this.element.getBoundingClientRect().top;
    this.up.hidden = hidden;
    this.element.scrollTop += this.element.getBoundingClientRect().top - before;
    this.shape = this.measured();
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
