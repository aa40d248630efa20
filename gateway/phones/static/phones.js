// The training phones: asks for the texts once a second, hands in what is typed, moves the clock.

import { drawTalk } from "./bubbles.js";

const config = JSON.parse(document.body.dataset.config);
const words = config.words;
const status = document.getElementById("status");
const PERIOD = 1000;

let tag = null;
let ahead = 0; // milliseconds between the gateway's clock and this machine's
let clockKnown = false;
let nextEvent = null;
let moving = false;

// -- the clock ----------------------------------------------------------------------------------------------

const locale = config.language === "zh" ? "zh-CN" : "en-GB";
const inZone = (options) => new Intl.DateTimeFormat(locale, { timeZone: config.zone, hourCycle: "h23", ...options });
const clockFormat = inZone({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const minuteFormat = inZone({ hour: "2-digit", minute: "2-digit" });
const dayFormat = inZone({ year: "numeric", month: "short", day: "numeric", weekday: "short" });
const shortDayFormat = inZone({ month: "short", day: "numeric" });

function takeTime(text) {
  if (!text) return;
  ahead = Date.parse(text) - Date.now();
  clockKnown = true;
  tick();
}

function tick() {
  if (!clockKnown) return;
  const now = new Date(Date.now() + ahead);
  document.getElementById("now").textContent = clockFormat.format(now);
  document.getElementById("day").textContent = dayFormat.format(now);
  const next = document.getElementById("next");
  if (nextEvent === null) next.textContent = words.no_event;
  else {
    const sameDay = shortDayFormat.format(nextEvent) === shortDayFormat.format(now);
    const day = sameDay ? "" : `${shortDayFormat.format(nextEvent)} `;
    next.textContent = `${words.next_event}${day}${minuteFormat.format(nextEvent)}`;
  }
  document.getElementById("to-event").disabled = moving || nextEvent === null;
}

function lockMoves(locked) {
  moving = locked;
  for (const button of document.querySelectorAll("[data-move]")) button.disabled = locked;
  tick();
}

async function move(button) {
  let wish = JSON.parse(button.dataset.move);
  lockMoves(true);
  status.textContent = words.moving;
  try {
    // A long way takes several requests; texts keep arriving in between.
    for (let reached = false; !reached; ) {
      const answer = await postJson(config.clock, wish);
      const said = await answer.json();
      if (!answer.ok) throw new Error(said.problem);
      takeTime(said.now);
      reached = said.reached;
      wish = { until: said.until };
      await poll();
    }
    status.textContent = "";
  } catch (error) {
    status.textContent = `${words.not_moved}: ${error.message}`;
  } finally {
    lockMoves(false);
    button.focus();
  }
}

// -- texts --------------------------------------------------------------------------------------------------

function postJson(url, body) {
  return fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `page-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

async function sendText(phone, field, problem) {
  const text = field.value.trim();
  if (!text || field.readOnly) return;
  // The same draft keeps its id, so that pressing Send again after a lost answer changes nothing.
  if (field.dataset.sent !== text) {
    field.dataset.sent = text;
    field.dataset.id = newId();
  }
  field.readOnly = true;
  try {
    const answer = await postJson(config.texts, { from: phone, text, id: field.dataset.id });
    if (!answer.ok) throw new Error((await answer.text()).trim());
  } catch (error) {
    problem.textContent = `${words.not_sent} (${error.message})`;
    return;
  } finally {
    field.readOnly = false;
  }
  problem.textContent = "";
  field.value = "";
  delete field.dataset.sent;
  fit(field);
  await poll();
}

function fit(field) {
  field.rows = Math.min(5, Math.max(1, Math.ceil(field.scrollHeight / 26)));
  if (!field.value) field.rows = 1;
}

function prefill(field, answer) {
  field.value = answer;
  field.focus();
  field.setSelectionRange(answer.length, answer.length);
  fit(field);
}

// -- drawing ------------------------------------------------------------------------------------------------

const inView = new Set();
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) inView.add(entry.target.id);
    else inView.delete(entry.target.id);
    if (entry.isIntersecting) markUnread(entry.target, 0);
    tabOf(entry.target)?.classList.toggle("here", entry.isIntersecting);
  }
}, { threshold: 0.6 });

function tabOf(section) {
  return document.querySelector(`.tabs a[href="#${section.id}"]`);
}

function markUnread(section, count) {
  const badge = tabOf(section)?.querySelector("b");
  if (!badge) return;
  const total = count ? Number(badge.textContent || 0) + count : 0;
  badge.hidden = total === 0;
  badge.textContent = total || "";
  badge.title = total ? `${total} ${words.unread}` : "";
}

function draw(state) {
  nextEvent = state.next_event === null ? null : new Date(state.next_event);
  for (const { name, lines } of state.phones) {
    const section = document.querySelector(`[data-phone="${CSS.escape(name)}"]`);
    const field = section.querySelector("textarea");
    const first = section.dataset.drawn === undefined;
    section.dataset.drawn = "";
    const arrived = drawTalk(section.querySelector("ol"), lines, words.reply_with, (answer) => prefill(field, answer));
    if (arrived && !first && !inView.has(section.id)) markUnread(section, arrived);
  }
  tick();
}

let polling = null;

/** Asks for what is new; a call while one is under way waits for that one and asks again. */
async function poll() {
  while (polling) await polling;
  polling = askOnce();
  try {
    await polling;
  } finally {
    polling = null;
  }
}

async function askOnce() {
  try {
    const answer = await fetch(config.state, { headers: tag ? { "If-None-Match": tag } : {} });
    takeTime(answer.headers.get(config.nowHeader));
    if (answer.status === 200) {
      tag = answer.headers.get("ETag");
      draw(await answer.json());
    } else if (answer.status !== 304) throw new Error(String(answer.status));
    if (status.textContent === words.offline) status.textContent = "";
  } catch {
    status.textContent = words.offline;
  }
}

async function keepPolling() {
  if (!document.hidden) await poll();
  setTimeout(keepPolling, PERIOD);
}

// -- wiring -------------------------------------------------------------------------------------------------

for (const section of document.querySelectorAll(".phone")) {
  const form = section.querySelector("form");
  const field = section.querySelector("textarea");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendText(section.dataset.phone, field, section.querySelector(".unsent"));
  });
  field.addEventListener("keydown", (event) => {
    // Enter that ends a word of a Chinese input method must not send.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  field.addEventListener("input", () => fit(field));
  watcher.observe(section);
}
for (const button of document.querySelectorAll("[data-move]")) {
  button.addEventListener("click", () => move(button));
}
document.addEventListener("visibilitychange", () => document.hidden || poll());
setInterval(tick, 1000);
keepPolling();
