// The inline buttons of a message, and the wait for the bot's answer to a tap.

import { make } from "./dom.js";
import { leadsToChat, relation } from "./links.js";
import { ask, tell, Trouble } from "./wire.js";

const ANSWER_TIMEOUT_SECONDS = 15; // as long as Telegram shows the clock on a button

/** Return the rows of buttons, or null when the message has none. `column` holds the person who taps them. */
export function keyboard(column, message) {
  if (message.buttons.length === 0) return null;
  const rows = message.buttons.map((row) => make("div", { class: "keys-row" }, ...row.map((button) => key(column, message, button))));
  return make("div", { class: "keys", role: "group", "aria-label": "Buttons of the message" }, ...rows);
}

function key(column, message, button) {
  const look = `key ${button.style ?? ""}`;
  const { text, url, data, copy_text: copied, web_app: page } = button;
  if (url && !leadsToChat(url)) {
    const traits = { class: look, href: url, target: "_blank", rel: relation(url), title: text, "aria-label": `${text} (opens a page)` };
    return make("a", traits, label(text), corner("↗"));
  }
  if (url) return make("button", { type: "button", class: look, title: text, onclick: () => column.follow(url) }, label(text), corner("↗"));
  if (page) return make("button", { type: "button", class: look, title: text, onclick: () => openPage(column, message, text) }, label(text), corner("⧉"));
  if (copied) return make("button", { type: "button", class: look, title: text, onclick: () => column.copy(copied.text) }, label(text), corner("⧉"));
  if (!data) return make("button", { type: "button", class: look, title: text, disabled: true }, label(text));
  const element = make("button", { type: "button", class: look, title: text, data: { callback: data } }, label(text));
  element.addEventListener("click", () => press(column, message, data, element));
  return element;
}

/** Return the text of a button, cut to one line. The button's title holds the whole text. */
function label(text) {
  return make("span", { class: "key-words" }, text);
}

function corner(sign) {
  return make("span", { class: "corner", "aria-hidden": "true" }, sign);
}

/** Tap a button, show a spinner, then show the bot's answer: a toast, a dialog, or nothing when it has no text. */
async function press(column, message, data, element) {
  if (element.ariaBusy === "true") return;
  element.ariaBusy = "true";
  try {
    const body = { from: column.person, chat: column.chat, message_id: message.message_id, data };
    const { callback_query_id: tap } = await tell("/sim/taps", body);
    show(column, await ask(`/sim/taps/${tap}`, { wait: ANSWER_TIMEOUT_SECONDS }));
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    column.say(trouble.message);
  } finally {
    element.ariaBusy = "false";
  }
}

/** Open the page of a Web App in a tab, at the address that the stand-in signs for this person. */
async function openPage(column, message, text) {
  try {
    const body = { from: column.person, chat: column.chat, message_id: message.message_id, label: text };
    const { url } = await tell("/sim/web_apps", body);
    window.open(url, "_blank", "noopener");
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    column.say(trouble.message);
  }
}

function show(column, answer) {
  if (!answer.answered) column.say("The bot has not answered yet.");
  else if (answer.url) column.follow(answer.url);
  else if (answer.text && answer.show_alert) column.alert(answer.text);
  else if (answer.text) column.say(answer.text);
}
