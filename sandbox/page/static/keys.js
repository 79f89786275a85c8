// The buttons below a message: what each does when pressed, and the wait for the bot's answer.

import { make } from "./dom.js";
import { leadsToChat, relation } from "./links.js";
import { ask, tell, Trouble } from "./wire.js";

const ANSWER_WITHIN = 15; // seconds Telegram shows the clock on a button

/** Rows of buttons, or null when the message has none; `column` knows whose fingers these are. */
export function keyboard(column, message) {
  if (message.buttons.length === 0) return null;
  const rows = message.buttons.map((row) => make("div", { class: "keys-row" }, ...row.map((button) => key(column, message, button))));
  return make("div", { class: "keys", role: "group", "aria-label": "Buttons of the message" }, ...rows);
}

function key(column, message, button) {
  const look = `key ${button.style ?? ""}`;
  const { text, url, data, copy_text: copied } = button;
  if (url && !leadsToChat(url)) {
    const traits = { class: look, href: url, target: "_blank", rel: relation(url), title: text, "aria-label": `${text} (opens a page)` };
    return make("a", traits, label(text), corner("↗"));
  }
  if (url) return make("button", { type: "button", class: look, title: text, onclick: () => column.follow(url) }, label(text), corner("↗"));
  if (copied) return make("button", { type: "button", class: look, title: text, onclick: () => column.copy(copied.text) }, label(text), corner("⧉"));
  if (!data) return make("button", { type: "button", class: look, title: text, disabled: true }, label(text));
  const drawn = make("button", { type: "button", class: look, title: text, data: { callback: data } }, label(text));
  drawn.addEventListener("click", () => press(column, message, data, drawn));
  return drawn;
}

/** What a button says, in one line; the whole of it is its title. */
function label(text) {
  return make("span", { class: "key-words" }, text);
}

function corner(sign) {
  return make("span", { class: "corner", "aria-hidden": "true" }, sign);
}

/** Tap, turn a little wheel, and show what the bot answers: a toast, a dialog, or nothing when nothing is to say. */
async function press(column, message, data, drawn) {
  if (drawn.ariaBusy === "true") return;
  drawn.ariaBusy = "true";
  try {
    const body = { from: column.person, chat: column.chat, message_id: message.message_id, data };
    const { callback_query_id: tap } = await tell("/sim/taps", body);
    show(column, await ask(`/sim/taps/${tap}`, { wait: ANSWER_WITHIN }));
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    column.say(trouble.message);
  } finally {
    drawn.ariaBusy = "false";
  }
}

function show(column, answer) {
  if (!answer.answered) column.say("The bot has not answered yet.");
  else if (answer.url) column.follow(answer.url);
  else if (answer.text && answer.show_alert) column.alert(answer.text);
  else if (answer.text) column.say(answer.text);
}
