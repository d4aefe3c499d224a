// What the relay keeps no longer, at its end: the days of two blocks are moved back in its database, as if a month had passed, and it lets
// them go. Who had read them has them; who was away is told; who comes anew begins where the relay does.

import {execFileSync} from 'node:child_process';
import {join} from 'node:path';

import {check, equal, eventually, seconds, Suite} from '../support/harness.mjs';
import {Person} from '../support/person.mjs';
import {freePort, Relay} from '../support/relay.mjs';
import {Watch} from '../support/watch.mjs';

const kGroup = 'Valmius';
const kDays = 30;                       // that a board keeps, unless it was made otherwise
const kLetters = 4000;                  // of a long message: several cells
const kLongMessages = 30;
const kWasAway = /^You were away longer than the relay keeps messages/;
const kAge = `
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute('UPDATE blocks SET day = day - ? WHERE id >> 40 = 1', (int(sys.argv[2]),))
database.commit()
print(database.execute('SELECT count(*) FROM blocks WHERE id >> 40 = 1').fetchone()[0])
`;

export function retention(browser, {program, app}) {
  const suite = new Suite('retention', {scenario: true});
  const everyone = [];
  let relay, watch, elina, mikael;

  suite.cleanup(async () => {
    await Promise.all(everyone.map((person) => person.close().catch(() => {})));
    await relay?.remove();
  });
  suite.photographFailures(() => everyone);

  const firstBlock = async () => (await fetch(`${relay.origin}/board/1/block/0`)).status;

  const finds = async (person, words, count) => {
    await person.page.getByRole('searchbox').fill(words);
    await person.reads(count);
    await person.page.getByRole('searchbox').fill('');
  };

  suite.test('two people talk; one goes away, the other writes more than a block', async () => {
    relay = await Relay.create({program, app});
    const metrics = await freePort();
    await relay.start(['--metrics', `127.0.0.1:${metrics}`]);
    watch = new Watch(relay.origin);
    elina = await Person.create(browser, {name: 'Elina Aalto', watch});
    mikael = await Person.create(browser, {name: 'Mikael Strand', watch});
    everyone.push(elina, mikael);
    await elina.found(relay.administratorLink, 'Valtioneuvosto');
    await mikael.enrol(await elina.invite(mikael.name));
    await elina.seesInDirectory([mikael.name]);
    await elina.createGroup(kGroup, [mikael.name]);
    await elina.send('Ennen lomaa');
    await mikael.openConversation(kGroup);
    await mikael.sees('Ennen lomaa');
    await eventually('the app is kept by its service worker', () => mikael.page.evaluate(() => Boolean(navigator.serviceWorker.controller)));
    await mikael.page.goto('about:blank');
    // The browser keeps a page that was left for a moment, and its worker with it.
    await eventually('he is away', async () => /^sinetti_sessions 1$/m.test(await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()));
    equal(await firstBlock(), 404);   // the block is not whole yet
    await elina.send('Loman alussa');
    for (let i = 0; i < kLongMessages; ++i) await elina.send(`Pitkä ${i} `.padEnd(kLetters, 'ä'));
    await elina.send('Loman lopussa');
    await eventually('a block is whole', async () => await firstBlock() === 200, {timeout: seconds(60)});
  }, seconds(240));

  suite.test(`after ${kDays} days the relay lets it go, and says so; who had read it keeps it`, async () => {
    watch.relayDown = true;
    await relay.stop();
    const blocks = Number(execFileSync('python3', ['-c', kAge, join(relay.data, 'boards.sqlite'), String(kDays + 1)], {encoding: 'utf8'}));
    check(blocks >= 1, 'no block is whole');
    await relay.start();
    watch.relayDown = false;
    await eventually('the relay has let the blocks go', () => relay.output.includes(`what is older than ${kDays} days goes, ${blocks} block`), {timeout: seconds(60)});
    await eventually('the block is gone', async () => [404, 410].includes(await firstBlock()), {timeout: seconds(60)});
    await elina.reload();
    await elina.unlock();
    await elina.openConversation(kGroup);
    await elina.sees('Loman lopussa');
    await finds(elina, 'Ennen lomaa', '1 message found');
    await finds(elina, 'Loman alussa', '1 message found');
  }, seconds(180));

  suite.test('who was away is told, in the conversation too, and the two go on', async () => {
    await mikael.open(relay.origin);
    await mikael.unlock();
    await mikael.isOpen();
    await mikael.reads(kWasAway, seconds(60));
    await mikael.openConversation(kGroup);
    await elina.send('Tervetuloa takaisin');
    await mikael.sees('Tervetuloa takaisin', seconds(60));
    await mikael.send('Kiitos');
    await elina.sees('Kiitos');
    await finds(mikael, 'Ennen lomaa', '1 message found');
    await finds(mikael, 'Loman alussa', 'No messages found');
    await finds(mikael, 'Loman lopussa', '1 message found');   // of the last block, which is kept until it is whole and old
  }, seconds(180));

  suite.test('it stays so after a reload, and nobody is told twice', async () => {
    await mikael.dismissNotices(kWasAway);
    await mikael.reload();
    await mikael.unlock();
    await mikael.openConversation(kGroup);
    await mikael.sees('Kiitos');
    await mikael.noticesGone();
  }, seconds(120));

  suite.test('no request left the origin and the console stayed free of errors', async () => {
    equal(watch.foreign, []);
    equal(watch.errors, [], 'console errors');
  });
  return suite;
}
