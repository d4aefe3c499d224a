// Starts both halves of the app at once: the core in its worker and the user interface here. Shows what is wrong when one of
// them cannot start or stops.

import {NoGraphics, Page, startAfresh} from './page.js';
import {Releases} from './releases.js';

const kActivationPatience = 3000;   // ms

const failure = document.getElementById('failure');
const loading = document.getElementById('loading');

// `why`: start, graphics, stopped or browser; the sentences are in index.html.
function fail(why, error) {
  if (error) console.error(error);
  if (!failure.hidden) return;
  loading.hidden = true;
  failure.dataset.why = why;
  failure.hidden = false;
  document.getElementById('reload').focus();
}

document.getElementById('reload').addEventListener('click', () => location.reload());

// A link's secret stays neither in the address bar nor in the history.
function takeFragment() {
  const fragment = location.hash;
  if (fragment.length > 1) history.replaceState(null, '', location.pathname + location.search);
  return fragment;
}

// A verified new release waits until the page is loaded anew; this is that moment. True: the page is about to load again.
async function activateUpdate() {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => null);
  if (!registration?.waiting) return false;
  const changed = new Promise((resolve) => {
    navigator.serviceWorker.addEventListener('controllerchange', () => resolve(true), {once: true});
    setTimeout(() => resolve(false), kActivationPatience);
  });
  registration.waiting.postMessage('activate');
  if (!await changed) return false;
  location.reload();
  return true;
}

// Asks the browser not to take the store away when space is short, which only a page can ask. It may say no; a relay and the passphrase
// are enough to go on.
function keepStore() {
  navigator.storage?.persist?.().catch((error) => console.warn(error));
}

function startCore(page) {
  const worker = new Worker('core_worker.js', {type: 'module', name: 'core'});
  const waiting = [];   // events that came before the user interface
  let ready = false;
  worker.onmessage = ({data}) => {
    if (data.type === 'failed') {
      page.stop();
      fail('stopped');
    } else if (data.type === 'lost') {
      // Nothing can be stored any more, so nothing may be sent. The page that comes finds the store, or that it is gone.
      page.stop();
      worker.terminate();
      startAfresh('seal=1');
    } else if (data.type === 'stored') {
      keepStore();
    } else if (ready) {
      page.deliver(data.event);
    } else {
      waiting.push(data.event);
    }
  };
  worker.onerror = (event) => {
    event.preventDefault();
    page.stop();
    fail('start', new Error(event.message || 'core_worker.js did not load'));
  };
  return {
    worker,
    open() {
      ready = true;
      for (const event of waiting.splice(0)) page.deliver(event);
    },
  };
}

// The smallest module with a vector in it: the core's arithmetic on curves uses them.
const kVectorModule = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,                        // magic, version
  1, 5, 1, 0x60, 0, 1, 0x7b,                              // a function type: () -> v128
  3, 2, 1, 0,                                             // a function of it
  10, 8, 1, 6, 0, 0x41, 0, 0xfd, 15, 11,                  // i32.const 0, i8x16.splat
]);

async function start() {
  const possible = globalThis.isSecureContext && navigator.locks && globalThis.BroadcastChannel && Intl.Segmenter &&
    globalThis.WebAssembly?.validate(kVectorModule);
  if (!possible) {
    fail('browser');
    return;
  }
  if (await activateUpdate()) return;
  let core = null;
  const page = new Page((command, secret) => {
    core.worker.postMessage({type: 'command', command, secret}, [command.buffer, ...(secret ? [secret.buffer] : [])]);
  }, (error) => {
    core?.worker.terminate();
    fail('stopped', error);
  });
  core = startCore(page);
  // A fault in a call that the browser itself made into the module.
  addEventListener('error', ({error}) => {
    if (!(error instanceof WebAssembly.RuntimeError)) return;
    page.stop();
    core.worker.terminate();
    fail('stopped');
  });

  // Somebody else's machine: the tab takes everything with it, and going back to it starts from the beginning.
  addEventListener('pagehide', () => {
    if (!page.keepsNothing) return;
    core.worker.terminate();
    page.wipe();
  });
  addEventListener('pageshow', ({persisted}) => {
    if (persisted && page.keepsNothing) location.reload();
  });

  const openLink = () => {
    const fragment = takeFragment();
    if (fragment.length > 1) core.worker.postMessage({type: 'link', fragment});
  };
  openLink();
  addEventListener('hashchange', openLink);

  const drawn = page.firstFrame();
  await page.start();
  core.open();
  await drawn;
  loading.hidden = true;
  performance.mark('sinetti-first-frame');
  new Releases((releases) => {
    const command = new TextEncoder().encode(JSON.stringify({type: 'reportReleases', ...releases}));
    core.worker.postMessage({type: 'command', command}, [command.buffer]);
  }).start().catch((error) => console.warn(error));
  navigator.serviceWorker?.register('service_worker.js').catch((error) => console.warn(error));
}

start().catch((error) => fail(error instanceof NoGraphics ? 'graphics' : 'start', error));
