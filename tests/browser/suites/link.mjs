// Linking a new device from one that is signed in: by the code and by the address the picture holds, with a no, with codes that are
// wrong, used or cancelled; on one's own machine and on one that is not. In Chromium, and once more in Firefox.

import {accessibleFaults} from '../support/accessibility.mjs';
import {Display} from '../support/firefox.mjs';
import {FirefoxPerson} from '../support/firefox_person.mjs';
import {check, equal, eventually, seconds, sleep, Suite} from '../support/harness.mjs';
import {Person} from '../support/person.mjs';
import {photographShapes} from '../support/pictures.mjs';
import {Relay} from '../support/relay.mjs';
import {leftBehind} from '../support/storage.mjs';
import {Watch} from '../support/watch.mjs';

const kGroup = 'Valmisteluryhmä';
const kTall = {viewport: {width: 1280, height: 2200}};   // all of the settings in sight
const kSlow = seconds(60);            // Argon2id, twice, on a busy machine
const kCode = /[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}/;
const kNumber = /\d{3} \d{3}/;
const kOther = '0000-0000-0000-0000';   // no code: its check characters are wrong

export function link(browser, {program, app, screenshots}) {
  const suite = new Suite('link', {scenario: true});
  const everyone = [];
  let relay;
  let watch;
  let elina;
  let mikael;

  suite.cleanup(async () => {
    await Promise.all(everyone.map((person) => person.close().catch(() => {})));
    await relay?.remove();
  });
  suite.photographFailures(() => everyone);

  async function machine(options = {}) {
    const other = await Person.create(browser, {name: mikael.name, passphrase: mikael.passphrase, watch, context: kTall, ...options});
    everyone.push(other);
    return other;
  }

  const photograph = (page, name) => photographShapes(page, screenshots, name);

  async function offer(person) {
    await person.go('Settings');
    await person.press('Link a new device');
    await person.type('Passphrase', person.passphrase, person.dialog());
    await person.press('Show the code', person.dialog());
    return eventually('the code is shown', async () => (await person.dialog().innerText()).match(kCode)?.[0], {timeout: kSlow});
  }

  async function give(guest, code, {shared = false} = {}) {
    await guest.open(relay.origin);
    await guest.button('Link from another device').waitFor({timeout: kSlow});
    await guest.press('Link from another device');
    await guest.type('Code on the other device', code);
    if (shared) await guest.page.getByRole('checkbox', {name: 'This is not my machine'}).click();
    await guest.press('Continue');
  }

  const numberOn = (page) => eventually('a number is shown', async () => (await page.locator('#mirror').innerText()).match(kNumber)?.[0], {timeout: kSlow});

  // Both show the number; the person says yes.
  async function admit(host, guest) {
    const wanted = host.page.getByRole('dialog', {name: /wants in$/});
    await wanted.waitFor({timeout: kSlow});
    equal(await numberOn(host.page), await numberOn(guest.page));
    await host.press('Same number, let it in', wanted);
    await host.reads(/is linked/, kSlow);
    await host.press('Done', host.dialog());
  }

  suite.test('two people with a group; their keys are saved at the relay', async () => {
    relay = await Relay.create({program, app});
    await relay.start();
    watch = new Watch(relay.origin);
    for (const name of ['Elina Aalto', 'Mikael Strand']) everyone.push(await Person.create(browser, {name, watch, context: kTall}));
    [elina, mikael] = everyone;
    await elina.found(relay.administratorLink, 'Valtioneuvosto');
    await mikael.enrol(await elina.invite(mikael.name));
    await elina.seesInDirectory([mikael.name]);
    await elina.createGroup(kGroup, [mikael.name]);
    await mikael.openConversation(kGroup);
    await elina.send('Ennen uutta laitetta.');
    await mikael.sees('Ennen uutta laitetta.');
    await mikael.go('Settings');
    await mikael.reads('Saved at the relay, sealed', kSlow);
  }, seconds(240));

  suite.test('a code lets a new machine in after a yes: it is in the conversations, reads what was said before, and opens with the usual passphrase', async () => {
    const laptop = await machine();
    await mikael.go('Settings');
    await photograph(mikael.page, 'settings-devices');
    const code = await offer(mikael);
    equal(await accessibleFaults(mikael.page), []);
    await photograph(mikael.page, 'link-code');
    await laptop.open(relay.origin);
    await laptop.button('Link from another device').waitFor({timeout: kSlow});
    await laptop.press('Link from another device');
    await photograph(laptop.page, 'link-join');
    equal(await accessibleFaults(laptop.page), []);
    await laptop.type('Code on the other device', code.toLowerCase().replaceAll('-', ' '));
    await laptop.press('Continue');
    await mikael.page.getByRole('dialog', {name: /wants in$/}).waitFor({timeout: kSlow});
    equal(await laptop.page.evaluate(leftBehind), []);   // nothing before the yes
    equal(await accessibleFaults(mikael.page), []);
    equal(await accessibleFaults(laptop.page), []);
    await photograph(mikael.page, 'link-asks');
    await photograph(laptop.page, 'link-waits');
    await admit(mikael, laptop);
    await laptop.isOpen();
    await laptop.openConversation(kGroup);
    await laptop.reads('This device joined the conversation', kSlow);
    await laptop.sees('Ennen uutta laitetta.', seconds(150));   // the archive
    await elina.openConversation(kGroup);
    await elina.send('Uuden laitteen jälkeen.');
    await laptop.sees('Uuden laitteen jälkeen.');
    await laptop.send('Liitetty.');
    await elina.sees('Liitetty.');
    await laptop.reload();
    await laptop.unlock();
    await laptop.isOpen();
  }, seconds(360));

  suite.test('the address in the picture brings the code, which leaves the address bar at once and is nowhere on the page', async () => {
    const code = await offer(mikael);
    const phone = await machine();
    await phone.open(`${relay.origin}/#l=${code}`);
    await phone.reads('The code came with the address.', kSlow);
    equal(await phone.page.evaluate(() => location.hash), '');
    check(!(await phone.page.content()).includes(code), 'the code is on the page');
    await phone.press('Continue');
    await admit(mikael, phone);
    await phone.isOpen();
    await phone.openConversation(kGroup);
    await phone.close();
  }, seconds(240));

  suite.test('a no lets nobody in and leaves nothing; the new machine says so, and the code is used', async () => {
    const code = await offer(mikael);
    const stranger = await machine();
    await give(stranger, code);
    await mikael.page.getByRole('dialog', {name: /wants in$/}).waitFor({timeout: kSlow});
    const second = await machine();
    await give(second, code);
    await second.reads('This code has already been used by another device.', kSlow);
    await mikael.press('Do not let it in', mikael.dialog());
    await stranger.reads('The other device did not let this one in.', kSlow);
    for (const person of [stranger, second]) {
      equal(await person.page.evaluate(leftBehind), []);
      await person.close();
    }
  }, seconds(240));

  suite.test('a code that is mistyped or was cancelled is one sentence, and the next one works', async () => {
    const stranger = await machine();
    await give(stranger, kOther);
    await stranger.reads('There is a typing mistake in the code.', kSlow);
    await photograph(stranger.page, 'link-mistyped');
    const cancelled = await offer(mikael);
    await mikael.press('Cancel', mikael.dialog());
    await sleep(2500);   // the relay hears of it
    await stranger.type('Code on the other device', cancelled);
    await stranger.press('Continue');
    await stranger.reads('This code opens nothing here.', kSlow);
    equal(await stranger.page.evaluate(leftBehind), []);
    await stranger.close();
  }, seconds(240));

  suite.test('a machine that is not one\'s own is let in without the passphrase being typed there, and keeps nothing', async () => {
    const kiosk = await machine();
    const code = await offer(mikael);
    await give(kiosk, code, {shared: true});
    await mikael.reads(/not your own machine/, kSlow);
    await admit(mikael, kiosk);
    await kiosk.isOpen();
    await kiosk.reads('Not your machine');
    await kiosk.page.getByRole('button', {name: 'Leave this machine'}).first().click();
    await kiosk.button('Sign in').waitFor({timeout: kSlow});
    equal(await kiosk.page.evaluate(leftBehind), []);
    await kiosk.close();
  }, seconds(240));

  suite.test('in Finnish and Swedish, on a phone, everything has a name and fits', async () => {
    for (const [locale, names] of Object.entries({
      'fi-FI': {join: 'Liitä toisesta laitteesta', code: 'Toisen laitteen koodi'}, 'sv-SE': {join: 'Anslut från en annan enhet', code: 'Koden på den andra enheten'},
    })) {
      const visitor = await machine({context: {...kTall, locale, viewport: {width: 390, height: 844}}});
      await visitor.open(relay.origin);
      await visitor.button(names.join).waitFor({timeout: kSlow});
      await visitor.press(names.join);
      await visitor.page.getByRole('textbox', {name: names.code, exact: true}).waitFor();
      equal(await accessibleFaults(visitor.page), []);
      await photograph(visitor.page, `link-join-${locale}`);
      await visitor.close();
    }
  }, seconds(120));

  suite.test('no request left the origin and the console stayed free of errors', async () => {
    check(watch.requests > 50, `${watch.requests} requests were seen`);
    equal(watch.foreign, []);
    equal(watch.errors, []);
  });

  return suite;
}

export function linkFirefox({program, app}) {
  const suite = new Suite('link with Firefox', {scenario: true});
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

  async function machine(name) {
    const person = await FirefoxPerson.create(display, name, relay.origin, log);
    everyone.push(person);
    return person;
  }

  suite.test('a code from one Firefox lets another in after a yes: it is in the conversation, reads what was said before, and writes', async () => {
    relay = await Relay.create({program, app});
    await relay.start();
    display = await Display.start();
    sanna = await machine('Sanna Laine');
    await sanna.page.setViewport(kTall.viewport);
    await sanna.found(relay.administratorLink, 'Kokeilu');
    tuomas = await machine('Tuomas Ek');
    await tuomas.enrol(await sanna.invite(tuomas.name));
    await sanna.startDirect(tuomas.name);
    await sanna.send('Ennen uutta laitetta.');
    await tuomas.openConversation(sanna.name);
    await tuomas.sees('Ennen uutta laitetta.');
    await sanna.press('button', 'Settings');
    await sanna.reads('Saved at the relay, sealed', kSlow);
    await sanna.press('button', 'Link a new device');
    await sanna.type('Passphrase', sanna.passphrase);
    await sanna.press('button', 'Show the code');
    const text = () => sanna.page.evaluate(() => document.querySelector('#mirror').innerText);
    const code = await eventually('the code is shown', async () => (await text()).match(kCode)?.[0], {timeout: kSlow});
    const other = await machine(sanna.name);
    await other.page.goto(`${relay.origin}/#l=${code}`);
    await other.reads('The code came with the address.', kSlow);
    equal(await other.page.evaluate(() => location.hash), '');
    await other.press('button', 'Continue');
    await other.reads('Say yes on your other device', kSlow);
    await sanna.press('button', 'Same number, let it in', kSlow);
    await sanna.reads('The device is linked.', kSlow);
    await other.isOpen();
    await other.openConversation(tuomas.name);
    await other.sees('Ennen uutta laitetta.', seconds(150));   // the archive
    await tuomas.send('Uuden laitteen jälkeen.');
    await other.sees('Uuden laitteen jälkeen.', kSlow);
    await other.send('Liitetty.');
    await tuomas.sees('Liitetty.', kSlow);
  }, seconds(420));

  suite.test('no request left the origin and the console stayed free of errors', async () => {
    check(log.requests > 10, `${log.requests} requests were seen`);
    equal(log.foreign, []);
    equal(log.errors, []);
  });

  return suite;
}
