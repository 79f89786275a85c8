// Who there is: people, bots and groups, as the stand-in last told.

import { ask, tell } from "./wire.js";

export const world = { people: new Map(), bots: new Map(), groups: new Map() };

/** Read everybody anew. */
export async function meetEverybody() {
  const [people, bots, groups] = await Promise.all([ask("/sim/users"), ask("/sim/bots"), ask("/sim/groups")]);
  world.people = new Map(people.map((person) => [person.id, person]));
  world.bots = new Map(bots.map((bot) => [`@${bot.username}`, bot]));
  world.groups = new Map(groups.filter((group) => !group.migrated_to).map((group) => [group.id, group]));
}

/** What a person is called. */
export function nameOf(identity) {
  return world.people.get(identity)?.first_name ?? String(identity);
}

/** What a chat is called. */
export function titleOf(chat) {
  return (isGroup(chat) ? world.groups.get(chat)?.title : world.bots.get(chat)?.first_name) ?? String(chat);
}

/** Whether a chat is a group: those have numbers, bots have names. */
export function isGroup(chat) {
  return typeof chat === "number";
}

const PRESENT = ["creator", "administrator", "member"];

/** Whether somebody is in a group. */
export function isMember(group, identity) {
  return PRESENT.includes(world.groups.get(group)?.members[identity]);
}

/** How many are in a group, bots too. */
export function sizeOf(group) {
  return Object.values(world.groups.get(group)?.members ?? {}).filter((status) => PRESENT.includes(status)).length;
}

/** Somebody new with a Telegram account; gives the person's number. */
export async function newPerson(name) {
  const person = await tell("/sim/users", { first_name: name, language_code: "en" });
  await meetEverybody();
  return person.id;
}
