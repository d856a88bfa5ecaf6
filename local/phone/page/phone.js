"use strict";
// Every text here was written by somebody else: it goes into the page as text and never as markup.

const FAULTS = {
  deliver: "Deliver it",
  refuse: "Refuse the number (403)",
  busy: "Be out of order (500)",
  time_out: "Deliver it, and never answer the sender",
  no_report: "Deliver it, without a report",
  fail: "Take it, and report it as failed",
};
const EVERY_MS = 1000;
const zone = { timeZone: "Africa/Nairobi" };
const clock = new Intl.DateTimeFormat("en-GB", { ...zone, hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat("en-GB", { ...zone, weekday: "short", day: "numeric", month: "short", year: "numeric" });
const short = new Intl.DateTimeFormat("en-GB", { ...zone, day: "numeric", month: "short" });

const $ = (id) => document.getElementById(id);
let version = -1;
let listed = [];
let chosen = null;
let shown = "";
let session = null;

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

async function ask(path, body) {
  const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, options);
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error || `HTTP ${answer.status}`);
  return told;
}

const ofNumber = (what) => `/api/numbers/${encodeURIComponent(chosen)}/${what}`;

function trouble(text) {
  $("trouble").textContent = text;
  $("trouble").hidden = !text;
}

function guarded(work) {
  return async (event) => {
    if (event && event.preventDefault) event.preventDefault();
    try {
      await work(event);
      trouble("");
    } catch (error) {
      trouble(error instanceof TypeError ? "The phones do not answer: has `make run` ended?" : error.message);
    }
  };
}

function showNumbers() {
  const wanted = $("number").value.replace(/[^0-9]/g, "").replace(/^0/, "");
  const items = listed.filter((each) => each.number.includes(wanted)).map((each) => {
    const button = make("button");
    button.type = "button";
    if (each.number === chosen) button.setAttribute("aria-current", "true");
    button.append(make("strong", each.fault === "deliver" ? "" : "faulty", each.number));
    button.append(make("span", "when", short.format(new Date(each.at))));
    button.append(make("span", "last", (each.direction === "answered" ? "↩ " : "") + each.text));
    if (each.unread) {
      const badge = make("span", "unread", each.unread);
      badge.setAttribute("aria-label", `${each.unread} not read`);
      button.append(badge);
    }
    button.addEventListener("click", guarded(() => choose(each.number)));
    const item = make("li");
    item.append(button);
    return item;
  });
  const held = document.activeElement && document.activeElement.closest("#numbers li");
  const place = held ? [...$("numbers").children].indexOf(held) : -1;
  $("numbers").replaceChildren(...items);
  if (place >= 0 && items[place]) items[place].firstChild.focus();
  $("nobody").hidden = listed.length > 0;
}

function bubble(sms) {
  const item = make("li", sms.direction);
  item.append(make("p", "bubble", sms.text));
  const told = [clock.format(new Date(sms.at))];
  if (sms.direction === "received") told.unshift(sms.other);
  told.push(sms.parts === 1 ? "1 part" : `${sms.parts} parts`);
  if (sms.status) told.push(sms.status);
  if (sms.callback && !sms.callback.startsWith("2")) told.push(`the API answered ${sms.callback}`);
  const wrong = sms.status === "Failed" || (sms.callback && !sms.callback.startsWith("2"));
  item.append(make("p", wrong ? "under wrong" : "under", told.join(" · ")));
  return item;
}

function showThread(items) {
  const picture = JSON.stringify([chosen, items]);
  if (picture === shown) return;
  shown = picture;
  const children = [];
  let day = "";
  for (const sms of items) {
    const of = calendar.format(new Date(sms.at));
    if (of !== day) children.push(make("li", "day", of));
    day = of;
    children.push(bubble(sms));
  }
  const thread = $("thread");
  thread.replaceChildren(...children);
  thread.scrollTop = thread.scrollHeight;
}

function showFaults(faults, current) {
  const fieldset = $("faults");
  if (!fieldset.querySelector("input")) {
    for (const kind of faults) {
      const label = make("label");
      const input = make("input");
      Object.assign(input, { type: "radio", name: "fault", value: kind });
      input.addEventListener("change", guarded(() => ask(ofNumber("fault"), { kind }).then(look)));
      label.append(input, make("span", "", FAULTS[kind] || kind));
      fieldset.append(label);
    }
  }
  fieldset.disabled = false;
  for (const input of fieldset.querySelectorAll("input")) input.checked = input.value === current;
}

async function choose(number) {
  if (number !== chosen) hangUp();
  chosen = number;
  document.body.classList.add("open");
  $("whose").textContent = number;
  for (const each of document.querySelectorAll("#answer textarea, #answer button, #dial")) each.disabled = false;
  await look();
}

async function look() {
  if (chosen !== null) {
    const number = chosen;
    const told = await ask(ofNumber("thread"));
    if (number !== chosen) return;
    showThread(told.items);
    showFaults(told.faults, told.fault);
    const known = listed.find((each) => each.number === number);
    if (!known || known.unread || version === -1) await ask(ofNumber("seen"), {});
  }
  const told = await ask(`/api/numbers?version=${version}`);
  if (told.items) {
    listed = told.items;
    version = told.version;
  }
  showNumbers();
}

async function watch() {
  const told = await ask(`/api/numbers?version=${version}`);
  if (!told.items) return;
  listed = told.items;
  version = told.version;
  await look();
}

function showScreen(told) {
  session = told.session;
  $("screen").textContent = told.text;
  $("key").value = "";
  for (const id of ["key", "key-in"]) $(id).hidden = session === null;
  $("hang-up").textContent = session === null ? "OK" : "Cancel";
  const notes = [session === null ? "The session has ended" : "Waiting for your choice", `answered in ${told.ms} ms`];
  if (told.problem) notes.unshift(told.problem);
  if (told.too_long) notes.unshift("longer than 182 characters: a network would cut it");
  $("ussd-note").textContent = notes.join(" · ");
  $(session === null ? "hang-up" : "key").focus();
}

function hangUp() {
  session = null;
  $("ussd").hidden = true;
}

$("dial").addEventListener("click", guarded(async () => {
  $("screen").textContent = "…";
  $("ussd").hidden = false;
  showScreen(await ask(ofNumber("ussd"), { session: null }));
}));
$("keys").addEventListener("submit", guarded(async () => showScreen(await ask(ofNumber("ussd"), { session, text: $("key").value }))));
$("hang-up").addEventListener("click", () => { hangUp(); $("dial").focus(); });
$("ussd").addEventListener("keydown", (event) => { if (event.key === "Escape") { hangUp(); $("dial").focus(); } });

$("answer").addEventListener("submit", guarded(async () => {
  await ask(ofNumber("answer"), { text: $("text").value });
  $("text").value = "";
  await look();
}));
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    $("answer").requestSubmit();
  }
});

$("number").addEventListener("input", showNumbers);
$("find").addEventListener("submit", guarded(async () => {
  const told = await ask(`/api/numbers/${encodeURIComponent($("number").value)}/thread`);
  $("number").value = "";
  await choose(told.number);
}));
$("back").addEventListener("click", () => document.body.classList.remove("open"));

$("show-emails").addEventListener("click", guarded(async () => {
  const { items } = await ask("/api/emails");
  $("emails-list").replaceChildren(...items.map((each) => {
    const article = make("article");
    article.append(make("strong", "", each.subject), make("p", "under", `${each.from} → ${each.to}`), make("pre", "", each.text));
    if (each.files.length) article.append(make("p", "under", `With it: ${each.files.join(", ")}`));
    return article;
  }));
  if (!items.length) $("emails-list").append(make("p", "", "None yet."));
  $("emails").showModal();
}));

const step = guarded(watch);
(async function forever() {
  await step();
  setTimeout(forever, EVERY_MS);
})();
