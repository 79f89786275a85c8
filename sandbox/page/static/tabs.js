// The row of chats in the bar: where one is, where news waits, and the way there; shown when not all fit.

import { face, make } from "./dom.js";
import { isGroup } from "./world.js";

const SEEN = 0.6; // of a column must be in sight for it to count as looked at

export class Tabs {
  constructor(element, room) {
    Object.assign(this, { element, room, columns: [], inSight: new Set() });
    this.watcher = new IntersectionObserver((entries) => this.moved(entries), { root: room, threshold: [SEEN] });
    new ResizeObserver(() => this.draw()).observe(room);
    element.addEventListener("scroll", () => this.fade());
  }

  /** The columns there are now. */
  set(columns) {
    this.watcher.disconnect();
    this.inSight.clear();
    this.columns = columns;
    for (const column of columns) this.watcher.observe(column.element);
    this.draw();
  }

  draw() {
    document.body.classList.toggle("crowded", this.room.scrollWidth > this.room.clientWidth + 4);
    this.element.replaceChildren(...this.columns.map((column) => this.tab(column)));
    this.mark();
    this.fade();
  }

  /** Show at which edge the row goes on. */
  fade() {
    const { scrollLeft, scrollWidth, clientWidth } = this.element;
    this.element.classList.toggle("more-left", scrollLeft > 2);
    this.element.classList.toggle("more-right", scrollLeft + clientWidth < scrollWidth - 2);
  }

  tab(column) {
    const name = isGroup(column.chat) ? `${column.owner}: ${column.title.split(" ").at(-1)}` : column.owner;
    return make("button", { type: "button", class: "tab", title: `${column.owner}: ${column.title}`, onclick: () => this.goTo(column), data: { person: column.person, chat: column.chat } },
      face(column.owner), make("span", { class: "tab-name" }, name), make("span", { class: "count", hidden: true }));
  }

  goTo(column) {
    column.element.scrollIntoView({ inline: "start", block: "nearest", behavior: "smooth" });
  }

  moved(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.inSight.add(target);
      else this.inSight.delete(target);
    }
    for (const column of this.columns) {
      if (this.sees(column)) column.missed = 0;
    }
    this.mark();
  }

  /** Whether a column is looked at. */
  sees(column) {
    return this.inSight.has(column.element);
  }

  /** Which tab one is at, and how much is unread in each. */
  mark() {
    for (const [at, column] of this.columns.entries()) {
      const tab = this.element.children[at];
      if (!tab) continue;
      const unread = Math.max(column.missed ?? 0, column.log.unread);
      const count = tab.querySelector(".count");
      tab.setAttribute("aria-current", this.sees(column));
      count.hidden = unread === 0;
      count.textContent = unread;
      count.setAttribute("aria-label", `${unread} new`);
      if (this.sees(column) && document.body.classList.contains("crowded")) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    const all = this.columns.reduce((sum, column) => sum + Math.max(column.missed ?? 0, column.log.unread), 0);
    document.title = all ? `(${all}) CampusG chats` : "CampusG chats";
  }
}
