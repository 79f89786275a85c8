// Where links lead: those to Telegram act inside this page, as the person who presses them.

import { tell } from "./wire.js";
import { meetEverybody, titleOf, world } from "./world.js";

const HERE = ["127.0.0.1", "localhost", "[::1]"];

function host(url) {
  return URL.canParse(url) ? new URL(url).hostname : "";
}

/** Whether a link leads to a chat, which no browser shows. */
export function leadsToChat(url) {
  return ["t.me", "telegram.me"].includes(host(url));
}

/** Pages of the demo may close themselves when they are done; a stranger's page learns nothing of us. */
export function relation(url) {
  return HERE.includes(host(url)) ? "opener" : "noopener noreferrer";
}

/** Follow a link to a chat: join the group, or open the bot and start it. `page` shows the chat; gives a sentence to say. */
export async function followToChat(url, person, page) {
  const { pathname, searchParams } = new URL(url);
  const words = pathname.split("/").filter(Boolean);
  if (words[0]?.startsWith("+") || words[0] === "joinchat") return join(url, person, page);
  const bot = [...world.bots.keys()].find((name) => name.toLowerCase() === `@${words[0]}`.toLowerCase());
  if (!bot) return `Nobody is called @${words[0]} here.`;
  page.show(person, bot);
  const code = searchParams.get("start");
  if (code) await tell("/sim/messages", { from: person, chat: bot, text: `/start ${code}` });
  return "";
}

async function join(url, person, page) {
  const { joined, chat } = await tell("/sim/join", { user: person, invite_link: url });
  await meetEverybody();
  if (!joined) {
    page.expect(person, chat);
    return `You asked to join ${titleOf(chat)}.`;
  }
  page.show(person, chat);
  return `You are in ${titleOf(chat)}.`;
}
