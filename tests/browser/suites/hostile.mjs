// A relay whose disk is full, and one that says things no relay would say.

import {stat} from 'node:fs/promises';
import {join} from 'node:path';

import {check, equal, eventually, seconds, sleep, Suite} from '../support/harness.mjs';
import {startLyingProxy} from '../support/lying_proxy.mjs';
import {Person} from '../support/person.mjs';
import {freePort, Relay} from '../support/relay.mjs';
import {Watch} from '../support/watch.mjs';

const kGarbled = /answered in a way Sinetti does not understand/;

export function hostile(browser, {program, app}) {
  const suite = new Suite('hostile relay', {scenario: true});
  let relay;
  let proxy;
  let watch;
  let anna;
  let bo;
  const people = [];

  suite.cleanup(async () => {
    await Promise.all(people.map((person) => person.close().catch(() => {})));
    await proxy?.close();
    await relay?.remove();
  });
  suite.onFailure = async (title, folder) => {
    for (const person of people) {
      await person.page.screenshot({path: `${folder}/${title.replace(/\W+/g, '-').slice(0, 60)}-${person.name.split(' ')[0]}.png`, timeout: seconds(5)});
    }
  };

  suite.test('two people talk through somebody in between', async () => {
    const port = await freePort();
    relay = await Relay.create({program, app, origin: `http://localhost:${port}`});
    await relay.start();
    proxy = await startLyingProxy(port, relay.port);
    watch = new Watch(relay.origin);
    anna = await Person.create(browser, {name: 'Anna Berg', watch});
    bo = await Person.create(browser, {name: 'Bo Dahl', watch});
    people.push(anna, bo);
    await anna.found(relay.administratorLink, 'Koe');
    await bo.enrol(await anna.invite(bo.name));
    await anna.seesInDirectory([bo.name]);
    await anna.startDirect(bo.name);
    await anna.send('Kuuluuko?');
    await bo.openConversation(anna.name);
    await bo.sees('Kuuluuko?');
  }, seconds(180));

  const garbled = {
    'an empty frame': new Uint8Array(0),
    'noise': Uint8Array.from({length: 256}, (_, i) => (i * 73 + 11) & 255),
    'a length beyond the end': Uint8Array.from({length: 256}, (_, i) => (i < 4 ? 0xff : 0)),
    'a size that is no size class': new Uint8Array(300),
  };
  for (const [what, frame] of Object.entries(garbled)) {
    suite.test(`${what} from the relay gets one clear sentence, and the talk goes on`, async () => {
      // The sentence of the case before must not stand for this one's.
      await Promise.all([anna, bo].map((person) => person.dismissNotices(kGarbled)));
      check(proxy.say(Buffer.from(frame)) >= 2, 'nobody was connected');
      // A frame waits for the next one to pass; a message brings it out.
      await bo.send(`Vastaus: ${what}`);
      await Promise.any([anna, bo].map((person) => person.reads(kGarbled, seconds(30))));
      await anna.sees(`Vastaus: ${what}`, seconds(60));
      await eventually('shown once', async () => (await anna.messages()).filter((text) => text === `Vastaus: ${what}`).length === 1);
    }, seconds(120));
  }

  suite.test('a full disk on the relay gets one clear sentence, and the message goes out when there is room', async () => {
    watch.relayDown = true;
    await relay.stop();
    const {size} = await stat(join(relay.data, 'sinetti.db')).catch(() => ({size: 1 << 16}));
    await relay.start(['--max-database-bytes', String(Math.max(size, 4096))]);
    const long = 'Tämä ei mahdu. '.repeat(1200);
    await anna.send(long);
    await anna.reads(/relay's disk is full/, seconds(60));
    await anna.send('Ja toinen perään.');
    await sleep(seconds(1));
    equal(await bo.article('Ja toinen perään.').count(), 0);
    await relay.stop();
    await relay.start();
    await bo.sees('Ja toinen perään.', seconds(90));
    await eventually('all of it arrives, once', async () => (await bo.messages()).filter((text) => text === long.trim()).length === 1, {timeout: seconds(30)});
    watch.relayDown = false;
  }, seconds(240));

  suite.test('nothing was lost: the history is whole after a reload', async () => {
    await bo.reload();
    await bo.unlock();
    await bo.isOpen();
    await bo.openConversation(anna.name);
    await bo.sees('Ja toinen perään.');
    equal(watch.foreign, []);
    equal(watch.errors, [], 'console errors');
  }, seconds(60));

  return suite;
}
