// Stands between browser and relay and passes everything on, except that it can hold up what the relay says on WebSockets that are
// opened from then on.

import {connect, createServer} from 'node:net';

import {Sockets} from './sockets.mjs';

export async function startHoldingProxy(port, relayPort) {
  const sockets = new Sockets();
  let holding = false;
  let held = [];   // {client, relay}: the relay's side is paused

  const server = createServer((client) => {
    const relay = connect(relayPort, '127.0.0.1');
    sockets.tie(client, relay);
    client.once('data', (request) => {
      relay.write(request);
      client.pipe(relay);
      const isWebSocket = request.toString('latin1').startsWith('GET /ws ');
      if (isWebSocket && holding) held.push({client, relay});
      else relay.pipe(client);
    });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    hold() { holding = true; },
    get held() { return held.length; },
    release() {
      holding = false;
      for (const {client, relay} of held) relay.pipe(client);
      held = [];
    },
    async close() {
      sockets.destroyAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
