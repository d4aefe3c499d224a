// Watches every page of a profile for what must never happen: a request to another origin, an error on the console.

// What a browser says by itself when a server is down; accepted only while a test has stopped the relay.
const kDown = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket connection to|can.t establish a connection/;

export class Watch {
  foreign = [];
  errors = [];
  requests = 0;
  relayDown = false;
  #origin;

  constructor(origin) {
    this.#origin = origin;
  }

  context(context, name) {
    context.on('request', (request) => this.#request(request.url(), name));
    context.on('page', (page) => this.#page(page, name));
  }

  #page(page, name) {
    page.on('console', (message) => {
      const wantsIcon = message.location().url.endsWith('/favicon.ico');   // the browser by itself, where a page is a bare file and not the app
      if (message.type() === 'error' && !wantsIcon) this.#error(`${name}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.#error(`${name}: ${error.message}`));
    page.on('crash', () => this.#error(`${name}: the page crashed`));
    page.on('websocket', (socket) => this.#request(socket.url().replace(/^ws/, 'http'), name));
  }

  #request(url, name) {
    ++this.requests;
    const {origin, protocol} = new URL(url);
    if (origin !== this.#origin && protocol !== 'data:' && protocol !== 'blob:') this.foreign.push(`${name}: ${url}`);
  }

  #error(text) {
    if (!(this.relayDown && kDown.test(text))) this.errors.push(text);
  }
}
