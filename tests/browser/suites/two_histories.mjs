// A relay that shows two people two directories: the first message between them proves it, in words and with a proof to carry away.
// It is made as a dishonest operator would: two copies of the relay's data, each person led to one, and the cells of the one carried
// over into the other.

import {execFileSync} from 'node:child_process';
import {cp, rm} from 'node:fs/promises';
import {join} from 'node:path';

import {check, equal, eventually, seconds, Suite} from '../support/harness.mjs';
import {startLyingProxy} from '../support/lying_proxy.mjs';
import {Person} from '../support/person.mjs';
import {freePort, Relay} from '../support/relay.mjs';
import {Watch} from '../support/watch.mjs';

const kAlarm = /^Alarm: the relay has signed two histories that contradict each other/;

const kTall = {viewport: {width: 1280, height: 2200}};   // all of the settings in sight

// Board 1 as it is in the one folder, in place of what the other has; both relays are down.
const kCarryOver = `
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute('ATTACH ? AS truth', (sys.argv[2],))
for table in ('entries', 'blocks'):
    database.execute(f'DELETE FROM main.{table} WHERE id >> 40 = 1')
    database.execute(f'INSERT INTO main.{table} SELECT * FROM truth.{table} WHERE id >> 40 = 1')
database.commit()
`;

export function twoHistories(browser, {program, app}) {
  const suite = new Suite('two histories', {scenario: true});
  let proxy, watch, truth, lie, anna, bo;
  const links = new Map();
  const people = [];
  let proof = '';

  suite.cleanup(async () => {
    await Promise.all(people.map((person) => person.close().catch(() => {})));
    await proxy?.close();
    await truth?.remove();
    await lie?.remove();
  });
  suite.photographFailures(() => people);

  const leaves = (person) => person.page.goto('about:blank');
  const comesBack = async (person) => {
    await person.open(truth.origin);
    await person.unlock();
    await person.isOpen();
  };

  suite.test('two people talk, and two more are invited', async () => {
    const port = await freePort();
    truth = await Relay.create({program, app, origin: `http://localhost:${port}`});
    await truth.start();
    proxy = await startLyingProxy(port, truth.port);
    watch = new Watch(truth.origin);
    anna = await Person.create(browser, {name: 'Anna Berg', watch});
    bo = await Person.create(browser, {name: 'Bo Dahl', watch, context: kTall});
    people.push(anna, bo);
    await anna.found(truth.administratorLink, 'Koe');
    await bo.enrol(await anna.invite(bo.name));
    for (const name of ['Dora Ek', 'Eino Salo']) links.set(name, await anna.invite(name));
    await anna.seesInDirectory([bo.name]);
    await anna.startDirect(bo.name);
    await anna.send('Hei Bo');
    await bo.openConversation(anna.name);
    await bo.sees('Hei Bo');
    await bo.send('Hei Anna');
    await anna.sees('Hei Anna');
    await Promise.all([leaves(anna), leaves(bo)]);
    watch.relayDown = true;
    await truth.stop();
    lie = await Relay.create({program, app, origin: truth.origin});
    await rm(lie.data, {recursive: true});
    await cp(truth.data, lie.data, {recursive: true});
  }, seconds(180));

  const enrols = async (name) => {
    const person = await Person.create(browser, {name, watch});
    people.push(person);
    await person.enrol(links.get(name));
    await leaves(person);
  };

  suite.test('one sees Dora come, and writes', async () => {
    await truth.start();
    await enrols('Dora Ek');
    await comesBack(anna);
    await anna.seesInDirectory(['Dora Ek']);
    await anna.openConversation(bo.name);
    await anna.send('Näetkö Doran?');
    await eventually('it is sent', async () => (await anna.article('Näetkö Doran?').first().getAttribute('aria-label')).includes('sent'), {timeout: seconds(30)});
    await leaves(anna);
    await truth.stop();
  }, seconds(120));

  suite.test('the other sees Eino come in Dora\'s place, and nothing is wrong yet', async () => {
    await lie.start();
    proxy.leadTo(lie.port);
    await enrols('Eino Salo');
    await comesBack(bo);
    await bo.seesInDirectory(['Eino Salo']);
    check(!(await bo.directory()).includes('Dora Ek'), 'Dora is not to be seen here');
    equal(await bo.page.getByText(kAlarm).count(), 0, 'alarms');
    await leaves(bo);
    await lie.stop();
  }, seconds(120));

  suite.test('the first message between them proves it: an alarm in words', async () => {
    execFileSync('python3', ['-c', kCarryOver, join(lie.data, 'boards.sqlite'), join(truth.data, 'boards.sqlite')]);
    await lie.start();
    await comesBack(bo);
    await bo.openConversation(anna.name);
    await bo.reads(kAlarm, seconds(60));
    await bo.sees('Näetkö Doran?');
  }, seconds(120));

  suite.test('the proof can be copied: two statements of one position under the relay\'s key', async () => {
    await bo.go('Settings');
    await bo.page.getByRole('button', {name: /^What the relay sees/}).click();
    await bo.page.evaluate(() => navigator.clipboard.writeText(''));
    await bo.press('Copy the proof', bo.dialog());
    proof = await eventually('it is on the clipboard', () => bo.page.evaluate(() => navigator.clipboard.readText()));
    await bo.closeDialog();
    const heads = [...proof.matchAll(/^board: 0\nposition: (\d+)\nhead: ([0-9a-f]{64})$/gm)];
    equal(heads.length, 2, proof);
    equal(heads[0][1], heads[1][1], 'positions');
    check(heads[0][2] !== heads[1][2], 'one head twice');
  }, seconds(60));

  suite.test('it stays: after a reload the relay is told nothing more, and what was said can be read', async () => {
    await bo.reload();
    await bo.unlock();
    await bo.isOpen();
    await bo.reads(kAlarm, seconds(60));
    await bo.openConversation(anna.name);
    await bo.sees('Näetkö Doran?');
    const before = proxy.seen.messages;
    await bo.send('Ei kenellekään.');
    await bo.sees('Ei kenellekään.');
    equal(proxy.seen.messages, before, 'messages to or from the relay');
    equal(watch.foreign, []);
    equal(watch.errors, [], 'console errors');
  }, seconds(90));

  return suite;
}
