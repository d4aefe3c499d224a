// Keeps the app on this machine, so that it opens without the relay. A release is kept whole or not at all: every file is
// checked against the SHA-256 in release.json before this worker may be activated, and it waits until the page is loaded anew
// (boot.js then says 'activate'). The build writes the release's name here, so that each release is a worker of its own.

const kRelease = '__SINETTI_RELEASE__';
const kCachePrefix = 'sinetti-';
const kCache = kCachePrefix + kRelease;
const kManifest = 'release.json';
const kIndex = 'index.html';

const addressOf = (path) => new URL(path, self.registration.scope).href;

async function digestOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// A response of our own making, with the headers the relay sent (its Content-Security-Policy among them). Null: not the bytes
// the release names.
async function verified(response, {sha256, bytes}) {
  if (!response?.ok) return null;
  const body = await response.arrayBuffer();
  if (body.byteLength !== bytes || await digestOf(body) !== sha256) return null;
  const headers = new Headers(response.headers);
  headers.delete('content-encoding');   // the body is decoded by now
  headers.delete('content-length');
  headers.delete('transfer-encoding');
  return new Response(body, {status: 200, headers});
}

async function fetchVerified(path, expected) {
  // What the browser has at hand is as good as the network's, since it is checked; when it is not what we want, ask for it anew.
  for (const cache of ['default', 'reload']) {
    const response = await verified(await fetch(addressOf(path), {cache, credentials: 'same-origin'}), expected);
    if (response) return response;
  }
  throw new Error(`${path} is not what release ${kRelease} says`);
}

async function install() {
  const answer = await fetch(addressOf(kManifest), {cache: 'no-store'});
  if (!answer.ok) throw new Error(`${kManifest}: ${answer.status}`);
  const text = await answer.text();
  const release = JSON.parse(text);
  if (release.version !== kRelease) throw new Error(`expected release ${kRelease}, the relay has ${release.version}`);
  await caches.delete(kCache);
  const cache = await caches.open(kCache);
  try {
    await Promise.all(Object.entries(release.files).map(async ([path, expected]) => {
      await cache.put(addressOf(path), await fetchVerified(path, expected));
    }));
    await cache.put(addressOf(kManifest), new Response(text, {headers: {'content-type': 'application/json'}}));
  } catch (error) {
    await caches.delete(kCache);
    throw error;
  }
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(kCachePrefix) && name !== kCache).map((name) => caches.delete(name)));
  await self.clients.claim();
}

// A file of the release from the cache; when the browser has evicted it, from the relay, checked again.
async function serve(path) {
  const cache = await caches.open(kCache);
  const kept = await cache.match(addressOf(path));
  if (kept) return kept;
  const manifest = await cache.match(addressOf(kManifest));
  if (!manifest) return fetch(addressOf(path));
  const {files} = await manifest.json();
  if (!files[path]) return fetch(addressOf(path));
  const response = await fetchVerified(path, files[path]);
  await cache.put(addressOf(path), response.clone());
  return response;
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
// Which release this is, as it was verified when it came: the page compares it with what the relay offers.
async function tellRelease(port) {
  const cache = await caches.open(kCache);
  const manifest = await cache.match(addressOf(kManifest));
  port.postMessage(manifest ? await manifest.text() : null);
}

self.addEventListener('message', (event) => {
  if (event.data === 'activate') self.skipWaiting();
  if (event.data === 'release' && event.ports.length === 1) event.waitUntil(tellRelease(event.ports[0]));
});

// notifications.js has shown it.
async function showPage() {
  const [page] = await self.clients.matchAll({type: 'window'});
  return page ? page.focus() : self.clients.openWindow(self.registration.scope);
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(showPage());
});

self.addEventListener('fetch', (event) => {
  const {request} = event;
  const address = new URL(request.url);
  const scope = new URL(self.registration.scope);
  if (request.method !== 'GET' || address.origin !== scope.origin || !address.pathname.startsWith(scope.pathname)) return;
  const path = address.pathname.slice(scope.pathname.length);
  if (path === kManifest || path === 'service_worker.js' || path === 'ws' || path === 'relay.json') return;   // never kept
  if (request.mode === 'navigate') {
    if (path === '' || path === kIndex) event.respondWith(serve(kIndex));
    return;
  }
  event.respondWith(serve(path));
});
