// Links: those to Telegram are followed inside the page as the person who clicks them.

import { tell } from "./wire.js";
import { loadAccounts, titleOf, world } from "./world.js";

const HERE = ["127.0.0.1", "localhost", "[::1]"];

function host(url) {
  return URL.canParse(url) ? new URL(url).hostname : "";
}

/** Whether a link leads to a Telegram chat, which a browser cannot open. */
export function leadsToChat(url) {
  return ["t.me", "telegram.me"].includes(host(url));
}

/** Return the `rel` of a link. Only pages of the demo get an opener, so that they can close themselves. */
export function relation(url) {
  return HERE.includes(host(url)) ? "opener" : "noopener noreferrer";
}

/** Follow a link to a chat: join the group, or open the bot and start it. Return a sentence for the person, or "". */
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
  await loadAccounts();
  if (!joined) {
    page.expect(person, chat);
    return `You asked to join ${titleOf(chat)}.`;
  }
  page.show(person, chat);
  return `You are in ${titleOf(chat)}.`;
}
