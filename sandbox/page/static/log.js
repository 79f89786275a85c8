// The scrolling list of one chat's messages. It follows the newest message unless the person has scrolled up.

import { renderMessage } from "./bubble.js";
import { make } from "./dom.js";
import { manageTabFocus } from "./rove.js";
import { dayName } from "./times.js";

const NEAR_END_PIXELS = 60; // a distance from the end that still counts as reading the newest message
const MIN_VISIBLE_PIXELS = 24; // a message with fewer visible pixels counts as out of sight
const GROUPING_SECONDS = 600; // messages of one sender within this time are grouped
const REMOVAL_MS = 260; // slightly longer than the fade-out in bubble.css

export class Log {
  constructor(column, label) {
    Object.assign(this, { column, following: true, unread: 0, shape: "", changed: new Set() });
    this.lines = make("div", { class: "lines" });
    this.element = make("div", { class: "log", role: "log", "aria-label": label, tabindex: 0, onscroll: () => this.scrolled() }, this.lines);
    this.up = make("button", { type: "button", class: "up", hidden: true, onclick: () => this.showChanged() }, "↑ Changed above");
    this.down = make("button", { type: "button", class: "down", hidden: true, onclick: () => this.toEnd() });
    const watcher = new ResizeObserver(() => this.reshaped());
    for (const one of [this.element, this.lines]) watcher.observe(one);
    manageTabFocus(this.lines);
  }

  /** Replace the list by these messages. */
  fill(messages) {
    this.lines.replaceChildren(...messages.map((message) => renderMessage(this.column, message)));
    this.changed.clear();
    this.arrange();
    this.toEnd();
  }

  /** Show this content in place of messages. The first message removes it. */
  greet(...content) {
    this.lines.replaceChildren(make("div", { class: "hello" }, ...content));
  }

  /** Append a message or replace the one with its id. With `isNew` it counts as unread when it is out of sight. */
  put(message, isNew) {
    const old = this.find(message.message_id);
    const rendered = renderMessage(this.column, message);
    if (old) {
      const held = old.contains(document.activeElement);
      old.replaceWith(rendered);
      if (held) rendered.querySelector(".key")?.focus({ preventScroll: true });
      this.changed.add(message.message_id);
    } else {
      this.lines.querySelector(".hello")?.remove();
      this.lines.append(rendered);
    }
    rendered.classList.toggle("fresh", Boolean(old) || isNew);
    this.arrange();
    if (!this.following && isNew) this.count(this.unread + 1);
    this.reshaped();
  }

  /** Fade out a message and remove it. */
  drop(identity) {
    const old = this.find(identity);
    old?.classList.add("gone");
    setTimeout(() => { old?.remove(); this.arrange(); }, REMOVAL_MS);
  }

  find(identity) {
    return this.element.querySelector(`[data-message="${identity}"]`);
  }

  /** Scroll to a message and highlight it. */
  goTo(identity) {
    const found = this.find(identity);
    if (!found) return;
    found.scrollIntoView({ block: found.offsetHeight < this.element.clientHeight ? "center" : "start" });
    this.following = false; // scrolled() sets it again if the message is at the end
    this.scrolled();
    found.classList.remove("fresh");
    requestAnimationFrame(() => found.classList.add("fresh"));
  }

  /** Scroll to the nearest changed message above the visible part. */
  showChanged() {
    const [nearest] = this.changedAbove();
    this.changed.delete(nearest);
    this.updateScrollButtons();
    this.goTo(nearest);
  }

  toEnd() {
    this.following = true;
    this.element.scrollTop = this.element.scrollHeight;
    this.count(0);
    this.updateScrollButtons();
  }

  /** Handle a new size of the log or its content: stay at the end if the log was there. */
  reshaped() {
    this.shape = this.measured();
    if (this.following) this.toEnd();
    else this.updateScrollButtons();
  }

  measured() {
    const { scrollHeight, clientHeight } = this.element;
    return `${scrollHeight} ${clientHeight}`;
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    this.element.scrollLeft = 0;
    const ended = scrollHeight - scrollTop - clientHeight < NEAR_END_PIXELS;
    if (this.following && !ended && this.shape !== this.measured()) return; // no scrolling: the size changed, see reshaped()
    this.following = ended;
    if (ended && this.unread) this.count(0);
    this.updateScrollButtons();
  }

  count(unread) {
    this.unread = unread;
    this.column.counted();
  }

  /** Show or hide the buttons that lead to changed messages above and the newest below. */
  updateScrollButtons() {
    const { top, bottom } = this.element.getBoundingClientRect();
    for (const identity of this.changed) {
      const place = this.find(identity)?.getBoundingClientRect();
      if (!place || (place.bottom > top + MIN_VISIBLE_PIXELS && place.top < bottom - MIN_VISIBLE_PIXELS)) this.changed.delete(identity);
    }
    const above = this.changedAbove().length;
    if (this.up.hidden === above > 0) this.toggleUp(above === 0);
    this.down.hidden = this.following;
    this.down.textContent = this.unread ? `↓ ${this.unread} new` : this.changed.size > above ? "↓ Changed below" : "↓ Newest";
  }

  /** Return the ids of changed messages above the visible part, the nearest first. */
  changedAbove() {
    const { top } = this.element.getBoundingClientRect();
    return [...this.changed].filter((identity) => this.find(identity)?.getBoundingClientRect().bottom <= top + MIN_VISIBLE_PIXELS).sort((one, other) => other - one);
  }

  /** Show or hide the button above without moving the visible messages. */
  toggleUp(hidden) {
    const before = this.element.getBoundingClientRect().top;
    this.up.hidden = hidden;
    this.element.scrollTop += this.element.getBoundingClientRect().top - before;
    this.shape = this.measured();
  }

  /** Insert a line before each day's first message, and mark messages that follow one of the same sender. */
  arrange() {
    for (const pill of this.element.querySelectorAll(".day")) pill.remove();
    let before = null;
    for (const element of this.element.querySelectorAll("[data-message]")) {
      const message = this.column.messages.get(Number(element.dataset.message));
      if (!message) continue;
      if (!before || dayName(before.date) !== dayName(message.date)) {
        element.before(make("p", { class: "pill day" }, dayName(message.date)));
      }
      const same = before && before.from.id === message.from.id && message.date - before.date < GROUPING_SECONDS;
      element.classList.toggle("same", Boolean(same));
      before = message;
    }
  }
}
