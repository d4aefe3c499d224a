// One's own machine: locked by itself and by hand, and back in the same conversation; and a browser that has lost its store while its
// person is signed in elsewhere. In Chromium, and once more in Firefox.

import {accessibleFaults} from '../support/accessibility.mjs';
import {Display} from '../support/firefox.mjs';
import {FirefoxPerson} from '../support/firefox_person.mjs';
import {check, equal, eventually, seconds, sleep, Suite} from '../support/harness.mjs';
import {Person} from '../support/person.mjs';
import {photographShapes} from '../support/pictures.mjs';
import {Relay} from '../support/relay.mjs';
import {Watch} from '../support/watch.mjs';

const kGroup = 'Valmisteluryhmä';
const kSecret = 'Esitys on vielä luottamuksellinen.';
const kDraft = 'Kesken jäänyt vastaus';
const kTall = {viewport: {width: 1280, height: 2200}};   // all of the settings in sight
const kSlow = seconds(60);              // Argon2id, twice, on a busy machine
const kDraftSaved = 1500;               // ms after the last key
const kEmptied = 'This browser has erased what Sinetti kept here';

// In a page of the app's origin that is not the app: what a browser does when space is short.
const deleteStore = () => new Promise((resolve, reject) => {
  const request = indexedDB.deleteDatabase('sinetti');
  request.onsuccess = () => resolve(true);
  request.onerror = () => reject(request.error);
  request.onblocked = () => reject(new Error('the app does not let go of its database'));
});

export function lock(browser, {program, app, screenshots}) {
  const suite = new Suite('lock', {scenario: true});
  const everyone = [];
  let relay;
  let watch;
  let elina;
  let mikael;
  let laptop;

  suite.cleanup(async () => {
    await Promise.all(everyone.map((person) => person.close().catch(() => {})));
    await relay?.remove();
  });
  suite.photographFailures(() => everyone);

  const content = async (person) => await person.page.content() + await person.page.evaluate(() =>
    [...document.querySelectorAll('input, textarea')].map(({value}) => value).join(' '));

  // Nothing of what was open is in the page, and the page is another one.
  async function isLocked(person) {
    await person.page.getByRole('heading', {name: 'Sinetti is sealed'}).waitFor({timeout: kSlow});
    await eventually('the page started afresh', async () => await person.page.evaluate(() => globalThis.before ?? null).catch(() => 'reloading') === null);
    await person.page.getByRole('textbox', {name: 'Passphrase', exact: true}).waitFor({timeout: kSlow});
    const left = await content(person);
    for (const secret of [kGroup, kSecret, kDraft, 'Elina Aalto']) check(!left.includes(secret), `${secret} is still in the page`);
    equal(await person.page.title(), 'Sinetti');
    equal(await person.page.evaluate(() => history.state), null);
  }

  suite.test('two people with a group', async () => {
    relay = await Relay.create({program, app});
    await relay.start();
    watch = new Watch(relay.origin);
    for (const name of ['Elina Aalto', 'Mikael Strand']) everyone.push(await Person.create(browser, {name, watch, context: kTall}));
    [elina, mikael] = everyone;
    await mikael.page.clock.install();
    await elina.found(relay.administratorLink, 'Valtioneuvosto');
    await mikael.enrol(await elina.invite(mikael.name));
    await elina.seesInDirectory([mikael.name]);
    await elina.createGroup(kGroup, [mikael.name]);
    await elina.send(kSecret);
    await mikael.openConversation(kGroup);
    await mikael.sees(kSecret);
    await mikael.go('Settings');
    await mikael.reads('Saved at the relay, sealed', kSlow);
    await photographShapes(mikael.page, screenshots, 'auto-lock-settings');
  }, seconds(180));

  suite.test('after fifteen minutes without use it locks by itself, says so, and keeps nothing on the page; unlocking goes back to the conversation and what was typed', async () => {
    await mikael.openConversation(kGroup);
    await mikael.composer().fill(kDraft);
    await mikael.page.evaluate(() => { globalThis.before = true; });
    await mikael.page.clock.fastForward('14:00');
    await sleep(kDraftSaved);
    check(await mikael.composer().count() === 1, 'it is locked already');
    await mikael.page.clock.fastForward('01:10');
    await isLocked(mikael);
    await mikael.reads('Locked after 15 minutes without use.');
    equal(await accessibleFaults(mikael.page), []);
    await photographShapes(mikael.page, screenshots, 'locked');
    await mikael.unlock();
    await mikael.page.getByRole('heading', {name: kGroup}).first().waitFor({timeout: kSlow});
    await mikael.sees(kSecret);
    equal(await mikael.composer().inputValue(), kDraft);
  }, seconds(180));

  suite.test('Ctrl+Shift+L locks at once, also from a text field and without a connection; what waited is sent afterwards', async () => {
    await eventually('the app is kept by its service worker', () => mikael.page.evaluate(() => Boolean(navigator.serviceWorker.controller)));
    watch.relayDown = true;
    await relay.stop();
    await mikael.composer().fill('Kirjoitettu ilman yhteyttä');
    await mikael.page.keyboard.press('Enter');
    await mikael.sees('Kirjoitettu ilman yhteyttä');
    await mikael.page.evaluate(() => { globalThis.before = true; });
    await mikael.composer().focus();
    await mikael.page.keyboard.press('Control+Shift+L');
    await isLocked(mikael);
    check(!(await content(mikael)).includes('without use'), 'it says that nobody used it');
    await mikael.unlock();
    await mikael.page.getByRole('heading', {name: kGroup}).first().waitFor({timeout: kSlow});
    await relay.start();
    watch.relayDown = false;
    await elina.openConversation(kGroup);
    await elina.sees('Kirjoitettu ilman yhteyttä', kSlow);
  }, seconds(180));

  suite.test('the time can be chosen, and is kept', async () => {
    await mikael.go('Settings');
    await mikael.page.getByRole('radio', {name: '5 minutes', exact: true}).click();
    await eventually('it is chosen', async () => await mikael.page.getByRole('radio', {name: '5 minutes', exact: true}).getAttribute('aria-checked') === 'true');
    await mikael.page.evaluate(() => { globalThis.before = true; });
    await mikael.page.clock.fastForward('05:10');
    await isLocked(mikael);
    await mikael.reads('Locked after 5 minutes without use.');
    await mikael.unlock();
    await mikael.isOpen();
    await mikael.page.getByRole('navigation', {name: 'Main menu'}).getByRole('button', {name: 'Lock'}).click();
    await isLocked(mikael);
    await mikael.unlock();
    await mikael.isOpen();
  }, seconds(180));

  suite.test('a store that is full is said for as long as it is; what was written meanwhile goes out afterwards, once', async () => {
    await mikael.openConversation(kGroup);
    await elina.openConversation(kGroup);
    // A browser looks at its quota only now and then: its database itself says that there is no room.
    const core = mikael.page.workers().find((worker) => worker.url().endsWith('/core_worker.js'));
    await core.evaluate(() => {
      globalThis.put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = () => { throw new DOMException('no room', 'QuotaExceededError'); };
    });
    await mikael.send('Kirjoitettu täyteen.');
    const banner = mikael.page.getByRole('alert').filter({hasText: 'Nothing can be saved.'});
    await banner.waitFor({timeout: kSlow});
    check((await banner.textContent()).includes('out of storage'), 'it does not say why');
    equal(await accessibleFaults(mikael.page), []);
    await photographShapes(mikael.page, screenshots, 'store-full');
    await sleep(seconds(13));   // the notice is gone by then
    check(await banner.isVisible(), 'it is not said any more');
    equal(await elina.article('Kirjoitettu täyteen.').count(), 0);
    await core.evaluate(() => { IDBObjectStore.prototype.put = put; });
    await elina.sees('Kirjoitettu täyteen.', kSlow);
    await banner.waitFor({state: 'detached', timeout: kSlow});
    await sleep(seconds(1));
    equal(await elina.article('Kirjoitettu täyteen.').count(), 1);
  }, seconds(180));

  suite.test('a browser whose store is taken away while Sinetti is open says what happened, and signing in brings everything back', async () => {
    laptop = await Person.create(browser, {name: mikael.name, passphrase: mikael.passphrase, watch, context: kTall});
    everyone.push(laptop);
    await laptop.signIn(relay.origin);
    await laptop.isOpen();
    await laptop.openConversation(kGroup);
    await laptop.reads('This device joined the conversation', kSlow);
    const browserItself = await laptop.context.newPage();
    await browserItself.goto(`${relay.origin}/release.json`);
    check(await browserItself.evaluate(deleteStore), 'it was not deleted');
    await laptop.reads(kEmptied, kSlow);
    equal(await accessibleFaults(laptop.page), []);
    await photographShapes(laptop.page, screenshots, 'emptied');
    await laptop.tryToSignIn();
    await laptop.isOpen();
    await laptop.openConversation(kGroup);
    await elina.openConversation(kGroup);
    await elina.send('Tyhjentämisen jälkeen.');
    await laptop.sees('Tyhjentämisen jälkeen.', kSlow);
    await laptop.sees(kSecret, kSlow);   // from the archive of the other machine
    await browserItself.close();
  }, seconds(240));

  suite.test('a store that was taken away while Sinetti was closed is missed too, not taken for a new user\'s browser; and not when it was erased on purpose', async () => {
    await laptop.page.goto(`${relay.origin}/release.json`);
    check(await laptop.page.evaluate(deleteStore), 'it was not deleted');
    await laptop.open(relay.origin);
    await laptop.reads(kEmptied, kSlow);
    await laptop.tryToSignIn();
    await laptop.isOpen();
    await laptop.openConversation(kGroup);
    await elina.send('Toisen kerran.');
    await laptop.sees('Toisen kerran.', kSlow);
    await laptop.go('Settings');
    await laptop.page.getByRole('button', {name: 'Forget this device'}).click();
    await laptop.press('Erase everything', laptop.dialog());
    await laptop.button('Sign in').waitFor({timeout: kSlow});
    equal(await laptop.page.evaluate(() => localStorage.length), 0);
    await laptop.reload();
    await laptop.button('Sign in').waitFor({timeout: kSlow});
    check(!(await content(laptop)).includes(kEmptied), 'it complains about what its user has done');
  }, seconds(240));

  suite.test('no request left the origin and the console stayed free of errors', async () => {
    check(watch.requests > 50, `${watch.requests} requests were seen`);
    equal(watch.foreign, []);
    equal(watch.errors, []);
  });

  return suite;
}

export function lockFirefox({program, app}) {
  const suite = new Suite('lock with Firefox', {scenario: true});
  const log = {errors: [], foreign: [], requests: 0};
  const everyone = [];
  let display;
  let relay;
  let sanna;
  let tuomas;

  suite.cleanup(async () => {
    await Promise.all(everyone.map((person) => person.close()));
    display?.stop();
    await relay?.remove();
  });
  suite.photographFailures(() => everyone);

  const text = () => sanna.page.evaluate(() => document.body.textContent);

  // Locked, and not on the page any more that was open.
  async function unlock(says) {
    await eventually('the page started afresh', () => sanna.page.evaluate(() => globalThis.before === undefined).catch(() => false), {timeout: kSlow});
    await sanna.reads(says, kSlow);
    await sanna.type('Passphrase', sanna.passphrase);
    await sanna.enter();
    await sanna.isOpen();
  }

  suite.test('a quarter of an hour that the machine slept through locks it before anybody moves something; unlocking goes on', async () => {
    relay = await Relay.create({program, app});
    await relay.start();
    display = await Display.start();
    sanna = await FirefoxPerson.create(display, 'Sanna Laine', relay.origin, log);
    everyone.push(sanna);
    // Firefox has no clock for tests: the page's own goes ahead by as much as is said, until it is loaded anew.
    await sanna.page.evaluateOnNewDocument(() => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + (globalThis.slept ?? 0);
    });
    await sanna.found(relay.administratorLink, 'Kokeilu');
    tuomas = await FirefoxPerson.create(display, 'Tuomas Ek', relay.origin, log);
    everyone.push(tuomas);
    await tuomas.enrol(await sanna.invite(tuomas.name));
    await sanna.startDirect(tuomas.name);
    await sanna.send('Ennen tyhjennystä.');
    await tuomas.openConversation(sanna.name);
    await tuomas.sees('Ennen tyhjennystä.');
    await sanna.page.bringToFront();
    await sanna.press('button', 'Settings');
    await sanna.reads('Saved at the relay, sealed', kSlow);
    await sanna.page.mouse.move(280, 280);   // somebody was here just now
    await sanna.page.evaluate(() => { globalThis.slept = 13 * 60_000; });
    await sanna.page.mouse.move(300, 300);
    await sleep(500);
    check((await text()).includes('Saved at the relay, sealed'), 'it is locked already');
    await sanna.page.evaluate(() => {
      globalThis.slept = 30 * 60_000;
      globalThis.before = true;
    });
    await unlock('Locked after 15 minutes without use.');
    await sanna.page.evaluate(() => { globalThis.before = true; });
    await sanna.page.keyboard.down('Control');
    await sanna.page.keyboard.down('Shift');
    await sanna.page.keyboard.press('L');
    await sanna.page.keyboard.up('Shift');
    await sanna.page.keyboard.up('Control');
    await unlock('Open it with your passphrase.');
  }, seconds(180));

  suite.test('a browser whose store is taken away says what happened, and signing in brings its person back into the conversations', async () => {
    await sanna.page.evaluate(() => { globalThis.before = true; });
    const browserItself = await sanna.firefox.browser.newPage();
    await browserItself.goto(`${relay.origin}/release.json`);
    check(await browserItself.evaluate(deleteStore), 'it was not deleted');
    await browserItself.close();
    await sanna.page.bringToFront();
    await eventually('the page started afresh', () => sanna.page.evaluate(() => globalThis.before === undefined).catch(() => false), {timeout: kSlow});
    await sanna.reads(kEmptied, kSlow);
    await sanna.type('Name', sanna.name);
    await sanna.type('Passphrase', sanna.passphrase);
    await sanna.press('button', 'Sign in');
    await sanna.isOpen();
    await sanna.openConversation(tuomas.name);
    await sanna.reads('This device joined the conversation', kSlow);
    await tuomas.send('Tyhjennyksen jälkeen.');
    await sanna.sees('Tyhjennyksen jälkeen.', kSlow);
    await sanna.send('Täällä taas.');
    await tuomas.sees('Täällä taas.', kSlow);
  }, seconds(240));

  suite.test('no request left the origin and the console stayed free of errors', async () => {
    check(log.requests > 10, 'no requests were seen');
    equal(log.foreign, []);
    equal(log.errors, []);
  });

  return suite;
}
