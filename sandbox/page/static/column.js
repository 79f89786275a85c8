// One chat as one person sees it: header, messages and actions.

import { Composer } from "./composer.js";
import { gist } from "./bubble.js";
import { face, hueOf, iconButton, make } from "./dom.js";
import { followToChat, leadsToChat, relation } from "./links.js";
import { Log } from "./log.js";
import { openMenu } from "./menus.js";
import { alertBox, toast } from "./notices.js";
import { ask, tell, Trouble } from "./wire.js";
import { isGroup, isMember, nameOf, sizeOf, titleOf } from "./world.js";

export class Column {
  /** `view` is {person, chat, role, start}; `page` offers show, expect, close and counted (see main.js). */
  constructor(view, page, pictures) {
    Object.assign(this, { person: view.person, chat: view.chat, role: view.role ?? "", start: view.start ?? "", page, messages: new Map(), reading: Promise.resolve(), waiting: null, unfolded: new Map(), blocked: false });
    this.owner = nameOf(view.person);
    this.title = titleOf(view.chat);
    this.log = new Log(this, `Messages of ${this.owner} in ${this.title}`);
    this.composer = new Composer(this, pictures);
    this.toast = make("div", { class: "toast", role: "status", "aria-live": "polite" });
    this.pinned = make("button", { type: "button", class: "pinned", hidden: true });
    this.subtitle = make("p");
    this.element = make("section", { class: "column", "aria-label": `${this.owner}: ${this.title}`, data: { person: this.person, chat: this.chat } },
      this.ownerLine(), this.head(), this.pinned, make("div", { class: "wall" }, this.log.up, this.log.element, this.log.down), this.composer.element, this.toast);
  }

  ownerLine() {
    const line = make("div", { class: "owner" }, make("b", {}, isGroup(this.chat) ? `${this.title}, as ${this.owner} sees it` : `${this.owner}'s chat`),
      make("span", {}, this.role ? `· ${this.role}` : ""));
    line.style.setProperty("--hue", hueOf(this.owner));
    return line;
  }

  head() {
    this.dots = iconButton("dots", `More about ${this.owner}'s chat`, () => this.offer(), { "aria-haspopup": "menu" });
    this.headLine = make("header", { class: "head" }, face(this.title), make("div", { class: "head-words" }, make("h2", {}, this.title), this.subtitle), this.dots);
    return this.headLine;
  }

  /** Load the chat after the load in progress. Events that arrive during a load are shown after it. */
  load() {
    this.reading = this.reading.catch(() => {}).then(() => this.readAnew());
    return this.reading;
  }

  async readAnew() {
    this.waiting = [];
    try {
      await this.read();
    } finally {
      const { waiting } = this;
      this.waiting = null;
      waiting.forEach((event) => this.take(event));
    }
  }

  async read() {
    const mine = await ask("/sim/chats", { user: this.person });
    const own = mine.find((one) => one.chat === this.chat);
    Object.assign(this, { started: Boolean(own), blocked: Boolean(own?.blocked) });
    const readable = !isGroup(this.chat) || isMember(this.chat, this.person);
    const messages = readable ? await ask("/sim/messages", { chat: this.chat, user: this.person }) : [];
    this.messages = new Map(messages.map((message) => [message.message_id, message]));
    this.log.fill(messages);
    this.settle(readable);
    if (readable) await this.composer.learn();
    if (messages.length === 0) this.log.greet(...this.greeting(readable));
  }

  /** Return the content of a chat without messages, with buttons for some of the bot's commands. */
  greeting(readable) {
    const chips = readable && (this.started || isGroup(this.chat)) ? this.composer.chips() : [];
    if (!this.started && !isGroup(this.chat)) return [make("p", {}, this.welcome())];
    if (chips.length === 0) return [make("p", {}, "No messages here yet.")];
    return [make("p", {}, "No messages here yet."), make("p", {}, `Try ${chips[0].textContent}`), make("div", { class: "chips" }, ...chips)];
  }

  /** Return the text for a person who has not pressed Start. */
  welcome() {
    const way = this.start ? ` with the link t.me/${this.chat.slice(1)}?start=${this.start}` : "";
    return `${this.owner} has found ${this.title}${way}. Press Start below.`;
  }

  /** Update the header and the input line after a change of membership, blocking or Start. */
  settle(readable = true) {
    this.subtitle.textContent = isGroup(this.chat) ? `${sizeOf(this.chat)} members` : this.blocked ? "blocked" : "bot";
    if (!readable) this.composer.open({ label: `${this.owner} is not in this group` });
    else if (this.blocked) this.composer.open({ label: "Unblock", act: () => this.block(false) });
    else if (!isGroup(this.chat) && !this.started) this.composer.open({ label: "Start", act: () => this.composer.write({ text: `/start ${this.start}` }) });
    else this.composer.open();
    this.pin();
  }

  /** Whether an event of the feed belongs to this chat. */
  concerns(event) {
    return event.chat === this.chat && (isGroup(this.chat) || event.user === this.person);
  }

  /** Show an event of this chat. */
  take(event) {
    const { kind, message } = event;
    if (this.waiting && kind !== "member") this.waiting.push(event);
    else if (kind === "message" || kind === "edit") {
      this.messages.set(message.message_id, message);
      this.log.put(message, kind === "message" && message.from.id !== this.person);
      if (!this.started) Object.assign(this, { started: true }), this.settle();
      this.pin();
    } else if (kind === "delete") {
      this.messages.delete(message.message_id);
      this.log.drop(message.message_id);
      this.pin();
    } else if (kind === "member") {
      this.load();
    }
  }

  pin() {
    const found = [...this.messages.values()].filter((message) => message.pinned).at(-1);
    this.pinned.hidden = !found;
    if (!found) return;
    this.pinned.replaceChildren(make("b", {}, "Pinned message"), make("span", {}, gist(found)));
    this.pinned.onclick = () => this.goTo(found.message_id);
  }

  /** Return the actions of links, commands and code in a message. */
  actsFor(message) {
    if (!this.unfolded.has(message.message_id)) this.unfolded.set(message.message_id, {});
    return {
      unfolded: this.unfolded.get(message.message_id), leadsToChat, relation,
      open: (url) => this.follow(url), copy: (text) => this.copy(text), say: (text) => this.composer.write({ text }),
    };
  }

  offer() {
    const entries = isGroup(this.chat)
      ? [{ label: "Leave the group", bad: true, act: () => this.tried(tell("/sim/leave", { chat: this.chat, user: this.person })) }]
      : [{ label: this.blocked ? "Unblock the bot" : "Block the bot", bad: !this.blocked, act: () => this.block(!this.blocked) }];
    openMenu(this.dots, this.headLine, "below", "This chat", [...entries, { label: "Close this view", act: () => this.page.close(this) }]);
  }

  block(blocked) {
    return this.tried(tell(blocked ? "/sim/block" : "/sim/unblock", { user: this.person, bot: this.chat }));
  }

  /** Follow a link to a chat as this person. */
  async follow(url) {
    const words = await this.tried(followToChat(url, this.person, this.page));
    if (words) this.say(words);
  }

  async copy(text) {
    await navigator.clipboard.writeText(text).then(() => this.say("Copied."), () => this.say("The browser did not let us copy."));
  }

  async tried(doing) {
    try {
      return await doing;
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      this.say(trouble.message);
      return null;
    }
  }

  say(text) { toast(this.toast, text); }

  alert(text) { return alertBox(`${this.title} to ${this.owner}`, text); }

  answer(message) { if (!this.composer.line.hidden) this.composer.answer(message); }

  goTo(identity) { this.log.goTo(identity); }

  counted() { this.page.counted(); }
}
