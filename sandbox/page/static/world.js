// The people, bots and groups, as last read from the stand-in.

import { ask, tell } from "./wire.js";

export const world = { people: new Map(), bots: new Map(), groups: new Map() };

/** Load all people, bots and groups. */
export async function loadAccounts() {
  const [people, bots, groups] = await Promise.all([ask("/sim/users"), ask("/sim/bots"), ask("/sim/groups")]);
  world.people = new Map(people.map((person) => [person.id, person]));
  world.bots = new Map(bots.map((bot) => [`@${bot.username}`, bot]));
  world.groups = new Map(groups.filter((group) => !group.migrated_to).map((group) => [group.id, group]));
}

/** Return the name of a person. */
export function nameOf(identity) {
  return world.people.get(identity)?.first_name ?? String(identity);
}

/** Return the title of a chat. */
export function titleOf(chat) {
  return (isGroup(chat) ? world.groups.get(chat)?.title : world.bots.get(chat)?.first_name) ?? String(chat);
}

/** Whether a chat is a group. Groups are named by number, bots by @username. */
export function isGroup(chat) {
  return typeof chat === "number";
}

const PRESENT = ["creator", "administrator", "member"];

/** Whether an account is in a group. */
export function isMember(group, identity) {
  return PRESENT.includes(world.groups.get(group)?.members[identity]);
}

/** Return the number of members of a group, including bots. */
export function sizeOf(group) {
  return Object.values(world.groups.get(group)?.members ?? {}).filter((status) => PRESENT.includes(status)).length;
}

/** Create a person with a Telegram account and return the person's id. */
export async function newPerson(name) {
  const person = await tell("/sim/users", { first_name: name, language_code: "en" });
  await loadAccounts();
  return person.id;
}
