// What interrupts: a toast that goes by itself, and a dialog that waits for an answer.

import { make } from "./dom.js";

const LONG = 1800; // milliseconds a toast stays, and more for each letter
const EACH = 40;

/** A line at the bottom of a chat, read out and gone after a while; a toast's element is made once for each chat. */
export function toast(element, text) {
  clearTimeout(element.leaving);
  element.textContent = "";
  requestAnimationFrame(() => { element.textContent = text; });
  element.leaving = setTimeout(() => { element.textContent = ""; }, LONG + EACH * text.length);
}

/** A dialog with one button; several come one after the other. */
export function alertBox(title, text) {
  const close = make("button", { type: "submit", class: "chosen" }, "OK");
  const form = make("form", { method: "dialog" }, make("h2", {}, title), make("p", {}, text), make("div", { class: "choices" }, close));
  return showDialog(make("dialog", { class: "alert", "aria-label": title }, form));
}

/** A picture in full size; a press anywhere puts it away. */
export function lightbox(source, words) {
  const close = make("button", { type: "button" }, "Close");
  const dialog = make("dialog", { class: "picture", "aria-label": words, onclick: () => dialog.close() }, make("img", { src: source, alt: words }), close);
  return showDialog(dialog);
}

let before = Promise.resolve();

/** Show a dialog when the one before is closed; gives its return value. */
export function showDialog(dialog) {
  before = before.then(() => new Promise((done) => {
    document.body.append(dialog);
    dialog.addEventListener("close", () => { dialog.remove(); done(dialog.returnValue); }, { once: true });
    dialog.showModal();
  }));
  return before;
}
