// The process of a page, its worker and all, is killed at any instant while its person writes and while others do: what was on the
// screen as written is there afterwards, once, for everybody, and nothing else is.

import {equal, eventually, seconds, sleep, Suite} from '../support/harness.mjs';
import {Person} from '../support/person.mjs';
import {Relay} from '../support/relay.mjs';
import {Watch} from '../support/watch.mjs';

const kGroup = 'Kestävä';
const kKills = 8;
const kLatest = 1000;                                        // milliseconds from the first key to the kill
const kSeed = Number(process.env.SINETTI_FIRST_SEED ?? 1);
const kRoomy = {viewport: {width: 1280, height: 3200}};      // everything said is on the screen

// Park and Miller's generator: the instants are the same in each run, what is going on at them is not.
function dice(seed) {
  let state = seed % 2147483647 || 1;
  return (limit) => (state = state * 48271 % 2147483647) % limit;
}

export function kills(browser, {program, app}) {
  const suite = new Suite('kills', {scenario: true});
  const people = [];
  const written = new Set();   // on the screen of who wrote it
  const begun = new Set();     // typed, and perhaps cut off
  let relay, watch, anna, bo;

  suite.cleanup(async () => {
    await Promise.all(people.map((person) => person.close().catch(() => {})));
    await relay?.remove();
  });
  suite.photographFailures(() => people);

  async function kill(person) {
    const session = await person.context.newCDPSession(person.page);
    const crashed = person.page.waitForEvent('crash', {timeout: seconds(20)});
    session.send('Page.crash').catch(() => {});
    await crashed;
    await person.page.close();
  }

  async function comesBack(person) {
    person.page = await person.context.newPage();
    await person.open(relay.origin);
    await person.unlock();
    await person.isOpen();
    await person.openConversation(kGroup);
  }

  async function writes(person, text) {
    begun.add(text);
    await person.send(text);
    await person.sees(text, seconds(20));
    written.add(text);
  }

  async function writesUntilKilled(person, round) {
    const {page} = person;
    for (let i = 0; person.page === page && !page.isClosed(); ++i) await writes(person, `${round} ${i}`).catch(() => {});
  }

  suite.test('two people have a group', async () => {
    relay = await Relay.create({program, app});
    await relay.start();
    watch = new Watch(relay.origin);
    for (const name of ['Anna Berg', 'Bo Dahl']) people.push(await Person.create(browser, {name, watch, context: kRoomy}));
    [anna, bo] = people;
    await anna.found(relay.administratorLink, 'Koe');
    await bo.enrol(await anna.invite(bo.name));
    await anna.seesInDirectory([bo.name]);
    await anna.createGroup(kGroup, [bo.name]);
    await writes(anna, 'alku');
    await bo.openConversation(kGroup);
    await bo.sees('alku');
  }, seconds(180));

  suite.test(`${kKills} kills while both write: each comes back and goes on`, async () => {
    const below = dice(kSeed);
    for (let round = 0; round < kKills; ++round) {
      const [victim, other] = round % 2 === 0 ? [anna, bo] : [bo, anna];
      const cut = writesUntilKilled(victim, round);
      const whole = writes(other, `${round} toinen`);
      await sleep(below(kLatest));
      await kill(victim);
      await Promise.all([cut, whole]);
      await comesBack(victim);
    }
  }, seconds(600));

  suite.test('nothing that was written is lost or doubled, and both have it in one order', async () => {
    await writes(anna, 'loppu Anna');
    await writes(bo, 'loppu Bo');
    await Promise.all([anna.sees('loppu Bo'), bo.sees('loppu Anna')]);
    await eventually('both show the same', async () => JSON.stringify(await anna.messages()) === JSON.stringify(await bo.messages()), {timeout: seconds(60)});
    const shown = await anna.messages();
    equal([...written].filter((text) => !shown.includes(text)), [], 'lost');
    equal(shown.filter((text, at) => shown.indexOf(text) !== at), [], 'doubled');
    equal(shown.filter((text) => text !== '' && !begun.has(text)), [], 'never written');
    equal(watch.foreign, []);
  }, seconds(120));

  return suite;
}
