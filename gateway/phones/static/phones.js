// The training phones: asks for the texts once a second, moves the clock, adds gridmen.

import { drawTalk } from "./bubbles.js";
import { Composer } from "./composer.js";
import { postJson } from "./wire.js";

const config = JSON.parse(document.body.dataset.config);
const words = config.words;
const status = document.getElementById("status");
const PERIOD = 1000;
/** How long the answer to a tap is shown. */
const TOAST = 4000;

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

// -- gridmen ------------------------------------------------------------------------------------------------

async function recruit(form) {
  const problem = form.querySelector(".unsent");
  const [name, grids] = [form.querySelector("input"), form.querySelector("select")];
  const wish = { name: name.value, grids: [...grids.selectedOptions].map((option) => option.value) };
  form.inert = true;
  try {
    const answer = await postJson(config.gridman, wish);
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.problem);
    showFirst(said.phone);
  } catch (error) {
    form.inert = false;
    problem.textContent = `${words.not_bound}: ${error.message}`;
    name.focus();
  }
}

/** Opens the page anew with a phone in front of the others. */
function showFirst(phone) {
  const url = new URL(location.href);
  const others = [...document.querySelectorAll("[data-phone]")].map((section) => section.dataset.phone);
  url.hash = "";
  url.searchParams.delete("phone");
  for (const name of new Set([phone, ...others])) url.searchParams.append("phone", name);
  location.assign(url);
}

// -- drawing ------------------------------------------------------------------------------------------------

const composers = new Map();
const seenNotices = new Map();
const toastTimers = new Map();
const inView = new Set();
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) inView.add(entry.target.id);
    else inView.delete(entry.target.id);
    if (entry.isIntersecting) markUnread(entry.target, 0);
    tabOf(entry.target)?.classList.toggle("here", entry.isIntersecting);
  }
}, { threshold: 0.6 });

/** A list whose end is in view stays at its end when what stands below it grows. */
const leftEnd = new WeakSet();
const resizes = new ResizeObserver((entries) => {
  for (const { target } of entries) if (!leftEnd.has(target)) target.scrollTop = target.scrollHeight;
});

function watchEnd({ target: list }) {
  if (list.scrollHeight - list.scrollTop - list.clientHeight < 60) leftEnd.delete(list);
  else leftEnd.add(list);
}

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
  for (const phone of state.phones) drawPhone(document.querySelector(`[data-phone="${CSS.escape(phone.name)}"]`), phone);
  tick();
}

function drawPhone(section, { chat, commands, lines, notices }) {
  const composer = composers.get(section);
  const list = section.querySelector("ol");
  const first = section.dataset.drawn === undefined;
  if (!first && section.classList.contains("chat") !== chat) list.replaceChildren();
  section.dataset.drawn = "";
  section.classList.toggle("chat", chat);
  composer.field.placeholder = chat ? words.message_here : words.type_here;
  composer.drawCommands(commands);
  const arrived = drawTalk(list, lines, {
    words,
    onAnswer: (answer) => composer.prefill(answer),
    onPress: (token, replyTo) => composer.press(token, replyTo),
  });
  if (arrived && !first && !inView.has(section.id)) markUnread(section, arrived);
  drawNotices(section, notices, first);
}

/** What came before the page was opened is not said again. */
function drawNotices(section, notices, first) {
  const seen = seenNotices.get(section) ?? new Set();
  const fresh = notices.filter((notice) => !seen.has(notice.id));
  seenNotices.set(section, new Set(notices.map((notice) => notice.id)));
  if (first || !fresh.length) return;
  const toast = section.querySelector(".toast");
  toast.textContent = fresh.at(-1).text;
  clearTimeout(toastTimers.get(section));
  toastTimers.set(section, setTimeout(() => (toast.textContent = ""), TOAST));
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
  composers.set(section, new Composer(section, { url: config.texts, words, sent: poll }));
  const list = section.querySelector("ol");
  list.addEventListener("scroll", watchEnd);
  resizes.observe(list);
  watcher.observe(section);
}
document.getElementById("recruit")?.addEventListener("submit", (event) => {
  event.preventDefault();
  recruit(event.target);
});
for (const button of document.querySelectorAll("[data-move]")) {
  button.addEventListener("click", () => move(button));
}
document.addEventListener("visibilitychange", () => document.hidden || poll());
setInterval(tick, 1000);
keepPolling();
