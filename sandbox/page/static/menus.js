// Popup menus: one at a time, closed by Escape, a choice or a click elsewhere.

import { make } from "./dom.js";

let shown = null;

/** Open a menu of entries {label, description, picture, bad, act}. `place` is a class with its position at `anchor`. */
export function openMenu(anchor, host, place, label, entries) {
  const again = shown?.anchor === anchor;
  closeMenu();
  if (again || entries.length === 0) return;
  const menu = make("div", { class: `menu ${place}`, role: "menu", "aria-label": label, onkeydown: moveFocus }, ...entries.map(item));
  shown = { menu, anchor };
  anchor?.setAttribute("aria-expanded", "true");
  host.append(menu);
}

/** Close the open menu, if there is one. */
export function closeMenu() {
  if (!shown) return;
  const held = shown.menu.contains(document.activeElement);
  shown.menu.remove();
  shown.anchor?.setAttribute("aria-expanded", "false");
  if (held) shown.anchor?.focus();
  shown = null;
}

function item({ label, description, picture, bad, act }) {
  const choose = () => { closeMenu(); act(); };
  return make("button", { type: "button", role: "menuitem", onclick: choose },
    picture ? make("img", { src: picture, alt: "" }) : null,
    make("b", bad ? { class: "bad" } : {}, label), description ? make("span", {}, description) : null);
}

function moveFocus(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...event.currentTarget.children];
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
}

document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenu(); });
document.addEventListener("pointerdown", (event) => {
  if (shown && !shown.menu.contains(event.target) && !shown.anchor?.contains(event.target)) closeMenu();
});
