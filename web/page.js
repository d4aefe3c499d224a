// The page around ui.wasm: what the module asks for (client/app/page_host.h) and what it is told. Draws on demand only: a frame
// is requested from the browser when the user interface wants one, and at no other time.

import createUi from './ui.js';
import {deviceName} from './device_name.js';
import {listen} from './input.js';
import {Mirror} from './mirror.js';
import {isLookedAt, Notifications} from './notifications.js';
import {rasteriseCluster} from './rasterise.js';
import {TextAgent} from './text_agent.js';

const kCursors = ['default', 'pointer', 'text'];
const kHiddenFrameInterval = 250;        // ms; a hidden tab has no display frames, but its title and announcements go on
const kWakeInterval = 5000;              // ms between two looks at the clocks, after which a machine that slept is noticed
const kWakeJump = 2000;                  // ms that the wall clock went further than time went by
const kAnnouncementLife = 10_000;        // ms
const kAnnouncementsMax = 5;
const kRelayDocument = Object.freeze({there: 2, notFounded: 3, unreachable: 4});   // client/ui/relay_document.h
const kChosenFile = Object.freeze({there: 0, tooLarge: 1, unreadable: 2});   // client/ui/app.h
const kRelayDocumentMax = 4096;          // bytes
const kDownloadLife = 60_000;            // ms; by then the browser has taken it
const kFonts = ['inter-regular.otf', 'inter-medium.otf', 'inter-semibold.otf', 'display-semibold.otf', 'icons.ttf'];

const decoder = new TextDecoder();
const encoder = new TextEncoder();

export class NoGraphics extends Error {}

async function loadFonts() {
  return Promise.all(kFonts.map(async (name) => {
    const response = await fetch(`fonts/${name}`);
    if (!response.ok) throw new Error(`fonts/${name}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }));
}

export class Page {
  #module = null;
  #canvas = document.getElementById('canvas');
  #mirror;
  #fields;
  #sendToCore;
  #onFault;
  #frame = 0;
  #frameTimer = 0;
  #laterTimer = 0;
  #viewport = null;
  #faulty = false;
  #notifications = new Notifications();
  #drawn = 0;
  keepsNothing = false;   // this machine is not its user's own

  // `sendToCore(command bytes, secret bytes or null)`; `onFault(error)` is called once, after which the page does nothing more.
  constructor(sendToCore, onFault) {
    this.#sendToCore = sendToCore;
    this.#onFault = onFault;
    this.#fields = new TextAgent({
      text: (id, text) => this.#callWithBytes('_ui_text', [id], encoder.encode(text)),
      password: (id, characters, words, strength) => this.#call('_ui_password', id, characters, words, strength),
      submit: (id) => this.#call('_ui_submit', id),
      height: (id, height) => this.#call('_ui_field_height', id, height),
    });
    this.#mirror = new Mirror(document.getElementById('mirror'), this.#fields, {
      action: (id, action) => this.#call('_ui_mirror_action', id, action),
      focus: (id, visible) => this.#call('_ui_focus', id, visible ? 1 : 0),
    });
  }

  // Throws NoGraphics when the browser has no WebGL2, anything else when a part could not be loaded.
  async start() {
    const fontsLoading = loadFonts();
    const [module, fonts] = await Promise.all([createUi({page: this.#host()}), fontsLoading]);
    // Text fields are set in the very font the canvas uses.
    document.fonts.add(new FontFace('Inter', fonts[0].slice().buffer, {weight: '400'}));
    this.#module = module;
    const table = module._malloc(kFonts.length * 8);
    fonts.forEach((font, i) => {
      const address = this.#copyIn(font);
      new DataView(module.HEAPU8.buffer).setUint32(table + 8 * i, address, true);
      new DataView(module.HEAPU8.buffer).setUint32(table + 8 * i + 4, font.length, true);
    });
    const strings = ['#canvas', `${location.origin}${location.pathname}`, navigator.languages.join('\n'), deviceName(navigator), takeNote()]
      .map((text) => this.#copyText(text));
    const started = module._ui_start(...strings, table);
    strings.forEach((address) => module._free(address));
    module._free(table);
    if (!started) throw new NoGraphics('no WebGL 2');

    listen({
      pointer: (...values) => this.#call('_ui_pointer', ...values),
      wheel: (...values) => this.#call('_ui_wheel', ...values),
      menu: (...values) => this.#call('_ui_menu', ...values) === 1,
      key: (...values) => Boolean(this.#call('_ui_key', ...values)),
      action: (...values) => this.#call('_ui_mirror_action', ...values),
      viewport: (values) => this.#setViewport(values),
    }, this.#mirror, this.#canvas);
    addEventListener('languagechange', () => {
      const address = this.#copyText(navigator.languages.join('\n'));
      this.#call('_ui_languages', address);
      module._free(address);
    });
    document.addEventListener('visibilitychange', () => this.#moveFrame());
    const tellAttention = () => this.#call('_ui_attention', isLookedAt() ? 1 : 0);
    for (const type of ['focus', 'blur']) addEventListener(type, tellAttention);
    document.addEventListener('visibilitychange', tellAttention);
    tellAttention();
    watchForSleep(tellAttention);
  }

  // An event of the core, as bytes of JSON.
  deliver(event) {
    if (this.#callWithBytes('_ui_event', [], event) === 0) console.error('an event was not understood');
  }

  // Resolves when the first frame is on the canvas.
  firstFrame() {
    return new Promise((resolve) => { this.#onFirstFrame = resolve; });
  }
  #onFirstFrame = null;

  stop() {
    this.#faulty = true;
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#frameTimer);
    clearTimeout(this.#laterTimer);
  }

  // Empties everything of the page that a person wrote or read. It does nothing more after that.
  wipe() {
    this.stop();
    this.#module = null;
    this.#mirror.clear();
    this.#canvas.width = this.#canvas.height = 0;
    for (const id of ['polite', 'assertive', 'sheet']) document.getElementById(id).textContent = '';
    document.title = 'Sinetti';
  }

  async #fetchRelayDocument() {
    const [what, body] = await fetchRelayDocument();
    this.#callWithBytes('_ui_relay_document', [what], body);
  }

  async #chooseFile(limit) {
    const [what, content] = await chooseFile(limit);
    this.#callWithBytes('_ui_file', [what], content);
  }

  #host() {
    return {
      command: (command, field) => {
        const secret = field ? this.#fields.takeSecret(field) : null;
        this.#sendToCore(command, secret);
      },
      mirror: (difference) => this.#mirror.apply(difference),
      fieldText: (field, text) => this.#fields.setText(field, decoder.decode(text)),
      clipboard: (text) => copyToClipboard(decoder.decode(text)),
      openLink: (address) => openLink(decoder.decode(address)),
      notificationPermission: () => this.#notifications.permission,
      askForNotifications: () => this.#notifications.ask().then(() => this.#call('_ui_notifications_changed')),
      notify: (words) => this.#notifications.show(decoder.decode(words)).catch((error) => console.warn(error)),
      announce: (text, assertive) => announce(assertive ? 'assertive' : 'polite', decoder.decode(text)),
      cursor: (cursor) => { document.documentElement.style.cursor = kCursors[cursor] ?? 'default'; },
      title: (title, unread) => {
        const text = decoder.decode(title);
        document.title = unread > 0 ? `(${unread}) ${text}` : text;
      },
      language: (language, background) => {
        document.documentElement.lang = decoder.decode(language);
        const colour = `#${(background >>> 8).toString(16).padStart(6, '0')}`;
        document.documentElement.style.setProperty('--page', colour);
        for (const meta of document.querySelectorAll('meta[name=theme-color]')) meta.content = colour;
      },
      requestRelayDocument: () => this.#fetchRelayDocument(),
      saveFile: (name, text) => saveFile(decoder.decode(name), text),
      chooseFile: (limit) => this.#chooseFile(limit),
      print: (text) => printAlone(decoder.decode(text)),
      keepNothing: (on) => { this.keepsNothing = on; },
      startAfresh: (note) => startAfresh(decoder.decode(note)),
      rememberSeal: (here) => rememberSeal(here),
      requestFrame: () => this.#requestFrame(),
      requestFrameAt: (time) => {
        clearTimeout(this.#laterTimer);
        this.#laterTimer = setTimeout(() => this.#requestFrame(), Math.max(0, time - performance.now()));
      },
      cluster: (text, fontPixels, weight, side) => rasteriseCluster(decoder.decode(text), fontPixels, weight, side),
    };
  }

  #requestFrame() {
    if (this.#faulty || this.#frame || this.#frameTimer) return;
    if (document.hidden) this.#frameTimer = setTimeout(() => this.#draw(performance.now()), kHiddenFrameInterval);
    else this.#frame = requestAnimationFrame(() => this.#draw(performance.now()));
  }

  // A pending frame follows the tab into the background and back.
  #moveFrame() {
    if (!this.#frame && !this.#frameTimer) return;
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#frameTimer);
    this.#frame = this.#frameTimer = 0;
    this.#requestFrame();
  }

  #draw(now) {
    this.#frame = this.#frameTimer = 0;
    this.#applyViewport();
    if (this.#call('_ui_frame', now)) this.#requestFrame();
    const drawn = this.#call('_ui_frames_drawn');
    if (drawn === this.#drawn || drawn === undefined) return;
    this.#drawn = drawn;
    this.#canvas.dataset.frames = String(drawn);   // read by the tests that count frames while nothing happens
    this.#onFirstFrame?.();
    this.#onFirstFrame = null;
  }

  #setViewport(viewport) {
    this.#viewport = viewport;
    this.#requestFrame();
  }

  // Resizing a canvas clears it, so it happens just before the frame that fills it again.
  #applyViewport() {
    if (!this.#viewport) return;
    const {width, height, density, flags, insetTop, insetBottom} = this.#viewport;
    this.#viewport = null;
    const devicePixels = [Math.max(1, Math.round(width * density)), Math.max(1, Math.round(height * density))];
    if (this.#canvas.width !== devicePixels[0]) this.#canvas.width = devicePixels[0];
    if (this.#canvas.height !== devicePixels[1]) this.#canvas.height = devicePixels[1];
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
    this.#call('_ui_viewport', width, height, density, flags, insetTop, insetBottom);
  }

  #call(name, ...values) {
    if (this.#faulty || !this.#module) return undefined;
    try {
      return this.#module[name](...values);
    } catch (error) {
      this.stop();
      this.#onFault(error);
      return undefined;
    }
  }

  #callWithBytes(name, before, bytes) {
    if (this.#faulty || !this.#module) return undefined;
    const address = this.#copyIn(bytes);
    const result = this.#call(name, ...before, address, bytes.length);
    this.#module._free(address);
    return result;
  }

  #copyIn(bytes) {
    const address = this.#module._malloc(Math.max(bytes.length, 1));
    this.#module.HEAPU8.set(bytes, address);
    return address;
  }

  #copyText(text) {
    return this.#copyIn(encoder.encode(`${text}\0`));
  }
}

// While a machine sleeps its timers wait, the one that locks among them. `woken` is to look at the wall clock.
function watchForSleep(woken) {
  const lead = () => Date.now() - performance.now();
  let before = lead();
  setInterval(() => {
    const now = lead();
    if (now - before > kWakeJump) woken();
    before = now;
  }, kWakeInterval);
}

// What a page leaves for the one that takes its place travels with this entry of the history and is taken out of it at once: why
// it went, and how it looked.
export function startAfresh(note) {
  history.replaceState({note}, '');
  location.reload();
}

// For ui::read_note(). A browser that is short of space takes the store away and often leaves this: with it an emptied browser is
// told from a new one. It says no more than that the store was here.
const kSealMark = 'sinetti-seal';

function rememberSeal(here) {
  try {
    if (here) localStorage.setItem(kSealMark, '1');
    else localStorage.removeItem(kSealMark);
  } catch {
    // It does not let us. Then nobody is told.
  }
}

function sealWasHere() {
  try {
    return localStorage.getItem(kSealMark) !== null;
  } catch {
    return false;
  }
}

function takeNote() {
  const note = history.state?.note;
  if (note !== undefined) history.replaceState(null, '');
  return `${typeof note === 'string' ? note : ''}${sealWasHere() ? '\nseal=1' : ''}`;
}

// Which relay this is, from the page's own origin. Not kept by any cache: it is asked for when somebody signs in.
async function fetchRelayDocument() {
  const nothing = new Uint8Array(0);
  try {
    const response = await fetch('/relay.json', {cache: 'no-store', credentials: 'omit', redirect: 'error'});
    if (response.status === 404) return [kRelayDocument.notFounded, nothing];
    const body = new Uint8Array(await response.arrayBuffer());
    return response.ok && body.length <= kRelayDocumentMax ? [kRelayDocument.there, body] : [kRelayDocument.unreachable, nothing];
  } catch {
    return [kRelayDocument.unreachable, nothing];
  }
}

// In a tab of its own, which learns neither where the link stood nor how to reach this page.
function openLink(address) {
  const link = document.createElement('a');
  link.href = address;
  if (link.protocol !== 'https:' && link.protocol !== 'http:') return;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  link.click();
}

function saveFile(name, bytes) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], {type: 'text/plain;charset=utf-8'}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), kDownloadLife);
}

// A file somebody chooses; nothing comes of it when they choose none. It is read only when it is small enough.
function chooseFile(limit) {
  const nothing = new Uint8Array(0);
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = '.csv,.tsv,.txt,text/csv,text/plain';
    input.addEventListener('change', async () => {
      const [file] = input.files;
      if (!file) return;
      if (file.size > limit) return resolve([kChosenFile.tooLarge, nothing]);
      try {
        resolve([kChosenFile.there, new Uint8Array(await file.arrayBuffer())]);
      } catch {
        resolve([kChosenFile.unreadable, nothing]);
      }
    });
    input.click();
  });
}

// On paper there is this text and nothing of the screen (style.css).
function printAlone(text) {
  const sheet = document.getElementById('sheet');
  sheet.textContent = text;
  addEventListener('afterprint', () => { sheet.textContent = ''; }, {once: true});
  print();
}

// A fresh child each time, so that equal texts are read again.
function announce(region, text) {
  const container = document.getElementById(region);
  const message = document.createElement('div');
  message.textContent = text;
  container.append(message);
  while (container.childElementCount > kAnnouncementsMax) container.firstElementChild.remove();
  setTimeout(() => message.remove(), kAnnouncementLife);
}

async function copyToClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return;
  } catch {
    // No permission, or the gesture is too long ago: the old way still works in some browsers.
  }
  const focused = document.activeElement;
  const area = document.createElement('textarea');
  area.className = 'announcements';
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
  focused?.focus({preventScroll: true});
}
