// Draws the texts of one phone. Words of people only ever become text nodes, never markup.

// A quoted answer (回“482913自办 结果”), a code with its verb (482913 DONE), or a bare code.
const ANSWER = /“([^”“]{1,40})”|(?<![\d])(\d{6})(?: ([A-Z]{2,9})\b)?(?!\d)/g;

/** What a tap on a quoted answer puts into the field; null when the quotation is no answer. */
function quotedAnswer(text, start, quoted) {
  if (quoted.includes("+")) return null;
  const before = text.slice(0, start);
  if (!/^\d{6}/.test(quoted) && !/[回如]$/.test(before)) return null;
  // What follows the space stands for words of one's own (结果, 理由).
  const space = quoted.indexOf(" ");
  return space < 0 ? quoted : quoted.slice(0, space + 1);
}

function answerButton(label, answer, hint, onAnswer) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-label", hint + answer.trim());
  button.addEventListener("click", () => onAnswer(answer));
  return button;
}

function drawWords(target, text, hint, onAnswer) {
  let done = 0;
  for (const found of text.matchAll(ANSWER)) {
    const [whole, quoted, code, verb] = found;
    const answer = quoted === undefined ? `${code}${verb ? ` ${verb} ` : ""}` : quotedAnswer(text, found.index, quoted);
    if (answer === null) continue;
    target.append(text.slice(done, found.index), answerButton(whole, answer, hint, onAnswer));
    done = found.index + whole.length;
  }
  target.append(text.slice(done));
}

function photoOf(address, words) {
  if (address === null) {
    const gone = document.createElement("span");
    gone.textContent = words.photo_gone;
    return gone;
  }
  const image = document.createElement("img");
  image.src = address;
  image.alt = words.photo;
  return image;
}

function part(kind, ...content) {
  const made = document.createElement(kind === "photos" ? "div" : "p");
  made.className = kind;
  made.append(...content);
  return made;
}

function pinText(pin, words) {
  const place = `${pin.lat.toFixed(5)}, ${pin.lon.toFixed(5)}`;
  return `${pin.live ? words.live_shared : words.pin} ${place}`;
}

function drawLine(line, { words, onAnswer }) {
  const item = document.createElement("li");
  item.className = `bubble ${line.direction}`;
  item.dataset.id = line.id;
  if (line.photos?.length) item.append(part("photos", ...line.photos.map((address) => photoOf(address, words))));
  if (line.pin) item.append(part("place", pinText(line.pin, words)));
  if (line.pressed) item.append(part("tapped", `${words.pressed} “${line.pressed}”`));
  if (line.text) {
    const said = part("words");
    if (line.direction === "out") drawWords(said, line.text, words.reply_with, onAnswer);
    else said.textContent = line.text;
    item.append(said);
  }
  const keys = document.createElement("div");
  keys.className = "keys";
  keys.setAttribute("role", "group");
  keys.setAttribute("aria-label", words.buttons);
  keys.hidden = true;
  const foot = part("foot");
  const time = document.createElement("time");
  time.dateTime = line.at;
  time.textContent = line.time;
  const state = document.createElement("span");
  state.className = "state";
  foot.append(time, " ", state);
  item.append(keys, foot);
  return item;
}

function keyButton({ label, token }, line, onPress) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", async () => {
    // A disabled button would lose the focus.
    if (button.ariaDisabled) return;
    button.ariaDisabled = "true";
    await onPress(token, line.external_id);
    button.ariaDisabled = null;
  });
  return button;
}

/** The buttons under a message; taken away again when they lead nowhere any more. */
function drawKeys(item, line, onPress) {
  const rows = line.buttons ?? [];
  const drawn = JSON.stringify(rows);
  const keys = item.querySelector(".keys");
  if (drawn === (keys.dataset.drawn ?? "[]")) return;
  keys.dataset.drawn = drawn;
  const focused = keys.contains(document.activeElement);
  keys.replaceChildren(
    ...rows.map((row) => {
      const made = document.createElement("div");
      made.append(...row.map((each) => keyButton(each, line, onPress)));
      return made;
    }),
  );
  keys.hidden = rows.length === 0;
  if (focused) item.closest("ol").focus({ preventScroll: true });
}

function drawState(item, line) {
  const state = item.querySelector(".state");
  if (state.textContent === line.state_word) return;
  item.dataset.state = line.state;
  state.textContent = line.state_word;
}

function dayMark(day) {
  const item = document.createElement("li");
  item.className = "day";
  item.textContent = day;
  return item;
}

/** Brings a phone's list up to date; returns how many texts arrived since it was drawn last.
 *
 * `tools` are the `words` of the page, `onAnswer` for a quoted answer and `onPress` for a button.
 */
export function drawTalk(list, lines, tools) {
  const drawn = [...list.querySelectorAll(".bubble")];
  const isPrefix = drawn.length <= lines.length && drawn.every((item, n) => item.dataset.id === lines[n].id);
  const fresh = lines.slice(isPrefix ? drawn.length : 0);
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  if (!isPrefix) list.replaceChildren();
  else {
    drawn.forEach((item, n) => {
      drawState(item, lines[n]);
      drawKeys(item, lines[n], tools.onPress);
    });
  }
  if (!fresh.length) return 0;
  let day = isPrefix && drawn.length ? lines[drawn.length - 1].day : null;
  for (const line of fresh) {
    if (line.day !== day) list.append(dayMark(line.day));
    day = line.day;
    const item = drawLine(line, tools);
    list.append(item);
    drawState(item, line);
    drawKeys(item, line, tools.onPress);
  }
  if (atEnd) list.scrollTop = list.scrollHeight;
  const known = new Set(drawn.map((item) => item.dataset.id));
  return fresh.filter((line) => line.direction === "out" && !known.has(line.id)).length;
}
