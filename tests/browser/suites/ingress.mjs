// Two agencies: the app is opened from the ingress of one, the relay is the other's and nobody's browser ever speaks to it.

import {execFile} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';

import {Display} from '../support/firefox.mjs';
import {FirefoxPerson} from '../support/firefox_person.mjs';
import {check, equal, eventually, seconds, Suite} from '../support/harness.mjs';
import {Person} from '../support/person.mjs';
import {freePort, Ingress, Relay} from '../support/relay.mjs';
import {Watch} from '../support/watch.mjs';

const kSizes = [256, 1280, 4352, 16896, 66560, 270336];   // docs/protocol.md, 2
const kMixed = 1239;                                        // docs/protocol.md, 15
const linesOf = async (file) => (await readFile(file, 'utf8')).trim().split('\n').map((line) => JSON.parse(line));

// What Firefox says by itself of a server that is down.
const kFirefoxDown = /establish a connection|NetworkError|connection to the server|connection to ws/;

// Who sits at which browser, and what the browser was seen to do.
class InChromium {
  agent = 'Chrome';
  #browser;

  constructor(browser) { this.#browser = browser; }
  start(origin) { this.watch = new Watch(origin); }
  person(name) { return Person.create(this.#browser, {name, watch: this.watch}); }
  relayDown(down) { this.watch.relayDown = down; }
  get seen() { return this.watch; }
  stop() {}
}

class InFirefox {
  agent = 'Firefox';
  #origin;
  #log = {errors: [], foreign: [], requests: 0};
  #display;
  #mayBeDown = false;

  async start(origin) {
    this.#origin = origin;
    this.#display = await Display.start();
  }
  person(name) { return FirefoxPerson.create(this.#display, name, this.#origin, this.#log); }
  relayDown() { this.#mayBeDown = true; }
  get seen() { return {...this.#log, errors: this.#log.errors.filter((text) => !(this.#mayBeDown && kFirefoxDown.test(text)))}; }
  stop() { this.#display?.stop(); }
}

export const ingress = (browser, shared) => scenario('ingress', new InChromium(browser), shared);
export const ingressFirefox = (shared) => scenario('ingress with Firefox', new InFirefox(), shared);

function scenario(title, browsers, {program, app}) {
  const suite = new Suite(title, {scenario: true});
  let relay;
  let front;
  let upstream;
  let observed;
  let anna;
  let bo;
  const people = [];

  suite.cleanup(async () => {
    await Promise.all(people.map((person) => person.close().catch(() => {})));
    browsers.stop();
    await front?.stop().catch(() => {});
    await relay?.remove();
  });
  suite.photographFailures(() => people);

  suite.test('the app opened from the ingress founds, enrols and talks', async () => {
    front = new Ingress({program, app, port: await freePort()});
    relay = await Relay.create({program, app, origin: front.origin});
    upstream = `http://localhost:${relay.port}`;
    observed = {relay: join(relay.data, 'relay.observed'), front: join(relay.data, 'ingress.observed')};
    await relay.start(['--observe', observed.relay]);
    await front.start(upstream, ['--observe', observed.front]);
    check(relay.administratorLink?.startsWith(`${front.origin}/#`), `no administrator link: ${relay.output}`);
    await browsers.start(front.origin);
    people.push(anna = await browsers.person('Anna Berg'));
    people.push(bo = await browsers.person('Bo Dahl'));
    await anna.found(relay.administratorLink, 'Koe');
    await bo.enrol(await anna.invite(bo.name));
    await anna.seesInDirectory([bo.name]);
    await anna.startDirect(bo.name);
    await anna.send('Kuuluuko?');
    await bo.openConversation(anna.name);
    await bo.sees('Kuuluuko?');
    await bo.send('Kuuluu hyvin.');
    await anna.sees('Kuuluu hyvin.');
  }, seconds(180));

  suite.test('the relay is killed and comes back: what was written meanwhile arrives, once and in order', async () => {
    browsers.relayDown(true);
    await relay.stop('SIGKILL');
    await anna.reads('No connection', seconds(60));
    await anna.send('Ensimmäinen.');
    await anna.send('Toinen.');
    await relay.start(['--observe', observed.relay]);
    await bo.sees('Toinen.', seconds(90));
    await bo.seesInOrder(['Ensimmäinen.', 'Toinen.']);
    browsers.relayDown(false);
  }, seconds(180));

  suite.test('so it is when the ingress goes away for a while', async () => {
    browsers.relayDown(true);
    await front.stop();
    await bo.send('Kolmas.');
    await front.start(upstream, ['--observe', observed.front]);
    await anna.sees('Kolmas.', seconds(90));
    await anna.seesInOrder(['Ensimmäinen.', 'Toinen.', 'Kolmas.']);
    browsers.relayDown(false);
  }, seconds(180));

  suite.test('the ingress could write down files, sizes and times; boards and tokens are in the relay\'s log alone', async () => {
    const atFront = await linesOf(observed.front);
    equal(JSON.stringify([...new Set(atFront.map(({op}) => op))].sort()), JSON.stringify(['close', 'connect', 'down', 'get', 'open', 'up']));
    check(atFront.every((line) => !('board' in line) && !('seq' in line) && !('vault' in line)), 'the ingress knows of a board');
    check(atFront.filter(({bytes}) => bytes !== undefined).every(({bytes}) => kSizes.includes(bytes)), 'a size of its own');
    check(atFront.some(({agent}) => agent?.includes(browsers.agent)), 'the ingress sees browsers');
    const atRelay = await linesOf(observed.relay);
    check(['append', 'follow', 'token'].every((op) => atRelay.some((line) => line.op === op)), 'the relay has no board or token');
    check(!(await readFile(observed.relay, 'utf8')).includes(browsers.agent), 'the relay sees a browser');
  });

  // The relay's operator makes the board mixed; until the ingress batches nobody's messages go anywhere.
  suite.test('on a mixed board nothing is sent through an ingress that does not batch, and the person reads why', async () => {
    observed.mixing = {relay: join(relay.data, 'relay.mixing.observed'), front: join(relay.data, 'ingress.mixing.observed')};
    browsers.relayDown(true);
    await relay.stop();
    await promisify(execFile)(program, ['board', 'policy', '--data', relay.data, '--board', '1', '--level', 'mixed']);
    await relay.start(['--observe', observed.mixing.relay, '--batches-from', '127.0.0.0/8, ::1']);
    for (const person of [anna, bo]) await person.seesButton('Protection level: Mixed', seconds(90));
    await anna.send('Odotan sekoittajaa.');
    await anna.reads('does not lead through the agency that mixes messages', seconds(60));
    check(!(await linesOf(observed.mixing.relay)).some(({op}) => op === 'append'), 'a cell went another way');
    browsers.relayDown(false);
  }, seconds(180));

  suite.test('with an ingress that batches two people talk, a second or two later', async () => {
    browsers.relayDown(true);
    await front.stop();
    await front.start(upstream, ['--batching', 'on', '--observe', observed.mixing.front]);
    await bo.sees('Odotan sekoittajaa.', seconds(90));
    browsers.relayDown(false);
    await bo.send('Nyt kuuluu.');
    await anna.sees('Nyt kuuluu.', seconds(60));
    await anna.send('Sekoitettuna.');
    await anna.send('Ja järjestyksessä.');
    await bo.sees('Ja järjestyksessä.', seconds(60));
    await bo.seesInOrder(['Odotan sekoittajaa.', 'Nyt kuuluu.', 'Sekoitettuna.', 'Ja järjestyksessä.']);
    await anna.seesInOrder(['Odotan sekoittajaa.', 'Nyt kuuluu.', 'Sekoitettuna.', 'Ja järjestyksessä.']);
  }, seconds(240));

  suite.test('and the ingress could write down that everybody sends one message a second, the relay that somebody wrote', async () => {
    let atFront;
    const mixed = new Map();
    await eventually('both have sent for a while', async () => {
      atFront = await linesOf(observed.mixing.front);
      mixed.clear();
      for (const {op, conn} of atFront) if (op === 'mix') mixed.set(conn, (mixed.get(conn) ?? 0) + 1);
      return mixed.size >= 2 && [...mixed.values()].every((count) => count >= 10);
    }, {timeout: seconds(60)});
    equal(mixed.size, 2);
    check(atFront.filter(({op}) => op === 'mix').every(({bytes}) => bytes === kMixed), 'a mixed message of another size');
    // Those who write send nothing of a cell's size beside.
    check(!atFront.some(({op, conn, bytes}) => op === 'up' && mixed.has(conn) && bytes > kSizes[0]), 'a larger message in a session');
    check(atFront.some(({op, bytes}) => op === 'batch' && bytes === 2 * kMixed), 'no batch of both');
    const atRelay = await linesOf(observed.mixing.relay);
    const of = (wanted) => new Set(atRelay.filter(({op}) => op === wanted).map(({conn}) => conn));
    equal(new Set(atRelay.filter(({op}) => op === 'append').map(({seq}) => seq)).size, 4);
    equal(of('append').size, 1);
    check(atRelay.filter(({op}) => op === 'cover').length > 5, 'no cover');
    equal([...of('append')].join(), [...of('cover')].join());
  });

  suite.test('nothing was asked of anybody but the ingress, and the console is clean', () => {
    const {requests, foreign, errors} = browsers.seen;
    check(requests > 0, 'nothing was watched');
    equal(foreign.join('\n'), '');
    equal(errors.join('\n'), '');
  });

  return suite;
}
