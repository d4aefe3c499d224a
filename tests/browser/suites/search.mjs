// Searching messages: what was said anywhere is found while one types, also without the relay, and opens where it stands.

import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';

import {accessibleFaults} from '../support/accessibility.mjs';
import {check, equal, eventually, seconds, sleep, Suite} from '../support/harness.mjs';
import {Person} from '../support/person.mjs';
import {Relay} from '../support/relay.mjs';
import {Watch} from '../support/watch.mjs';

const kGroup = 'Budjettiriihi';
const kEarly = 'Valtionbudjetissakin on ÄÄNESTYKSEN jälkeen aukko.';
const kLater = 110;     // messages after it: more than are shown around it
const kPhone = {width: 390, height: 844};
const kZoomed = {width: 720, height: 450};   // what is left of 1440 × 900 at 200 %
const kStill = 700;     // ms until whatever moves has come to rest

export function search(browser, {program, app, screenshots}) {
  const suite = new Suite('search', {scenario: true});
  const people = [];
  let relay;
  let watch;
  let elina;
  let mikael;

  suite.cleanup(async () => {
    await Promise.all(people.map((person) => person.close().catch(() => {})));
    await relay?.remove();
  });
  suite.photographFailures(() => people);

  const field = (person) => person.page.getByRole('searchbox');
  const rows = (person) => person.page.getByRole('list', {name: 'Chats'}).getByRole('listitem');
  const look = async (person, text) => {
    await person.go('Chats');
    await field(person).fill(text, {timeout: seconds(20)});
  };
  const counts = (person, words) => eventually(`${person.name} is told "${words}"`, async () =>
    (await person.page.getByRole('status').allTextContents()).some((text) => text === words) || Promise.reject(new Error((await person.page.getByRole('status').allTextContents()).join(' | '))));
  const take = async (person, name, {viewport, colorScheme = 'light'} = {}) => {
    if (!screenshots) return;
    await mkdir(screenshots, {recursive: true});
    const usual = person.page.viewportSize();
    if (viewport) await person.page.setViewportSize(viewport);
    await person.page.emulateMedia({colorScheme});
    await sleep(kStill);
    await person.page.screenshot({path: join(screenshots, `search-${name}.png`)});
    await person.page.setViewportSize(usual);
    await person.page.emulateMedia({colorScheme: 'light'});
  };

  suite.test('a group and a chat of two, with a history', async () => {
    relay = await Relay.create({program, app});
    await relay.start();
    watch = new Watch(relay.origin);
    for (const name of ['Elina Aalto', 'Mikael Strand']) people.push(await Person.create(browser, {name, watch}));
    [elina, mikael] = people;
    await elina.found(relay.administratorLink, 'Valtioneuvosto');
    await mikael.enrol(await elina.invite(mikael.name));
    await elina.seesInDirectory([mikael.name]);
    await elina.startDirect(mikael.name);
    await elina.send('Onko budjettikirja jo luettavissa?');
    await elina.createGroup(kGroup, [mikael.name]);
    await elina.send(kEarly);
    for (let i = 1; i <= kLater; ++i) await elina.send(`Rivi ${i}`);
    await mikael.openConversation(kGroup);
    await mikael.sees(`Rivi ${kLater}`, seconds(60));
  }, seconds(300));

  suite.test('a word is found within longer ones, in every conversation, newest first, and the number is said', async () => {
    await look(mikael, 'BUDJET');
    await counts(mikael, '2 messages found');
    const names = await eventually('both are shown', async () => {
      const shown = (await rows(mikael).evaluateAll((items) => items.map((item) => item.getAttribute('aria-label')))).filter((name) => /^Elina Aalto: /.test(name));
      return shown.length === 2 ? shown : null;
    });
    check(names[0].startsWith(`Elina Aalto: ${kEarly}`), names[0]);
    check(names[1].startsWith('Elina Aalto: Onko budjettikirja'), names[1]);
    equal(await accessibleFaults(mikael.page), []);
    await take(mikael, 'light');
    await take(mikael, 'dark', {colorScheme: 'dark'});
  });

  suite.test('each word counts, å, ä and ö are letters of their own, and nothing found is said', async () => {
    await look(mikael, 'aukko äänestyks');
    await counts(mikael, '1 message found');
    await look(mikael, 'aanestyks');
    await counts(mikael, 'No messages found');
    await mikael.reads('Nothing found');
    await take(mikael, 'nothing');
  });

  suite.test('what is found opens by keyboard in the middle of its conversation, marked and said, and leads back to the newest', async () => {
    await look(mikael, 'äänestyk');
    await counts(mikael, '1 message found');
    const row = mikael.page.getByRole('listitem', {name: new RegExp(`^Elina Aalto: ${kEarly.slice(0, 20)}`)});
    await row.focus();
    await mikael.page.keyboard.press('Enter');
    const article = mikael.page.getByRole('article', {name: /search result/});
    await article.waitFor({timeout: seconds(20)});
    check((await article.textContent()).includes(kEarly), 'another message is marked');
    await mikael.sees('Rivi 1');
    equal(await mikael.article(`Rivi ${kLater}`).count(), 0);
    await take(mikael, 'opened');
    await elina.send('Uutta asiaa.');
    await mikael.press('To the latest');
    await mikael.sees(`Rivi ${kLater}`);
    await mikael.sees('Uutta asiaa.');
  }, seconds(120));

  suite.test('on a telephone a result opens too, and back leads to the results', async () => {
    await mikael.page.setViewportSize(kPhone);
    await mikael.press('Back');
    await field(mikael).fill('budjet');
    await counts(mikael, '2 messages found');
    await take(mikael, 'phone', {viewport: kPhone});
    await take(mikael, 'phone-dark', {viewport: kPhone, colorScheme: 'dark'});
    await take(mikael, 'zoom-200', {viewport: kZoomed});
    await mikael.page.getByRole('listitem', {name: /^Elina Aalto: Onko budjettikirja/}).click();
    await mikael.sees('Onko budjettikirja jo luettavissa?');
    await mikael.press('Back');
    await counts(mikael, '2 messages found');
    await mikael.page.setViewportSize({width: 1280, height: 800});
  });

  suite.test('without the relay everything is found all the same', async () => {
    equal(watch.errors, [], 'console errors');
    watch.relayDown = true;
    await eventually('the release is kept', () => mikael.page.evaluate(() => navigator.serviceWorker.controller !== null), {timeout: seconds(30)});
    await relay.stop();
    await mikael.reload();
    await mikael.unlock();
    await mikael.isOpen();
    await look(mikael, 'rivi');
    await counts(mikael, `The newest 50 of ${kLater} messages`);
    await look(mikael, 'budjet');
    await counts(mikael, '2 messages found');
  }, seconds(120));

  return suite;
}
