// The dialog that adds a chat of an existing or a new person.

import { make } from "./dom.js";
import { leadsToChat } from "./links.js";
import { showDialog } from "./notices.js";
import { isMember, nameOf, newPerson, world } from "./world.js";

const NEW = "new";

/** Ask which chat to add. Return {person, chat, link} or null. The default link of a new person is `invitation`. */
export async function askChatToAdd(invitation) {
  const parts = fields();
  const answer = await showDialog(dialog(parts, invitation));
  if (answer !== "add") return null;
  const person = parts.who.value === NEW ? await newPerson(parts.name.value.trim()) : Number(parts.who.value);
  const chat = parts.chat.value.startsWith("@") ? parts.chat.value : Number(parts.chat.value);
  return { person, chat, link: parts.link.value.trim() };
}

function fields() {
  const who = make("select", {}, ...[...world.people.keys()].map((one) => make("option", { value: one }, nameOf(one))), make("option", { value: NEW }, "Somebody new…"));
  const name = make("input", { maxlength: 64, autocomplete: "off", placeholder: "Lin" });
  const chat = make("select");
  const link = make("input", { type: "url", autocomplete: "off", placeholder: "https://t.me/…", pattern: "https://(t\\.me|telegram\\.me)/.+" });
  return { who, name, chat, link };
}

function dialog({ who, name, chat, link }, invitation) {
  const named = make("label", { class: "field" }, "Name", name);
  const changed = () => {
    const fresh = who.value === NEW;
    named.hidden = !fresh;
    name.required = fresh;
    link.value = fresh ? invitation : "";
    chat.replaceChildren(...chatsFor(fresh ? null : Number(who.value)));
  };
  who.addEventListener("change", changed);
  link.addEventListener("input", () => link.setCustomValidity(!link.value || (URL.canParse(link.value) && leadsToChat(link.value)) ? "" : "A link to a Telegram chat begins with https://t.me/"));
  changed();
  const form = make("form", { method: "dialog" }, make("h2", {}, "Add a chat"),
    make("label", { class: "field" }, "Whose", who), named, make("label", { class: "field" }, "Chat with", chat),
    make("label", { class: "field" }, "And follow a link as this person (empty: no link)", link),
    make("div", { class: "choices" }, make("button", { value: "cancel", formnovalidate: true }, "Cancel"), make("button", { value: "add", class: "chosen" }, "Add")));
  return make("dialog", { "aria-label": "Add a chat" }, form);
}

function chatsFor(person) {
  const bots = [...world.bots].map(([name, bot]) => make("option", { value: name }, `${bot.first_name} (bot)`));
  const groups = [...world.groups.values()].filter((group) => person !== null && isMember(group.id, person));
  return [...bots, ...groups.map((group) => make("option", { value: group.id }, `${group.title} (group)`))];
}
