// Stands between browser and relay as a proxy does that ends TLS: it reads along, and when told to it slips messages of its own
// into what the relay says, changes, repeats or drops the relay's, or leads to another relay.

import {createHash} from 'node:crypto';
import {connect, createServer} from 'node:net';

import {Sockets} from './sockets.mjs';

// One unmasked binary WebSocket message (RFC 6455, 5.2).
function binaryMessage(payload) {
  const header = payload.length < 126 ? Buffer.from([0x82, payload.length])
    : Buffer.from([0x82, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([header, payload]);
}

// Cuts one direction into HTTP's head and then whole WebSocket frames.
class Direction {
  #bytes = Buffer.alloc(0);
  #upgraded = false;
  #isUpgrade;

  constructor(isUpgrade) { this.#isUpgrade = isUpgrade; }

  get upgraded() { return this.#upgraded; }

  // The parts that are whole: {bytes} before the upgrade, {bytes, payload, binary} after it.
  push(chunk) {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const parts = [];
    if (!this.#upgraded) {
      const end = this.#bytes.indexOf('\r\n\r\n');
      const head = end < 0 ? null : this.#bytes.subarray(0, end + 4);
      if (!head || !this.#isUpgrade(head.toString('latin1'))) return [{bytes: this.#take(this.#bytes.length)}];
      this.#upgraded = true;
      parts.push({bytes: this.#take(end + 4)});
    }
    for (let frame; (frame = this.#frame());) parts.push(frame);
    return parts;
  }

  #frame() {
    const bytes = this.#bytes;
    if (bytes.length < 2) return null;
    const short = bytes[1] & 127;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const masked = (bytes[1] & 128) !== 0;
    const start = 2 + extended + (masked ? 4 : 0);
    if (bytes.length < start) return null;
    const length = extended === 0 ? short : extended === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < start + length) return null;
    const whole = this.#take(start + length);
    const payload = Buffer.from(whole.subarray(start));
    if (masked) for (let i = 0; i < payload.length; ++i) payload[i] ^= whole[start - 4 + (i & 3)];
    return {bytes: whole, payload, binary: (whole[0] & 15) === 2};
  }

  #take(size) {
    const taken = Buffer.from(this.#bytes.subarray(0, size));
    this.#bytes = this.#bytes.subarray(size);
    return taken;
  }
}

export async function startLyingProxy(port, relayPort) {
  const speakers = new Set();
  const sockets = new Sockets();
  const seen = {sizes: new Set(), messages: 0, repeated: 0};   // of all messages of browsers and relay
  let leadsTo = relayPort;

  const server = createServer((client) => {
    const relay = connect(leadsTo, '127.0.0.1');
    sockets.tie(client, relay);
    const known = new Set();   // what has passed on this connection
    const look = ({payload, binary}) => {
      if (!binary) return;
      const digest = createHash('sha256').update(payload).digest('hex');
      ++seen.messages;
      seen.sizes.add(payload.length);
      if (known.has(digest)) ++seen.repeated;
      known.add(digest);
    };
    const speaker = {lie: null, say(payload) { client.write(binaryMessage(payload)); }};
    const asked = new Direction((head) => /^upgrade: websocket/im.test(head));
    client.on('data', (chunk) => {
      for (const part of asked.push(chunk)) {
        look(part);
        relay.write(part.bytes);
      }
    });
    const answered = new Direction((head) => head.startsWith('HTTP/1.1 101'));
    relay.on('data', (chunk) => {
      const upgraded = answered.upgraded;
      for (const part of answered.push(chunk)) {
        look(part);
        const {bytes} = part;
        const lie = part.binary ? speaker.lie : null;
        if (lie) speaker.lie = null;
        if (lie === 'change') bytes[bytes.length - 1] ^= 1;
        if (lie !== 'drop') client.write(bytes);
        if (lie === 'repeat') client.write(bytes);
      }
      if (upgraded || !answered.upgraded) return;
      speakers.add(speaker);
      client.on('close', () => speakers.delete(speaker));
    });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const hangUp = () => sockets.destroyAll();
  return {
    seen,
    // Says this to everybody who is connected now; answers how many that were.
    say(payload) {
      for (const speaker of speakers) speaker.say(payload);
      return speakers.size;
    },
    // What happens to the next message of the relay's to each of them: 'change', 'repeat' or 'drop'.
    lie(how) {
      for (const speaker of speakers) speaker.lie = how;
      return speakers.size;
    },
    leadTo(otherPort) {
      leadsTo = otherPort;
      hangUp();
    },
    async close() {
      hangUp();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
