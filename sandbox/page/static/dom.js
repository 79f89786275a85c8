// Creates all elements of the page.

/** Return an element. A trait that begins with "on" is a listener; a trait that is null or false is left out. */
export function make(tag, traits = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(traits)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const STROKES = {
  clip: "M20 11.5 12 19.5a5 5 0 0 1-7-7l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4l7.7-7.7",
  dots: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  cross: "M6 6l12 12M18 6 6 18",
  send: "M3 20.2v-6.6l9-1.6-9-1.6V3.8L22 12z",
};

/** Return a round button with an icon. The label is its accessible name and its tooltip. */
export function iconButton(sign, label, onclick, more = {}) {
  const traits = { type: "button", class: "icon", "aria-label": label, title: label, onclick, ...more };
  return make("button", traits, sketch(sign));
}

function sketch(sign) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", STROKES[sign]);
  svg.append(path);
  return svg;
}

// Dark enough for white text.
const HUES = ["#7a4fb5", "#117a84", "#2e7d4f", "#a8542a", "#4a6076", "#1f6fb2", "#b03a73", "#8a6100", "#3d5bc4", "#5f6f1a", "#b23a3a", "#7a5266"];
const SEED = 494; // gives different colours to all people and chats of the demo

/** Return the colour of a person or chat. It is derived from the name, so it is the same at every visit. */
export function hueOf(name) {
  const sum = [...name].reduce((made, letter) => (Math.imul(made, 33) + letter.codePointAt(0)) >>> 0, SEED);
  return HUES[sum % HUES.length];
}

/** Return a round portrait with initials. */
export function face(title) {
  const words = title.replace(/[^\p{L}\p{N} ]/gu, "").split(" ").filter(Boolean);
  const initials = words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("");
  const round = make("span", { class: "face", "aria-hidden": "true" }, initials || "?");
  round.style.setProperty("--hue", hueOf(title));
  return round;
}
