// Stands between browser and relay and, when told to, slips a frame of its own into what the relay says over the WebSocket.

import {connect, createServer} from 'node:net';

// One unmasked binary WebSocket frame (RFC 6455, 5.2).
function binaryFrame(payload) {
  const header = payload.length < 126 ? Buffer.from([0x82, payload.length])
    : Buffer.from([0x82, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([header, payload]);
}

// Follows the frames the relay sends, so that ours goes between two of them.
class FrameBoundaries {
  #header = [];
  #left = 0;

  // True when the byte given ends a frame.
  push(byte) {
    if (this.#left > 0) return --this.#left === 0;
    this.#header.push(byte);
    if (this.#header.length < 2) return false;
    const short = this.#header[1] & 127;
    const size = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
    if (this.#header.length < size) return false;
    const length = short < 126 ? short : this.#header.slice(2).reduce((all, one) => all * 256 + one, 0);
    this.#header = [];
    this.#left = length;
    return length === 0;
  }
  get between() { return this.#left === 0 && this.#header.length === 0; }
}

export async function startLyingProxy(port, relayPort) {
  const speakers = new Set();
  const sockets = new Set();
  const server = createServer((client) => {
    const relay = connect(relayPort, '127.0.0.1');
    for (const socket of [client, relay]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        relay.destroy();
      });
    }
    client.pipe(relay);
    let head = Buffer.alloc(0);
    let boundaries = null;
    const speaker = {pending: null, say(payload) {
      if (boundaries?.between) client.write(binaryFrame(payload));
      else this.pending = payload;
    }};
    relay.on('data', (chunk) => {
      if (boundaries) return forward(chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0 || !head.subarray(0, 12).toString().includes(' 101')) {
        if (end >= 0 || head.length > 12) {
          client.write(head);
          head = Buffer.alloc(0);
        }
        return;
      }
      boundaries = new FrameBoundaries();
      speakers.add(speaker);
      client.on('close', () => speakers.delete(speaker));
      client.write(head.subarray(0, end + 4));
      forward(head.subarray(end + 4));
    });
    function forward(chunk) {
      let start = 0;
      for (let i = 0; i < chunk.length; ++i) {
        if (!boundaries.push(chunk[i]) || !speaker.pending) continue;
        client.write(chunk.subarray(start, i + 1));
        start = i + 1;
        client.write(binaryFrame(speaker.pending));
        speaker.pending = null;
      }
      if (start < chunk.length) client.write(chunk.subarray(start));
    }
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    // Says this to everybody who is connected now; answers how many that were.
    say(payload) {
      for (const speaker of speakers) speaker.say(payload);
      return speakers.size;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
