// The page: its columns of chats, the events in them, and the choice of chats kept in this browser.

import { Column } from "./column.js";
import { make } from "./dom.js";
import { follow } from "./feed.js";
import { askChatToAdd } from "./people.js";
import { Tabs } from "./tabs.js";
import { refreshTimesRegularly } from "./times.js";
import { tell, Trouble } from "./wire.js";
import { isGroup, loadAccounts, world } from "./world.js";

const STORAGE_KEY = "campusg.views";
const room = document.getElementById("columns");
const connection = document.getElementById("connection");
const setup = await (await fetch("/setup")).json();
const tabs = new Tabs(document.getElementById("tabs"), room);
const expected = new Set(); // "person chat" of join requests that wait for approval
let columns = [];

const page = {
  /** Show a person's chat in its column, or in a new one. */
  show(person, chat) {
    let column = columns.find((one) => one.person === person && one.chat === chat);
    if (!column) {
      column = place({ person, chat });
      remember();
      column.load();
    }
    tabs.goTo(column);
    return column;
  },

  /** Show a group as soon as this person's join request is approved. */
  expect(person, chat) { expected.add(`${person} ${chat}`); },

  close(column) {
    columns = columns.filter((one) => one !== column);
    column.element.remove();
    remember();
  },

  counted() { tabs.mark(); },
};

function place(view) {
  const column = new Column(view, page, setup.pictures);
  columns.push(column);
  room.querySelector(".empty")?.remove();
  room.append(column.element);
  return column;
}

function remember() {
  localStorage.setItem(STORAGE_KEY, JSON.stringify(columns.map(({ person, chat, role, start }) => ({ person, chat, role, start }))));
  if (columns.length === 0) room.append(make("p", { class: "empty" }, "No chat is shown. Add one above."));
  tabs.set(columns);
}

/** Return the chats of the last visit that still exist, or those of a first visit. */
function remembered() {
  const there = ({ person, chat }) => world.people.has(person) && (isGroup(chat) ? world.groups.has(chat) : world.bots.has(chat));
  const kept = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "[]").filter(there);
  return kept.length ? kept : setup.views.filter(there);
}

async function refresh() {
  await loadAccounts();
  if (columns.length === 0) {
    remembered().forEach(place);
    remember();
  }
  await Promise.all(columns.map((column) => column.load()));
  tabs.render();
}

async function take(event) {
  if (event.kind === "member") {
    await loadAccounts();
    if (event.status === "member" && expected.delete(`${event.user} ${event.chat}`)) page.show(event.user, event.chat);
  }
  for (const column of columns.filter((one) => one.concerns(event) || (event.kind === "member" && event.chat === one.chat))) {
    column.take(event);
    if (event.kind === "message" && event.message.from.id !== column.person && !tabs.sees(column)) column.missed = (column.missed ?? 0) + 1;
  }
  tabs.mark();
}

/** Return the invite link of a chat of the first visit, or "". */
function invitation() {
  const came = setup.views.find(({ start }) => start);
  return came ? `https://t.me/${came.chat.slice(1)}?start=${came.start}` : "";
}

document.getElementById("add").addEventListener("click", async () => {
  const wish = await askChatToAdd(invitation());
  if (!wish) return;
  const column = page.show(wish.person, wish.chat);
  if (wish.link) await column.follow(wish.link);
});

/** Lead from the head to the page of a Web App, at the address that the stand-in signs for its person. */
function linkWebApp({ person, bot, label, url }) {
  const button = document.getElementById("web-app");
  button.lastElementChild.textContent = label;
  button.title = label;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      const opened = await tell("/sim/web_apps", { from: person, bot, url });
      window.open(opened.url, "_blank", "noopener");
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      connection.textContent = trouble.message;
    }
  });
}

if (setup.web_app) linkWebApp(setup.web_app);
refreshTimesRegularly();
await follow({ refresh, take, state: (word) => { connection.textContent = word; } });
