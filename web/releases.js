// Which release of the app runs in this page, and which one the relay offers: for the core, which compares both with those of
// others (docs/protocol.md §17). A build that was changed can lie about itself; what it is gets told by the build before it.

const kManifest = 'release.json';
const kServiceWorker = 'service_worker.js';
const kMark = '__SINETTI_RELEASE__';           // where the service worker has the release's name now
const kLookInterval = 3 * 60 * 60_000;         // ms
const kLookTick = 10 * 60_000;                 // ms; a machine that slept notices within this
const kUpdateDelay = 2_000;                    // ms, after the browser has found an update
const kAnswerPatience = 5_000;                 // ms, for the service worker
const kAgain = [10_000, 60_000, 300_000, 900_000, 1_800_000];   // ms: of several relays, not all may have the new one yet
const kTextMax = 1 << 18;                      // bytes of a manifest or service worker
const kFilesMax = 1024;
const kPath = /^[A-Za-z0-9_][A-Za-z0-9_.\/-]*$/;
const kDigest = /^[0-9a-f]{64}$/;
const kName = /^[0-9A-Za-z.+]{1,32}$/;
const kUnknown = Object.freeze({name: '', number: 0, hash: ''});

const encoder = new TextEncoder();

async function sha256(text) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// Null: not a manifest that names a release.
function parseManifest(text) {
  let manifest;
  try {
    manifest = JSON.parse(text);
  } catch {
    return null;
  }
  const {version, name, number, hash, files} = manifest ?? {};
  const digests = typeof files === 'object' && files ? Object.entries(files).map(([path, file]) => [path, file?.sha256]) : [];
  const fits = typeof version === 'string' && kName.test(name) && Number.isSafeInteger(number) && number > 0 && digests.length > 0 &&
    digests.length <= kFilesMax && digests.every(([path, digest]) => kPath.test(path) && kDigest.test(digest));
  return fits ? {version, name, number, hash, digests, worker: manifest.service_worker?.sha256} : null;
}

// The hash over all of it, whatever the manifest says it is.
async function releaseOf({name, number, digests}, workerDigest) {
  const lines = [...digests, [kServiceWorker, workerDigest]].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, digest]) => `${digest}  ${path}\n`);
  return {name, number, hash: await sha256(`sinetti release v1\n${name} ${number}\n${lines.join('')}`)};
}

async function fetchText(path) {
  const response = await fetch(path, {cache: 'no-store', credentials: 'same-origin', redirect: 'error'});
  const text = response.ok ? await response.text() : null;
  return text !== null && text.length <= kTextMax ? text : null;
}

// Null: the relay cannot be reached, or names no release. `agrees`: what is there is what the manifest says.
async function lookAtRelay() {
  const [text, worker] = await Promise.all([fetchText(kManifest), fetchText(kServiceWorker)]).catch(() => [null, null]);
  const manifest = text === null ? null : parseManifest(text);
  if (!manifest || worker === null) return null;
  const release = await releaseOf(manifest, await sha256(worker.replaceAll(manifest.version, kMark)));
  return {release, agrees: release.hash === manifest.hash};
}

// What the service worker has verified and serves to this page. Null: it serves nothing to it, or is of a time before releases had numbers.
async function lookAtSelf() {
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return null;
  const channel = new MessageChannel();
  const text = await new Promise((resolve) => {
    channel.port1.onmessage = ({data}) => resolve(data);
    setTimeout(() => resolve(null), kAnswerPatience);
    worker.postMessage('release', [channel.port2]);
  });
  channel.port1.close();
  const manifest = typeof text === 'string' && text.length <= kTextMax ? parseManifest(text) : null;
  return manifest && kDigest.test(manifest.worker) ? releaseOf(manifest, manifest.worker) : null;
}

export class Releases {
  #report;
  #running = null;
  #offered = null;
  #lookedAt = -Infinity;
  #again = 0;
  #timer = 0;

  // `report({running, offered})` is called each time something was looked at; a release that is not known has the number 0.
  constructor(report) {
    this.#report = report;
  }

  start() {
    const container = navigator.serviceWorker;
    container?.addEventListener('controllerchange', () => this.#look());
    container?.ready?.then((registration) => registration.addEventListener('updatefound', () => this.#lookIn(kUpdateDelay)));
    setInterval(() => { if (performance.now() - this.#lookedAt >= kLookInterval) this.#look(); }, kLookTick);
    return this.#look();
  }

  #lookIn(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), milliseconds);
  }

  async #look() {
    this.#lookedAt = performance.now();
    this.#running = await lookAtSelf() ?? this.#running;
    const offer = await lookAtRelay();
    if (offer && !offer.agrees && this.#again < kAgain.length) {
      this.#lookIn(kAgain[this.#again++]);   // it is told when it stays like this
    } else if (offer) {
      this.#again = 0;
      this.#offered = offer.release;
    }
    const told = offer && this.#again === 0;
    if (told || this.#running) this.#report({running: this.#running ?? kUnknown, offered: told ? this.#offered : kUnknown});
  }
}
