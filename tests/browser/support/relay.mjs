// The real relay, and the real ingress, as child processes, on ports and in a data folder of their own that survive a restart.

import {spawn} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {seconds, within} from './harness.mjs';

// Below those that the system chooses for connections, which could take it while a relay is down.
export async function freePort() {
  for (;;) {
    const port = 20000 + Math.floor(Math.random() * 12000);
    const server = createServer();
    const isFree = await new Promise((resolve) => server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true)));
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

class Service {
  #process = null;
  #output = '';

  async launch(program, arguments_) {
    const child = this.#process = spawn(program, arguments_, {stdio: ['ignore', 'pipe', 'pipe']});
    this.#output = '';
    let said = () => {};
    const listening = new Promise((resolve, reject) => {
      said = (text) => {
        this.#output += text;
        if (this.#output.includes('listening on')) resolve();
      };
      child.on('exit', (code) => reject(new Error(`the relay ended with ${code}: ${this.#output}`)));
      child.on('error', reject);
    });
    child.stdout.on('data', (text) => said(String(text)));
    child.stderr.on('data', (text) => said(String(text)));
    await within(seconds(20), 'the relay listens', listening);
    await new Promise((resolve) => setTimeout(resolve, 100));   // the link is the line after
  }

  // SIGTERM, as systemd does it; or SIGKILL, as a power cut does.
  async stop(signal = 'SIGTERM') {
    const child = this.#process;
    if (!child) return;
    this.#process = null;
    const gone = new Promise((resolve) => child.on('exit', resolve));
    if (child.exitCode === null) child.kill(signal);
    else return;
    await within(seconds(15), 'the relay stops', gone).catch(async (error) => {
      child.kill('SIGKILL');
      throw error;
    });
  }

  signal(name) { this.#process.kill(name); }

  get output() { return this.#output; }
}

export class Relay extends Service {
  #program;
  #app;
  origin;
  data;
  administratorLink = null;

  static async create({program, app, origin, scheme = 'http'}) {
    const relay = new Relay();
    relay.#program = program;
    relay.#app = app;
    relay.port = await freePort();
    relay.origin = origin ?? `${scheme}://localhost:${relay.port}`;
    relay.data = await mkdtemp(join(tmpdir(), 'sinetti-relay-'));
    return relay;
  }

  async start(extra = []) {
    await this.launch(this.#program, ['serve', '--port', String(this.port), '--data', this.data, '--app', this.#app, '--url', this.origin, ...extra]);
    this.administratorLink = this.output.match(/administrator link: (\S+)/)?.[1] ?? null;
  }

  async remove() {
    await this.stop().catch(() => {});
    await rm(this.data, {recursive: true, force: true});
  }
}

export class Ingress extends Service {
  #program;
  #app;

  constructor({program, app, port}) {
    super();
    this.#program = program;
    this.#app = app;
    this.port = port;
    this.origin = `http://localhost:${port}`;
  }

  async start(upstream, extra = []) {
    await this.launch(this.#program, ['ingress', '--port', String(this.port), '--upstream', upstream, '--app', this.#app, ...extra]);
  }
}
