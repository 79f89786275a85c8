// Toasts, which disappear by themselves, and dialogs, which wait for an answer.

import { make } from "./dom.js";

const TOAST_BASE_MS = 1800;
const TOAST_MS_PER_LETTER = 40;

/** Show a text in the toast element of a chat for a time that grows with its length. */
export function toast(element, text) {
  clearTimeout(element.leaving);
  element.textContent = "";
  requestAnimationFrame(() => { element.textContent = text; });
  element.leaving = setTimeout(() => { element.textContent = ""; }, TOAST_BASE_MS + TOAST_MS_PER_LETTER * text.length);
}

/** Show a dialog with one button. Several dialogs are shown one after the other. */
export function alertBox(title, text) {
  const close = make("button", { type: "submit", class: "chosen" }, "OK");
  const form = make("form", { method: "dialog" }, make("h2", {}, title), make("p", {}, text), make("div", { class: "choices" }, close));
  return showDialog(make("dialog", { class: "alert", "aria-label": title }, form));
}

/** Show a picture in full size. A click anywhere closes it. */
export function lightbox(source, words) {
  const close = make("button", { type: "button" }, "Close");
  const dialog = make("dialog", { class: "picture", "aria-label": words, onclick: () => dialog.close() }, make("img", { src: source, alt: words }), close);
  return showDialog(dialog);
}

let before = Promise.resolve();

/** Show a dialog after the previous one is closed, and return its return value. */
export function showDialog(dialog) {
  before = before.then(() => new Promise((done) => {
    document.body.append(dialog);
    dialog.addEventListener("close", () => { dialog.remove(); done(dialog.returnValue); }, { once: true });
    dialog.showModal();
  }));
  return before;
}
