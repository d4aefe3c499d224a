// What every proxy of the tests has to see to: two sockets that go together, and the end of all of them.

export class Sockets {
  #open = new Set();

  // When one of the two ends, so does the other.
  tie(client, relay) {
    for (const socket of [client, relay]) {
      this.#open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#open.delete(socket);
        client.destroy();
        relay.destroy();
      });
    }
  }

  destroyAll() {
    for (const socket of this.#open) socket.destroy();
  }
}
