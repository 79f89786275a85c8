// The input line of a chat, with text, picture and reply; or one big button when the person cannot write.

import { gist } from "./bubble.js";
import { iconButton, make } from "./dom.js";
import { closeMenu, openMenu } from "./menus.js";
import { fromFile, readyMade } from "./photos.js";
import { ask, tell, Trouble } from "./wire.js";

const MAX_CHIPS = 3;
const COMMANDS_WITHOUT_ARGUMENTS = ["board", "runners", "poster", "jobs", "orders", "help"];

export class Composer {
  constructor(column, pictures) {
    Object.assign(this, { column, pictures, answered: null, picture: null, commands: [] });
    this.about = make("div", { class: "about", hidden: true });
    this.box = make("textarea", {
      rows: 1, placeholder: "Message", "aria-label": `Message from ${column.owner} to ${column.title}`, enterkeyhint: "send",
      maxlength: 4096, dir: "auto", onkeydown: (event) => this.typed(event), oninput: () => this.offer(), onpaste: (event) => this.pasted(event),
    });
    this.file = make("input", { type: "file", accept: "image/*", hidden: true, onchange: () => this.choose(fromFile(this.file.files[0])) });
    this.clip = iconButton("clip", "Send a photo", () => this.offerPictures(), { "aria-haspopup": "menu" });
    this.slash = make("button", { type: "button", class: "icon slash", "aria-label": "Commands", title: "Commands", "aria-haspopup": "menu",
      hidden: true, onclick: () => this.offerCommands() }, "/");
    this.line = make("div", { class: "foot-line" }, this.clip, this.box, this.slash, iconButton("send", "Send", () => this.send(), { class: "icon send" }), this.file);
    this.big = make("button", { type: "button", class: "foot-big", hidden: true });
    this.element = make("footer", { class: "foot" }, this.about, this.line, this.big);
  }

  /** Show the input line, or one button {label, act} in its place. A button without `act` is disabled. */
  open(instead = null) {
    this.line.hidden = Boolean(instead);
    this.big.hidden = !instead;
    if (!instead) return;
    this.big.textContent = instead.label;
    this.big.disabled = !instead.act;
    this.big.onclick = instead.act ?? null;
  }

  /** Load the commands this person is offered here. */
  async learn() {
    const { person, chat } = this.column;
    this.commands = await ask("/sim/commands", { chat, user: person });
    this.slash.hidden = this.commands.length === 0;
  }

  /** Make the next message a reply to this one. */
  answer(message) {
    this.answered = message;
    this.describe();
    if (matchMedia("(pointer: fine)").matches) this.box.focus(); // not on a phone, where focus opens the keyboard
  }

  /** Send the text and picture. After a failure they stay in the input line. */
  async send() {
    const text = this.box.value.trim();
    if (!text && !this.picture) return;
    const sent = await this.write({ text, ...(this.picture && { picture: this.picture.encoded }), ...(this.answered && { reply_to: this.answered.message_id }) });
    if (!sent) return;
    this.box.value = "";
    this.clear();
  }

  /** Send a message to the chat and return whether it was accepted. */
  async write(words) {
    try {
      await tell("/sim/messages", { from: this.column.person, chat: this.column.chat, ...words });
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      this.column.say(trouble.message);
      return false;
    }
    this.column.log.toEnd();
    return true;
  }

  typed(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      closeMenu();
      this.send();
    } else if (event.key === "Escape") {
      this.clear();
    } else if (event.key === "Tab" && this.matching().length) {
      event.preventDefault(); // complete the first command, so that its arguments can be typed
      this.box.value = `/${this.matching()[0].command} `;
      closeMenu();
    }
  }

  /** Return the commands that begin with the typed text. */
  matching() {
    const { value } = this.box;
    return /^\/\w*$/.test(value) ? this.commands.filter((one) => `/${one.command}`.startsWith(value)) : [];
  }

  pasted(event) {
    const file = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
    if (file) this.choose(fromFile(file));
  }

  /** List the matching commands while a command is typed. */
  offer() {
    closeMenu();
    this.list(this.matching());
  }

  /** List all commands. They are loaded again, because a person who becomes a runner is offered more. */
  async offerCommands() {
    await this.learn();
    this.list(this.commands, this.slash);
  }

  /** Return buttons for the first MAX_CHIPS commands, those without arguments first. */
  chips() {
    const preferred = COMMANDS_WITHOUT_ARGUMENTS.flatMap((name) => this.commands.filter((one) => one.command === name));
    return [...new Set([...preferred, ...this.commands])].slice(0, MAX_CHIPS).map((one) => make("button", { type: "button", class: "chip", title: one.description, onclick: () => this.command(one) }, `/${one.command}`));
  }

  /** Send a command, in a group with the bot's name. */
  command({ command, bot }) {
    return this.write({ text: `/${command}${typeof this.column.chat === "number" ? `@${bot}` : ""}` });
  }

  list(commands, anchor = null) {
    openMenu(anchor, this.element, "above wide", "Commands", commands.map((one) => ({
      label: `/${one.command}`, description: one.description,
      act: () => { this.box.value = ""; this.command(one); },
    })));
  }

  offerPictures() {
    const made = this.pictures.map((name) => ({
      label: `A picture of a ${name}`, picture: `/pictures/${name}.png`, act: () => this.choose(readyMade(name)),
    }));
    openMenu(this.clip, this.element, "above", "Photos", [...made, { label: "Choose a file…", act: () => this.file.click() }]);
  }

  async choose(coming) {
    const picture = await coming;
    this.file.value = "";
    if (!picture) return this.column.say("That is no picture this browser can read.");
    this.picture = picture;
    this.describe();
    this.box.focus();
    return null;
  }

  clear() {
    Object.assign(this, { answered: null, picture: null });
    this.describe();
  }

  /** Show above the input line the picture and reply that will be sent with the text. */
  describe() {
    const { answered, picture } = this;
    this.about.hidden = !answered && !picture;
    this.box.placeholder = picture ? "Add a caption…" : answered ? "Reply" : "Message";
    if (this.about.hidden) return;
    this.about.replaceChildren(
      ...(picture ? [make("img", { src: picture.preview, alt: "The photo to be sent" })] : []),
      make("div", { class: "about-words" },
        make("b", {}, answered ? `Reply to ${answered.from.name}` : "Photo"), make("span", {}, answered ? gist(answered) : "ready to be sent")),
      iconButton("cross", "Send without it", () => this.clear()));
  }
}
