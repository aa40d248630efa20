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

function drawLine(line, hint, onAnswer) {
  const item = document.createElement("li");
  item.className = `bubble ${line.direction}`;
  item.dataset.id = line.id;
  const words = document.createElement("p");
  if (line.direction === "out") drawWords(words, line.text, hint, onAnswer);
  else words.textContent = line.text;
  const foot = document.createElement("p");
  foot.className = "foot";
  const time = document.createElement("time");
  time.dateTime = line.at;
  time.textContent = line.time;
  const state = document.createElement("span");
  state.className = "state";
  foot.append(time, " ", state);
  item.append(words, foot);
  return item;
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

/** Brings a phone's list up to date; returns how many texts arrived since it was drawn last. */
export function drawTalk(list, lines, hint, onAnswer) {
  const drawn = [...list.querySelectorAll(".bubble")];
  const isPrefix = drawn.length <= lines.length && drawn.every((item, n) => item.dataset.id === lines[n].id);
  const fresh = lines.slice(isPrefix ? drawn.length : 0);
  if (!isPrefix) list.replaceChildren();
  else drawn.forEach((item, n) => drawState(item, lines[n]));
  if (!fresh.length) return 0;
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  let day = isPrefix && drawn.length ? lines[drawn.length - 1].day : null;
  for (const line of fresh) {
    if (line.day !== day) list.append(dayMark(line.day));
    day = line.day;
    const item = drawLine(line, hint, onAnswer);
    drawState(item, line);
    list.append(item);
  }
  if (atEnd) list.scrollTop = list.scrollHeight;
  const known = new Set(drawn.map((item) => item.dataset.id));
  return fresh.filter((line) => line.direction === "out" && !known.has(line.id)).length;
}
