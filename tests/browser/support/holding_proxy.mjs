// Stands between browser and relay and passes everything on, except that it can hold up what the relay says on WebSockets that are
// opened from then on.

import {connect, createServer} from 'node:net';

export async function startHoldingProxy(port, relayPort) {
  const sockets = new Set();
  let holding = false;
  let held = [];   // {client, relay}: the relay's side is paused

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
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
