// The line at the foot of a chat: words, a picture, an answer to a message; or one big button when nothing can be written.

import { gist } from "./bubble.js";
import { iconButton, make } from "./dom.js";
import { closeMenu, openMenu } from "./menus.js";
import { fromFile, readyMade } from "./photos.js";
import { ask, tell, Trouble } from "./wire.js";

const CHIPS = 3;
const ALONE = ["board", "runners", "poster", "jobs", "orders", "help"]; // commands that need no more words

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

  /** Show the line to write on, or instead of it one button: {label, act}; one without an act only says something. */
  open(instead = null) {
    this.line.hidden = Boolean(instead);
    this.big.hidden = !instead;
    if (!instead) return;
    this.big.textContent = instead.label;
    this.big.disabled = !instead.act;
    this.big.onclick = instead.act ?? null;
  }

  /** Learn which commands this person is offered here. */
  async learn() {
    const { person, chat } = this.column;
    this.commands = await ask("/sim/commands", { chat, user: person });
    this.slash.hidden = this.commands.length === 0;
  }

  /** The next thing sent answers this message. */
  answer(message) {
    this.answered = message;
    this.describe();
    if (matchMedia("(pointer: fine)").matches) this.box.focus(); // on a phone that would bring up its keyboard
  }

  /** Send what is there; what could not be sent stays. */
  async send() {
    const text = this.box.value.trim();
    if (!text && !this.picture) return;
    const sent = await this.write({ text, ...(this.picture && { picture: this.picture.encoded }), ...(this.answered && { reply_to: this.answered.message_id }) });
    if (!sent) return;
    this.box.value = "";
    this.clear();
  }

  /** Write into the chat; gives whether that went well. */
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
      event.preventDefault(); // the first of the list is written out, for the words that follow it
      this.box.value = `/${this.matching()[0].command} `;
      closeMenu();
    }
  }

  /** The commands that begin as what is typed. */
  matching() {
    const { value } = this.box;
    return /^\/\w*$/.test(value) ? this.commands.filter((one) => `/${one.command}`.startsWith(value)) : [];
  }

  pasted(event) {
    const file = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
    if (file) this.choose(fromFile(file));
  }

  /** While a command is typed, those that begin so are listed. */
  offer() {
    closeMenu();
    this.list(this.matching());
  }

  /** All commands, as they are now: who becomes a runner is offered more. */
  async offerCommands() {
    await this.learn();
    this.list(this.commands, this.slash);
  }

  /** The first few commands, each to be pressed. */
  chips() {
    const known = ALONE.flatMap((name) => this.commands.filter((one) => one.command === name));
    return [...new Set([...known, ...this.commands])].slice(0, CHIPS).map((one) => make("button", { type: "button", class: "chip", title: one.description, onclick: () => this.command(one) }, `/${one.command}`));
  }

  /** Send a command; in a group it says whom it is for. */
  command({ command, bot }) {
    return this.write({ text: `/${command}${typeof this.column.chat === "number" ? `@${bot}` : ""}` });
  }

  list(commands, anchor = null) {
    openMenu(anchor, this.element, "above wide", "Commands", commands.map((one) => ({
      label: `/${one.command}`, hint: one.description,
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

  /** Say above the line what will be sent with the words. */
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
