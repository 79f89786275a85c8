// Renders one message: a bubble, or a centred line for a service message.

import { hueOf, make } from "./dom.js";
import { keyboard } from "./keys.js";
import { renderMarkup } from "./markup.js";
import { lightbox } from "./notices.js";
import { clockTime } from "./times.js";
import { isGroup } from "./world.js";

/** Return the element of a message in a column. */
export function renderMessage(column, message) {
  const own = message.from.id === column.person;
  const traits = { class: "message", data: { message: message.message_id, sender: message.from.id } };
  const service = serviceLine(message);
  if (service) return make("p", { ...traits, class: "pill message-line" }, service);
  const keys = keyboard(column, message);
  const shown = make("article", traits, bubble(column, message, own), keys, replySign(column, message));
  shown.classList.toggle("own", own);
  shown.classList.toggle("keyed", Boolean(keys));
  shown.setAttribute("aria-label", `${own ? "You" : message.from.name}, ${clockTime(message.date)}`);
  return shown;
}

function bubble(column, message, own) {
  const words = make("div", { class: "words", dir: "auto" }, renderMarkup(message.html, column.actsFor(message)));
  const shown = make("div", { class: `bubble${message.edited ? " edited" : ""}`, onclick: (event) => answerTo(event, column, message) },
    isGroup(column.chat) && !own ? sender(message) : null,
    answered(column, message),
    message.photo ? photo(message) : null,
    words,
    make("span", { class: "meta" }, `${message.edited ? "edited " : ""}${clockTime(message.date)}`));
  return shown;
}

/** Return the reply button beside a message. It comes last in the order of the Tab key. */
function replySign(column, message) {
  return make("button", { type: "button", class: "reply", "aria-label": "Reply to this message", title: "Reply", onclick: () => column.answer(message) }, "↩");
}

function sender(message) {
  const name = make("span", { class: "sender" }, message.from.name);
  name.style.setProperty("--name", `color-mix(in srgb, ${hueOf(message.from.name)} 82%, var(--ink))`);
  return name;
}

/** Return the button with the sender and text of the message this one replies to, or null. */
function answered(column, message) {
  if (!message.reply_to) return null;
  const target = column.messages.get(message.reply_to);
  const go = () => column.goTo(message.reply_to);
  return make("button", { type: "button", class: "answer", onclick: go },
    make("b", {}, target?.from.name ?? "A message"), make("span", {}, target ? gist(target) : "that is gone"));
}

/** Return a message as one line of text. */
export function gist(message) {
  const text = message.text.split("\n", 1)[0];
  return message.photo ? `Photo${text ? `: ${text}` : ""}` : text;
}

function photo(message) {
  const source = `/sim/files/${message.photo}`;
  const words = `Photo from ${message.from.name}`;
  return make("button", { type: "button", class: "photo", "aria-label": `${words}: show it large`, onclick: () => lightbox(source, words) },
    make("img", { src: source, alt: words }));
}

/** Reply to a message whose bubble was clicked, but not for a click on a control in it or a selection of text. */
function answerTo(event, column, message) {
  const busy = event.target.closest("button, a, code, .spoiler:not(.shown)") || String(getSelection()) !== "";
  if (!busy) column.answer(message);
}

function serviceLine({ service, from }) {
  if (service.new_chat_member) return `${service.new_chat_member.first_name} joined the group`;
  if (service.left_chat_member) return `${service.left_chat_member.first_name} left the group`;
  if (service.migrate_to_chat_id || service.migrate_from_chat_id) return "The group became a supergroup";
  return Object.keys(service).length ? `${from.name}: ${Object.keys(service).join(", ")}` : "";
}
