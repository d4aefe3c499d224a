// One tab of a browser has the seal open. The lock is the browser's own (Web Locks), so it cannot outlive its tab; a
// BroadcastChannel carries the wish of another tab to take over.

const kLock = 'sinetti-seal';
const kChannel = 'sinetti-tabs';
const kLeavingMs = 1500;   // how long a page that is being left, a reload's among them, may keep its lock

export class TabLock {
  #channel = new BroadcastChannel(kChannel);
  #release = null;
  #waiting = false;
  #onWanted;

  // `onWanted` is called when another tab asks; it returns a promise that resolves when the lock may go.
  constructor(onWanted) {
    this.#onWanted = onWanted;
    this.#channel.onmessage = async ({data}) => {
      if (data !== 'wanted' || !this.#release) return;
      const release = this.#release;
      this.#release = null;
      await this.#onWanted();
      release();
    };
  }

  // True: this tab has it now. False: another tab has it, and stays.
  async tryAcquire() {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), kLeavingMs);
    try {
      return await this.#request({signal: patience.signal});
    } catch (error) {
      if (error.name === 'AbortError') return false;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  // Asks the tab that has it, and resolves when it is ours. False: already waiting.
  async takeOver() {
    if (this.#waiting || this.#release) return false;
    this.#waiting = true;
    this.#channel.postMessage('wanted');
    const acquired = await this.#request({});
    this.#waiting = false;
    return acquired;
  }

  #request(options) {
    return new Promise((resolve, reject) => {
      navigator.locks.request(kLock, options, () => new Promise((release) => {
        this.#release = release;
        resolve(true);
      })).catch(reject);
    });
  }
}
