// Sealed records in IndexedDB: one database, one object store, key = record id (32 bytes), value = sealed bytes.
// Transactions ask for strict durability: when one completes, the bytes are on disk and not only in a cache.
// The batch format is that of client/platform/record_batch.h.

export const StorageError = Object.freeze({none: 0, unavailable: 1, full: 2, broken: 3});

const kDatabase = 'sinetti';
const kStore = 'records';
const kVersion = 1;
const kIdSize = 32;
const kHeaderSize = kIdSize + 4;
const kErased = 0xffffffff;

const errorOf = (error) => {
  switch (error?.name) {
    case 'QuotaExceededError':
      return StorageError.full;
    case 'InvalidStateError':   // the database was closed under us, or private browsing refuses it
    case 'SecurityError':
    case 'NotAllowedError':
      return StorageError.unavailable;
    default:
      return StorageError.broken;
  }
};

// Throws RangeError when the bytes are not whole writes.
export function* writesOf(batch) {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  for (let at = 0; at < batch.byteLength;) {
    const id = batch.slice(at, at + kIdSize);
    const length = view.getUint32(at + kIdSize, true);
    at += kHeaderSize;
    if (length === kErased) {
      yield {id, value: null};
      continue;
    }
    if (length > batch.byteLength - at) throw new RangeError('batch is cut short');
    yield {id, value: batch.slice(at, at + length)};
    at += length;
  }
}

// Null when a record is not what this file writes.
export function packRecords(keys, values) {
  let size = 0;
  for (let i = 0; i < keys.length; ++i) {
    const whole = keys[i] instanceof ArrayBuffer && keys[i].byteLength === kIdSize && values[i] instanceof Uint8Array;
    if (!whole) return null;
    size += kHeaderSize + values[i].byteLength;
  }
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  let at = 0;
  for (let i = 0; i < keys.length; ++i) {
    out.set(new Uint8Array(keys[i]), at);
    view.setUint32(at + kIdSize, values[i].byteLength, true);
    out.set(values[i], at + kHeaderSize);
    at += kHeaderSize + values[i].byteLength;
  }
  return out;
}

// Requests are carried out strictly in the order they were made; each answers through its promise, which never rejects.
export class Storage {
  #database = null;
  #lost = false;    // closed by the browser while open: what is in memory and on disk may differ, so nothing more is written
  #last = Promise.resolve();
  #onLost;

  // `onLost` is called when the browser closes the database, or another page deletes it, while it is open.
  constructor(onLost = () => {}) {
    this.#onLost = onLost;
  }

  // Nothing is made by looking: where there is no database, there are no records.
  load() {
    return this.#enqueue(async () => {
      const database = await this.#open({create: false});
      if (!database) return {error: StorageError.none, records: new Uint8Array(0)};
      const transaction = database.transaction(kStore, 'readonly');
      const store = transaction.objectStore(kStore);
      const keys = store.getAllKeys();
      const values = store.getAll();
      await completed(transaction);
      const records = packRecords(keys.result, values.result);
      return records ? {error: StorageError.none, records} : {error: StorageError.broken};
    });
  }

  commit(batch) {
    return this.#enqueue(() => this.#write((store) => {
      for (const {id, value} of writesOf(batch)) {
        if (value === null) store.delete(id);
        else store.put(value, id);
      }
    }));
  }

  wipe() {
    return this.#enqueue(async () => {
      if (!await this.#open({create: false})) return {error: StorageError.none};
      return this.#write((store) => store.clear());
    });
  }

  // Resolves when everything asked for so far has been answered.
  async settled() {
    await this.#last;
  }

  #enqueue(request) {
    const result = this.#last.then(async () => {
      if (this.#lost) return {error: StorageError.unavailable};
      try {
        return await request();
      } catch (error) {
        return {error: errorOf(error)};
      }
    });
    this.#last = result;
    return result;
  }

  async #write(change) {
    const transaction = (await this.#open()).transaction(kStore, 'readwrite', {durability: 'strict'});
    try {
      change(transaction.objectStore(kStore));
    } catch (error) {
      transaction.abort();
      throw error;
    }
    await completed(transaction);
    return {error: StorageError.none};
  }

  // Null: there is none, and none was asked for.
  #open({create = true} = {}) {
    if (this.#database) return this.#database;
    return new Promise((resolve, reject) => {
      if (!globalThis.indexedDB) {
        reject(new DOMException('no IndexedDB', 'NotAllowedError'));
        return;
      }
      const request = indexedDB.open(kDatabase, kVersion);
      let absent = false;
      request.onupgradeneeded = () => {
        if (create) {
          request.result.createObjectStore(kStore);
        } else {
          absent = true;
          request.transaction.abort();   // and the browser takes the database away again
        }
      };
      request.onerror = (event) => {
        event.preventDefault();
        if (absent) resolve(null);
        else reject(new DOMException(request.error?.message, 'NotAllowedError'));
      };
      request.onblocked = () => reject(new DOMException('blocked', 'NotAllowedError'));
      request.onsuccess = () => {
        this.#database = request.result;
        const lose = () => {
          if (this.#lost) return;
          this.#lost = true;
          this.#database?.close();
          this.#database = null;
          this.#onLost();
        };
        this.#database.onclose = lose;
        this.#database.onversionchange = lose;
        resolve(this.#database);
      };
    });
  }
}

function completed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new DOMException('aborted', 'AbortError'));
    transaction.onerror = null;   // an error that matters aborts the transaction
  });
}
