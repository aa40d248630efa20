// What one phone writes with: words, photos with a caption, pins, a live position, quick commands.

import { shrunk } from "./photos.js";
import { newId, sendMessage } from "./wire.js";

const MOST_PHOTOS = 10;
const LIVE_PERIOD = 5000;
/** Degrees that a shared position moves each time: about five metres. */
const STRIDE = 0.00005;

export class Composer {
  /** `sent` is called after something was taken and returns when its consequences are drawn. */
  constructor(section, { url, words, sent }) {
    this.phone = section.dataset.phone;
    this.url = url;
    this.words = words;
    this.sent = sent;
    this.problem = section.querySelector(".unsent");
    this.form = section.querySelector(".writing");
    this.field = section.querySelector("textarea");
    this.files = section.querySelector("input[type=file]");
    this.tray = section.querySelector(".tray");
    this.commands = section.querySelector(".commands");
    this.pinButton = section.querySelector(".tool.pin");
    this.pinning = section.querySelector(".pinning");
    this.photos = [];
    this.adding = null;
    this.draft = { key: null, id: null };
    this.sharing = null;
    this.wire();
  }

  wire() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.field.addEventListener("keydown", (event) => {
      // Enter that ends a word of a Chinese input method must not send.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    this.field.addEventListener("input", () => this.fit());
    this.form.querySelector(".tool.photo").addEventListener("click", () => this.files.click());
    this.files.addEventListener("change", () => (this.adding = this.addPhotos()));
    this.pinButton.addEventListener("click", () => this.showPinning(this.pinning.hidden));
    this.pinning.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.showPinning(false);
      this.pinButton.focus();
    });
    this.pinning.addEventListener("submit", (event) => {
      event.preventDefault();
      this.sendPin();
    });
    this.pinning.querySelector("select")?.addEventListener("change", (event) => this.takePlace(event.target));
    for (const name of ["lat", "lon"]) this.pinning.elements[name].addEventListener("input", () => this.ownPlace());
    this.pinning.elements.live.addEventListener("change", (event) => this.shareLive(event.target.checked));
  }

  // -- words and photos -------------------------------------------------------------------------------------

  async send() {
    if (this.field.readOnly) return;
    this.field.readOnly = true;
    try {
      // Photos that were chosen go with the words, however long they take to shrink.
      await this.adding;
      await this.sendDraft();
    } finally {
      this.field.readOnly = false;
    }
  }

  async sendDraft() {
    const text = this.field.value.trim();
    if (!text && !this.photos.length) return;
    // The same draft keeps its id, so that pressing Send again after a lost answer changes nothing.
    const key = JSON.stringify([text, ...this.photos.map((photo) => photo.key)]);
    if (this.draft.key !== key) this.draft = { key, id: newId() };
    const { id } = this.draft;
    if (!(await this.hand(...this.parts(text, id)))) return;
    this.draft = { key: null, id: null };
    this.field.value = "";
    this.photos = [];
    this.drawTray();
    this.fit();
    this.field.readOnly = false;
    await this.sent();
  }

  /** One message for each photo, the words on the first, as chats deliver an album. */
  parts(text, id) {
    if (!this.photos.length) return [{ text, id }];
    const album = this.photos.length > 1 ? { album: id } : {};
    return this.photos.map(({ base64 }, n) => ({ text: n ? "" : text, id: `${id}-${n}`, photos: [base64], ...album }));
  }

  /** Hands messages in, one after the other; returns whether all were taken. */
  async hand(...messages) {
    try {
      for (const message of messages) await sendMessage(this.url, { from: this.phone, ...message });
      this.problem.textContent = "";
      return true;
    } catch (error) {
      this.problem.textContent = `${this.words.not_sent} (${error.message})`;
      return false;
    }
  }

  async addPhotos() {
    const files = [...this.files.files];
    this.files.value = "";
    this.problem.textContent = this.photos.length + files.length > MOST_PHOTOS ? this.words.too_many_photos : "";
    for (const file of files.slice(0, MOST_PHOTOS - this.photos.length)) {
      try {
        this.photos.push({ key: newId(), name: file.name, ...(await shrunk(file)) });
      } catch {
        this.problem.textContent = this.words.no_photo + file.name;
      }
    }
    this.drawTray();
    this.field.focus();
  }

  drawTray() {
    this.tray.replaceChildren(
      ...this.photos.map((photo) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = "×";
        button.setAttribute("aria-label", `${this.words.remove_photo} ${photo.name}`);
        button.addEventListener("click", () => {
          this.photos = this.photos.filter((each) => each !== photo);
          this.drawTray();
          this.field.focus();
        });
        item.append(photo.preview, button);
        return item;
      }),
    );
  }

  fit() {
    this.field.rows = Math.min(5, Math.max(1, Math.ceil(this.field.scrollHeight / 26)));
    if (!this.field.value) this.field.rows = 1;
  }

  prefill(words) {
    this.field.value = words;
    this.field.focus();
    this.field.setSelectionRange(words.length, words.length);
    this.fit();
  }

  /** Shows the commands as they are now; a button that stays keeps the focus. */
  drawCommands(commands) {
    while (this.commands.children.length > commands.length) this.commands.lastElementChild.remove();
    while (this.commands.children.length < commands.length) {
      const button = document.createElement("button");
      button.type = "button";
      button.addEventListener("click", () => this.command(button.dataset.command));
      this.commands.append(button);
    }
    commands.forEach((command, n) => {
      const button = this.commands.children[n];
      button.dataset.command = command;
      button.textContent = command.endsWith(" ") ? `${command.trim()} …` : command;
    });
  }

  async command(command) {
    if (command.endsWith(" ")) this.prefill(command);
    else if (await this.hand({ text: command, id: newId() })) await this.sent();
  }

  /** A tap on a button under a message of the gateway's. */
  async press(token, replyTo) {
    const id = newId();
    if (await this.hand({ text: "", id, button: token, press: id, reply_to: replyTo })) await this.sent();
  }

  // -- pins -------------------------------------------------------------------------------------------------

  showPinning(shown) {
    this.pinning.hidden = !shown;
    this.pinButton.setAttribute("aria-expanded", String(shown));
    if (shown) this.pinning.querySelector("select, input").focus();
  }

  takePlace(select) {
    const { lat, lon } = select.selectedOptions[0].dataset;
    if (lat === undefined) return this.pinning.elements.lat.focus();
    this.pinning.elements.lat.value = lat;
    this.pinning.elements.lon.value = lon;
  }

  ownPlace() {
    const select = this.pinning.querySelector("select");
    if (select) select.selectedIndex = select.options.length - 1;
  }

  point() {
    const { lat, lon } = this.pinning.elements;
    return { lat: lat.valueAsNumber, lon: lon.valueAsNumber };
  }

  async sendPin() {
    if (!(await this.hand({ text: "", id: newId(), location: this.point() }))) return;
    this.showPinning(false);
    this.pinButton.focus();
    await this.sent();
  }

  async shareLive(on) {
    clearInterval(this.sharing);
    this.sharing = null;
    this.pinButton.classList.toggle("live", on);
    if (!on) return;
    if (!this.pinning.reportValidity()) return this.stopSharing();
    let { lat, lon } = this.point();
    let steps = 0;
    if (!(await this.hand({ text: "", id: newId(), location: { lat, lon }, live: true }))) return this.stopSharing();
    if (!this.pinning.elements.live.checked) return;
    this.sharing = setInterval(async () => {
      steps += 1;
      lat += STRIDE * Math.sin(steps / 4);
      lon += STRIDE * Math.cos(steps / 4);
      if (!(await this.hand({ id: newId(), position: { lat, lon } }))) this.stopSharing();
    }, LIVE_PERIOD);
    await this.sent();
  }

  stopSharing() {
    this.pinning.elements.live.checked = false;
    this.shareLive(false);
  }
}
