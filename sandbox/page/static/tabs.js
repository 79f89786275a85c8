// The row of tabs in the bar, with the visible chat and counts of unread messages; shown when not all chats fit.

import { face, make } from "./dom.js";
import { isGroup } from "./world.js";

const MIN_VISIBLE_SHARE = 0.6; // a column with a smaller visible part counts as out of sight

export class Tabs {
  constructor(element, room) {
    Object.assign(this, { element, room, columns: [], inSight: new Set() });
    this.watcher = new IntersectionObserver((entries) => this.moved(entries), { root: room, threshold: [MIN_VISIBLE_SHARE] });
    new ResizeObserver(() => this.render()).observe(room);
    element.addEventListener("scroll", () => this.fade());
  }

  /** Replace the columns. */
  set(columns) {
    this.watcher.disconnect();
    this.inSight.clear();
    this.columns = columns;
    for (const column of columns) this.watcher.observe(column.element);
    this.render();
  }

  render() {
    document.body.classList.toggle("crowded", this.room.scrollWidth > this.room.clientWidth + 4);
    this.element.replaceChildren(...this.columns.map((column) => this.tab(column)));
    this.mark();
    this.fade();
  }

  /** Mark the edges beyond which the row continues. */
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

  /** Whether a column is visible. */
  sees(column) {
    return this.inSight.has(column.element);
  }

  /** Update the current tab and the unread counts. */
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
