// Converts a message's HTML to elements. Only Telegram's tags are kept; links and commands can be clicked.

import { make } from "./dom.js";
import { momentText } from "./times.js";

const PLAIN = new Set(["B", "I", "U", "S", "PRE"]);
const LINK_OR_COMMAND = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])|(?<![\w/<>@])(\/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?)(?!\w)/g;

/** Return the content of a message. `acts` holds the actions of a link (open), a command (say) and code (copy). */
export function renderMarkup(html, acts) {
  const source = new DOMParser().parseFromString(html, "text/html").body;
  return inside(source, acts, true);
}

function inside(source, acts, alive) {
  const fragment = document.createDocumentFragment();
  for (const node of source.childNodes) fragment.append(...piece(node, acts, alive));
  return fragment;
}

function piece(node, acts, alive) {
  if (node.nodeType === Node.TEXT_NODE) return alive ? livened(node.data, acts) : [node.data];
  if (node.nodeType !== Node.ELEMENT_NODE) return [];
  const content = () => inside(node, acts, alive);
  switch (node.tagName) {
    case "A": return [link(node.getAttribute("href") ?? "", inside(node, acts, false), acts)];
    case "CODE": return [make("code", { title: "Press to copy", onclick: () => acts.copy(node.textContent) }, content())];
    case "TG-SPOILER": return [spoiler(content())];
    case "BLOCKQUOTE": return [quote(content(), node.hasAttribute("expandable"), acts)];
    case "TG-TIME": return [moment(node)];
    default: return [PLAIN.has(node.tagName) ? make(node.tagName.toLowerCase(), {}, content()) : content()];
  }
}

function livened(text, acts) {
  const pieces = [];
  let done = 0;
  for (const found of text.matchAll(LINK_OR_COMMAND)) {
    pieces.push(text.slice(done, found.index));
    pieces.push(found[1] ? link(found[1], found[1], acts) : pressed(found[2], () => acts.say(found[2])));
    done = found.index + found[0].length;
  }
  return [...pieces, text.slice(done)];
}

/** Return a link. A link to a chat is followed inside the page; any other opens a tab. */
function link(url, content, acts) {
  if (!/^https?:\/\//.test(url)) return make("b", {}, content);
  if (acts.leadsToChat(url)) return pressed(content, () => acts.open(url));
  return make("a", { href: url, target: "_blank", rel: acts.relation(url) }, content);
}

function pressed(content, onclick) {
  return make("button", { type: "button", class: "link", onclick }, content);
}

function spoiler(content) {
  const hidden = make("span", { class: "spoiler", role: "button", tabindex: 0, "aria-label": "Hidden words: press to read" }, content);
  const show = (event) => {
    if (event.type === "keydown" && !["Enter", " "].includes(event.key)) return;
    hidden.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) hidden.removeAttribute(name);
  };
  hidden.addEventListener("click", show);
  hidden.addEventListener("keydown", show);
  return hidden;
}

function quote(content, expandable, acts) {
  const words = make("span", { class: "inside" }, content);
  const block = make("span", { class: "quoted", role: "blockquote" }, words);
  if (expandable) requestAnimationFrame(() => fold(block, words, acts));
  return block;
}

/** Fold a long quotation and add a button that unfolds it. */
function fold(block, words, acts) {
  block.classList.add("folds");
  if (words.scrollHeight <= words.clientHeight + 2) return block.classList.remove("folds");
  const button = make("button", { type: "button", class: "fold" });
  const set = (open) => {
    block.classList.toggle("open", open);
    button.textContent = open ? "▴ Show less" : "▾ Show more";
    button.setAttribute("aria-expanded", open);
    acts.unfolded.open = open;
  };
  button.addEventListener("click", () => set(!block.classList.contains("open")));
  set(Boolean(acts.unfolded.open));
  block.append(button);
  return block;
}

function moment(node) {
  const unix = node.getAttribute("unix");
  const format = node.getAttribute("format") ?? "";
  const shown = format ? momentText(Number(unix), format) : node.textContent;
  return make("time", { title: node.textContent, data: { unix, format } }, shown);
}
