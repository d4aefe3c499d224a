// The worker that owns core.wasm: its sockets, its store, its timer and the lock that says which tab has the seal open.
//
// From the page: {type: 'command', command: Uint8Array of JSON, secret?: Uint8Array} · {type: 'link', fragment}
// To the page:   {type: 'event', event: Uint8Array of JSON} · {type: 'failed', what} · {type: 'lost'}: the browser took the store away

import createCore from './core.js';
import {Storage, StorageError} from './storage.js';
import {TabLock} from './tab_lock.js';

const kFrameSizeMax = 1 << 20;   // far above the largest size class; more is not a frame of ours

let core = null;
let failed = false;
let queue = [];
let timer = 0;
const sockets = new Map();   // by the number the core gave the connection; those that are open or opening

const storage = new Storage(() => postMessage({type: 'lost'}));

// After a fault nothing more is asked of the module. Whatever it had sent was stored before, so a reload goes on from there.
function fail(error) {
  if (failed) return;
  failed = true;
  clearTimeout(timer);
  for (const connection of [...sockets.keys()]) dropSocket(connection);
  console.error(error);
  postMessage({type: 'failed', what: String(error?.message ?? error)});
}

function call(name, ...values) {
  if (failed) return undefined;
  try {
    return core[name](...values);
  } catch (error) {
    fail(error);
    return undefined;
  }
}

function copyIn(bytes) {
  if (bytes.length === 0) return 0;
  const address = core._malloc(bytes.length);
  if (address === 0) throw new RangeError('out of memory');
  core.HEAPU8.set(bytes, address);
  return address;
}

// `before` and `after` surround the address and length of the bytes.
function callWithBytes(name, before, bytes, after = []) {
  if (failed) return;
  try {
    const address = copyIn(bytes);
    core[name](...before, address, bytes.length, ...after);
    core._free(address);
  } catch (error) {
    fail(error);
  }
}

function dropSocket(connection) {
  const old = sockets.get(connection);
  if (!old) return;
  sockets.delete(connection);
  old.onopen = old.onmessage = old.onclose = old.onerror = null;
  old.close();
}

const host = {
  event(event) {
    postMessage({type: 'event', event}, [event.buffer]);
  },

  socketOpen(connection) {
    dropSocket(connection);
    const address = new URL('/ws', self.location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const mine = new WebSocket(address.href);
    sockets.set(connection, mine);
    mine.binaryType = 'arraybuffer';
    mine.onopen = () => call('_core_socket_opened', connection);
    mine.onmessage = ({data}) => {
      // Text or an oversized message is no frame; an empty one is refused as garbled where all frames are judged.
      const usable = data instanceof ArrayBuffer && data.byteLength <= kFrameSizeMax;
      callWithBytes('_core_socket_frame', [connection], usable ? new Uint8Array(data) : new Uint8Array(0));
    };
    mine.onclose = () => {
      if (sockets.get(connection) === mine) sockets.delete(connection);
      call('_core_socket_closed', connection);
    };
  },

  socketSend(connection, frame) {
    sockets.get(connection)?.send(frame);
  },

  // The closing handshake may take its time; the core need not wait for it.
  socketClose(connection) {
    dropSocket(connection);
    setTimeout(() => { if (!sockets.has(connection)) call('_core_socket_closed', connection); }, 0);
  },

  alarm(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(() => call('_core_alarm'), Math.min(milliseconds, 0x7fffffff));
  },

  async storeLoad(ticket) {
    const {error, records} = await storage.load();
    callWithBytes('_core_store_loaded', [ticket], records ?? new Uint8Array(0), [error]);
  },

  async storeCommit(ticket, batch) {
    const {error} = await storage.commit(batch);
    if (error === StorageError.none) tellStored();
    call('_core_store_settled', ticket, error);
  },

  async storeWipe(ticket) {
    const {error} = await storage.wipe();
    call('_core_store_settled', ticket, error);
  },

  async takeOver() {
    if (await lock.takeOver()) call('_core_set_active', 1);
  },
};

let storedTold = false;
function tellStored() {
  if (storedTold) return;
  storedTold = true;
  postMessage({type: 'stored'});
}

const lock = new TabLock(async () => {
  clearTimeout(timer);
  call('_core_set_active', 0);
  await storage.settled();
});

function handle({type, command, secret, fragment}) {
  if (failed) {
    secret?.fill(0);
    return;
  }
  try {
    if (type === 'command') {
      const commandAt = copyIn(command);
      const secretAt = secret ? copyIn(secret) : 0;
      const secretSize = secret?.length ?? 0;
      secret?.fill(0);
      const understood = core._core_command(commandAt, command.length, secretAt, secretSize);
      if (secretAt) core._free(secretAt);
      core._free(commandAt);
      if (!understood) console.error('a command was not understood');
    } else if (type === 'link') {
      callWithBytes('_core_open_link', [], new TextEncoder().encode(fragment));
    }
  } catch (error) {
    fail(error);
  }
}

self.onmessage = ({data}) => queue.push(data);

async function start() {
  core = await createCore({host});
  call('_core_start');
  call('_core_set_active', await lock.tryAcquire() ? 1 : 0);
  self.onmessage = ({data}) => handle(data);
  for (const message of queue) handle(message);
  queue = [];
}

start().catch(fail);
