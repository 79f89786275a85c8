// Logs in with what Telegram handed over behind #, and keeps the main element up to date.

const home = location.pathname.split("/").slice(0, 3).join("/");
const signed = new URLSearchParams(location.hash.slice(1)).get("tgWebAppData");
const main = document.querySelector("main");

async function logIn() {
  history.replaceState(null, "", location.pathname);
  const answer = await fetch(`${home}/login`, { method: "POST", body: signed });
  if (answer.ok) return location.reload();
  const said = document.createElement("p");
  said.className = "notice";
  said.textContent = (await answer.text()) || "The console could not be opened. Write /console to the bot again.";
  main.replaceChildren(said);
}

/** Put what the server shows now in place of the main element; what was folded open stays open. */
async function refresh() {
  const trouble = document.getElementById("trouble");
  try {
    const answer = await fetch(location.pathname + location.search);
    if (answer.status >= 500) throw new Error(answer.statusText);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = fresh.querySelector("main");
    const open = [...main.querySelectorAll("details[open][id]")].map((one) => one.id);
    const shut = [...main.querySelectorAll("details[id]:not([open])")].map((one) => one.id);
    for (const id of open) next.querySelector(`#${id}`)?.setAttribute("open", "");
    for (const id of shut) next.querySelector(`#${id}`)?.removeAttribute("open");
    if (next.innerHTML !== main.innerHTML) main.replaceChildren(...next.childNodes);
    document.getElementById("as-of").textContent = fresh.getElementById("as-of")?.textContent ?? "-";
    trouble.textContent = "";
    return answer.ok;
  } catch {
    trouble.textContent = " · no connection";
    return true;
  }
}

async function keepFresh(seconds) {
  for (let going = true; going;) {
    await new Promise((done) => setTimeout(done, seconds * 1000));
    if (!document.hidden) going = await refresh();
  }
}

if (signed) logIn();
else if (main.dataset.every) keepFresh(Number(main.dataset.every));
