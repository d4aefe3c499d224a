#!/usr/bin/env node
// A person with a long history, in headless Chromium (the app's core.wasm in its worker, IndexedDB, a real relay) and natively:
//
//   node bench/history/run.mjs [--messages 100000] [--conversations 200] [--foreign 10000] [--own 1000] [--json FILE]
//                              [--built [--app DIR] [--programs DIR]]
//
// Unlocking, opening conversations, searching all messages, memory, and catching up. In the browser times are the page's: from the command
// to the event that answers it. Builds what it needs, unless told that it is built. Needs tests/browser's packages.

import {execFileSync, spawn} from 'node:child_process';
import {cp, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

import {Relay} from '../../tests/browser/support/relay.mjs';
import {launchUnwatchedChromium} from '../../tests/browser/support/unwatched_chromium.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const {values: options} = parseArgs({options: {
  messages: {type: 'string', default: '100000'},
  conversations: {type: 'string', default: '200'},
  foreign: {type: 'string', default: '10000'},
  own: {type: 'string', default: '1000'},
  app: {type: 'string', default: resolve(root, 'build/web')},
  programs: {type: 'string', default: resolve(root, 'build/native-release/bin')},
  built: {type: 'boolean', default: false},
  json: {type: 'string'},
}});
const kPassphrase = 'kolme sanaa ja lukko';
const kQueries = ['jääkarhu', 'budjet', 'a', 'valiokunnissakaan äänestys', 'ei tällaista ole', 'öl'];
const say = (text) => console.error(`== ${text}`);

if (!options.built) {
  say('building');
  execFileSync(resolve(root, 'scripts/build'), ['app'], {cwd: root, stdio: ['ignore', process.stderr, 'inherit']});
  execFileSync('cmake', ['--preset', 'native-release'], {cwd: root, stdio: ['ignore', 'ignore', 'inherit']});
  execFileSync('ninja', ['-C', 'build/native-release', '--quiet', 'sinetti-relay', 'bench-history'], {cwd: root, stdio: ['ignore', process.stderr, 'inherit']});
}

// --- who fills the relay, and measures natively ------------------------------------------------------------------------------

class Filler {
  #child;
  #lines;

  constructor(link, folder) {
    this.#child = spawn(join(options.programs, 'bench-history'), ['fill', link, folder], {stdio: ['pipe', 'pipe', 'inherit']});
    this.#lines = createInterface({input: this.#child.stdout})[Symbol.asyncIterator]();
  }

  async answer() {
    const {value, done} = await this.#lines.next();
    if (done) throw new Error('bench-history has ended');
    return JSON.parse(value);
  }

  async do(line) {
    this.#child.stdin.write(`${line}\n`);
    const answer = await this.answer();
    say(`${line}: ${(answer.milliseconds / 1000).toFixed(1)} s`);
    return answer;
  }

  end() { this.#child.kill(); }
}

const measureNatively = (folder) => JSON.parse(execFileSync(join(options.programs, 'bench-history'), ['measure', folder], {maxBuffer: 1 << 24}));

// --- the core in a worker of Chromium ----------------------------------------------------------------------------------------

// Around the app's own worker: tells how large the module's memory is.
const kWorker = `
const memories = new Set();
for (const name of ['instantiate', 'instantiateStreaming']) {
  const original = WebAssembly[name];
  WebAssembly[name] = async (...given) => {
    const result = await original(...given);
    for (const value of Object.values((result.instance ?? result).exports)) if (value instanceof WebAssembly.Memory) memories.add(value);
    return result;
  };
}
self.addEventListener('message', ({data}) => {
  if (data.type === 'memory') self.postMessage({type: 'memory', bytes: [...memories].reduce((sum, memory) => sum + memory.buffer.byteLength, 0)});
});
await import('/core_worker.js');
self.postMessage({type: 'ready'});
`;

// Runs in the page.
function installCore() {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const worker = new Worker('/bench/worker.js', {type: 'module'});
  const listeners = new Set();
  worker.onmessage = ({data}) => {
    const at = performance.now();
    const event = data.type === 'event' ? JSON.parse(decoder.decode(data.event)) : data;
    for (const listener of [...listeners]) listener(event, at);
  };
  worker.onerror = (error) => console.error(error.message);
  const core = globalThis.core = {
    worker,
    // The first event for which `wanted` holds, and how long after now.
    next(wanted) {
      const start = performance.now();
      return new Promise((resolve) => {
        const listener = (event, at) => {
          if (event.type === 'failed') throw new Error(event.what);
          if (!wanted(event)) return;
          listeners.delete(listener);
          resolve({event, milliseconds: at - start});
        };
        listeners.add(listener);
      });
    },
    command(command, passphrase) {
      worker.postMessage({type: 'command', command: encoder.encode(JSON.stringify(command)), secret: passphrase && encoder.encode(passphrase)});
    },
    ask(command, wanted, passphrase) {
      const answer = core.next(wanted);
      core.command(command, passphrase);
      return answer;
    },
    async memory() {
      const answer = core.next(({type}) => type === 'memory');
      worker.postMessage({type: 'memory'});
      return (await answer).event.bytes / (1 << 20);
    },
  };
  core.ready = core.next(({type}) => type === 'ready');
}

const kPhase = {noAccount: 1, invited: 3, locked: 4, open: 6};   // client/api/types.h
const kConnected = 2;

async function openCore(context, origin) {
  const page = await context.newPage();
  page.on('console', (message) => { if (message.type() === 'error') say(`page: ${message.text()}`); });
  page.on('pageerror', (error) => say(`page: ${error.message}`));
  await page.goto(`${origin}/bench/page.html`);
  await page.evaluate(installCore);
  return page;
}

async function enrolInBrowser(context, origin, link) {
  const page = await openCore(context, origin);
  await page.evaluate(async ({fragment, passphrase, phase, connected}) => {
    await core.ready;
    await core.ask({type: 'start'}, (event) => event.type === 'session' && event.phase === phase.noAccount);
    core.worker.postMessage({type: 'link', fragment});
    await core.next((event) => event.type === 'connection' && event.state === connected);
    await core.ask({type: 'enrol', name: 'Bertta', title: ''}, (event) => event.type === 'connection' && event.caughtUp, passphrase);
  }, {fragment: link.slice(link.indexOf('#')), passphrase: kPassphrase, phase: kPhase, connected: kConnected});
  await page.close();
}

async function measureInBrowser(context, origin) {
  const page = await openCore(context, origin);
  const figures = await page.evaluate(async ({passphrase, phase, connected, queries}) => {
    const round = (value) => Math.round(value * 100) / 100;
    const statistics = (values) => {
      const sorted = [...values].sort((a, b) => a - b);
      return {median: round(sorted[Math.floor(sorted.length / 2)]), longest: round(sorted.at(-1))};
    };
    const result = {};
    await core.ready;
    result.load = round((await core.ask({type: 'start'}, (event) => event.type === 'session' && event.phase === phase.locked)).milliseconds);
    // A wrong passphrase costs Argon2id and nothing else.
    const wrong = [];
    for (let run = 0; run < 3; ++run)
      wrong.push((await core.ask({type: 'unlock'}, (event) => event.type === 'session' && event.phase === phase.locked, 'tämä ei ole se')).milliseconds);
    result.argon2id = statistics(wrong).median;
    const start = performance.now();
    let connectedAt;
    core.next((event) => event.type === 'connection' && event.state === connected).then(() => { connectedAt = performance.now(); });
    const caughtUp = core.next((event) => event.type === 'connection' && event.caughtUp);
    const listed = await core.ask({type: 'unlock'}, (event) => event.type === 'conversations', passphrase);
    result.unlock = round(listed.milliseconds);
    result.beyondArgon2id = round(listed.milliseconds - result.argon2id);
    result.memoryAfterUnlock = round(await core.memory());
    const finished = await caughtUp;
    result.catchUp = round(start + finished.milliseconds - connectedAt);
    const latest = core.next((event) => event.type === 'conversations');
    const conversations = await Promise.race([latest.then(({event}) => event.conversations), new Promise((resolve) => { setTimeout(() => resolve(listed.event.conversations), 1000); })]);
    result.conversations = conversations.length;
    const opened = [];
    for (const {id} of conversations) opened.push((await core.ask({type: 'openConversation', conversation: id}, (event) => event.type === 'timeline')).milliseconds);
    result.open = statistics(opened);
    const searched = [];
    result.found = {};
    for (const text of queries) {
      for (let run = 0; run < 3; ++run) {
        const {event, milliseconds} = await core.ask({type: 'search', text}, ({type}) => type === 'search');
        searched.push(milliseconds);
        result.found[text] = event.total;
      }
    }
    result.search = statistics(searched);
    result.memory = round(await core.memory());
    return result;
  }, {passphrase: kPassphrase, phase: kPhase, connected: kConnected, queries: kQueries});
  await page.close();
  return figures;
}

// How long the page is at work for each frame it draws: input, layout, drawing commands and the mirror. What the graphics processor,
// or here its replacement in software, then takes is in another process.
function watchFrames() {
  const original = globalThis.requestAnimationFrame.bind(globalThis);
  globalThis.frames = [];
  globalThis.requestAnimationFrame = (draw) => original((time) => {
    const start = performance.now();
    draw(time);
    globalThis.frames.push(performance.now() - start);
  });
}

const kRow = '[role="list"][aria-label="Chats"] [role="listitem"]';
const kOpenings = 12;
const kTurns = 20;     // of the wheel, in each

// The whole app, drawn in software: from Enter in the passphrase's field to the list of conversations, and then opening, scrolling and searching.
async function unlockOnScreen(context, origin) {
  const page = await context.newPage();
  await page.evaluateOnNewDocument(watchFrames);
  await page.goto(origin);
  // Not by its role: a browser that was once asked for one keeps a tree of them from then on, and every later frame would pay for it.
  await (await page.waitForSelector('input[type="password"]')).type(kPassphrase);
  const start = performance.now();
  await page.keyboard.press('Enter');
  await page.waitForSelector(kRow, {timeout: 120_000});
  const unlock = performance.now() - start;
  const before = await page.evaluate(() => globalThis.frames.splice(0));
  const rows = (await page.$$(kRow)).length;
  for (let opened = 0; opened < Math.min(kOpenings, rows); ++opened) {
    await (await page.$$(kRow))[opened].focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role="log"] article');
    await page.mouse.move(900, 400);
    for (let turn = 0; turn < kTurns; ++turn) await page.mouse.wheel({deltaY: turn % 5 < 4 ? -600 : 600});
  }
  for (const text of kQueries) {
    const search = await page.waitForSelector('input[type="search"]');
    await search.evaluate((field) => field.select());
    await search.type(text.slice(0, 8));
    await new Promise((resolve) => { setTimeout(resolve, 300); });
  }
  const frames = (await page.evaluate(() => globalThis.frames)).sort((a, b) => a - b);
  await page.close();
  const round = (value) => Math.round(value * 10) / 10;
  return {unlock: Math.round(unlock), frames: {untilUnlocked: round(Math.max(...before)), count: frames.length, median: round(frames[Math.floor(frames.length / 2)]), p99: round(frames[Math.floor(frames.length * 0.99)]), longest: round(frames.at(-1))}};
}

// -----------------------------------------------------------------------------------------------------------------------------

const folder = await mkdtemp(join(tmpdir(), 'bench-history-'));
// The app, with a page and a worker of the benchmark's beside it.
const app = join(folder, 'app');
await cp(options.app, app, {recursive: true});
await mkdir(join(app, 'bench'));
await writeFile(join(app, 'bench', 'page.html'), '<!doctype html><title>bench</title>');
await writeFile(join(app, 'bench', 'worker.js'), kWorker);
const relay = await Relay.create({program: join(options.programs, 'sinetti-relay'), app});
let chromium;
let filler;
const results = {};
try {
  await relay.start(['--cell-rate', '1000000']);
  chromium = await launchUnwatchedChromium();
  const context = chromium.defaultBrowserContext();
  filler = new Filler(relay.administratorLink, join(folder, 'account'));
  await filler.answer();
  await enrolInBrowser(context, relay.origin, (await filler.do('invite Bertta')).link);
  await filler.do('ready');
  await filler.do(`talk ${options.conversations} ${options.messages}`);
  const account = join(folder, 'account');
  for (const [name, line] of [['received', null], ['opened', null], ['foreign', `foreign ${options.foreign}`], ['own', `own ${options.own}`]]) {
    if (line) await filler.do(line);
    results[name] = {chromium: await measureInBrowser(context, relay.origin), native: measureNatively(account)};
    say(`${name}: ${JSON.stringify(results[name])}`);
  }
  results.screen = await unlockOnScreen(context, relay.origin);
  results.browser = await chromium.version();
} finally {
  filler?.end();
  await chromium?.close();
  await relay.remove();
  await rm(folder, {recursive: true, force: true});
}

const row = (what, target, value) => console.log(`| ${what} | ${target} | ${value(results.opened.chromium)} | ${value(results.opened.native)} |`);
console.log(`\n${options.messages} messages in ${options.conversations} conversations; milliseconds\n`);
console.log('| what | target | Chromium | native |\n|---|---|---|---|');
row('unlocking to the list of conversations, beyond Argon2id', '1,000', (figures) => figures.beyondArgon2id);
row('opening a conversation: median · longest', '50', ({open}) => `${open.median} · ${open.longest}`);
row('searching all messages: median · longest', '50', ({search}) => `${search.median} · ${search.longest}`);
row('memory, MiB', '150', (figures) => figures.memory ?? figures.resident);
for (const [name, target, what] of [['foreign', '200', `catching up with ${options.foreign} foreign cells`], ['own', '1,000', `catching up with ${options.own} messages`],
  ['received', '', `receiving all ${options.messages}`]])
  console.log(`| ${what} | ${target} | ${results[name].chromium.catchUp} | ${results[name].native.catchUp} |`);
console.log(`\nThe whole app, Enter to the drawn list: ${results.screen.unlock} ms, Argon2id included`);
const {count, median, p99, longest, untilUnlocked} = results.screen.frames;
console.log(`The page's work for a frame, over ${count} frames of opening, scrolling and searching: median ${median} ms, p99 ${p99}, longest ${longest} (60 a second: 16.7); ` +
  `longest from loading to the list: ${untilUnlocked}`);
if (options.json) await writeFile(options.json, `${JSON.stringify({options, ...results}, null, 1)}\n`);
