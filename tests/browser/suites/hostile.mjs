// A relay whose disk is full, somebody in between who reads along and lies, and a relay that is another one.

import {check, equal, eventually, seconds, sleep, Suite} from '../support/harness.mjs';
import {startLyingProxy} from '../support/lying_proxy.mjs';
import {Person} from '../support/person.mjs';
import {freePort, Relay} from '../support/relay.mjs';
import {Watch} from '../support/watch.mjs';

const kGarbled = /answered in a way Sinetti does not understand/;
const kOther = /What answers is not your relay/;
const kSizes = [256, 1280, 4352, 16896, 66560, 270336];   // docs/protocol.md, 2

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
  suite.photographFailures(() => people);

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
    'an empty message slipped in': () => proxy.say(Buffer.alloc(0)),
    'noise slipped in': () => proxy.say(Buffer.from(Uint8Array.from({length: 256}, (_, i) => (i * 73 + 11) & 255))),
    'a message slipped in whose size is none': () => proxy.say(Buffer.alloc(300)),
    'a changed message': () => proxy.lie('change'),
    'a repeated message': () => proxy.lie('repeat'),
    'a dropped message': () => proxy.lie('drop'),
  };
  for (const [what, lie] of Object.entries(garbled)) {
    suite.test(`${what} gets one clear sentence, and the talk goes on`, async () => {
      // The sentence of the case before must not stand for this one's.
      await Promise.all([anna, bo].map((person) => person.dismissNotices(kGarbled)));
      await eventually('both are connected', () => lie() >= 2);
      // What is changed, repeated or dropped is the next message of the relay's.
      await bo.send(`Vastaus: ${what}`);
      await Promise.any([anna, bo].map((person) => person.reads(kGarbled, seconds(45))));
      await anna.sees(`Vastaus: ${what}`, seconds(60));
      await eventually('shown once', async () => (await anna.messages()).filter((text) => text === `Vastaus: ${what}`).length === 1);
    }, seconds(120));
  }

  suite.test('whoever stands in between sees messages of a few sizes and none twice', async () => {
    equal([...proxy.seen.sizes].filter((size) => !kSizes.includes(size)), [], 'other sizes');
    check(proxy.seen.messages > 50, `only ${proxy.seen.messages} messages`);
    equal(proxy.seen.repeated, 0, 'messages that came again');
  });

  suite.test('a relay with another key is named, told nothing, and left for the right one', async () => {
    const other = await Relay.create({program, app, origin: relay.origin});
    await other.start();
    watch.relayDown = true;
    proxy.leadTo(other.port);
    await anna.send('Vain oikealle.');
    await anna.reads(kOther, seconds(60));
    equal(await bo.article('Vain oikealle.').count(), 0);
    proxy.leadTo(relay.port);
    await bo.sees('Vain oikealle.', seconds(90));
    watch.relayDown = false;
    await other.remove();
  }, seconds(180));

  suite.test('a full disk on the relay gets one clear sentence, and the message goes out when there is room', async () => {
    watch.relayDown = true;
    await relay.stop();
    await relay.start(['--max-database-bytes', String(1 << 16)]);   // less than there is already
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
