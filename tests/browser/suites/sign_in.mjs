// Signing in on any machine: with the passphrase, with the recovery code, on a machine that is not one's own; and what a person
// does about passphrase and code in between. In Chromium, and the ways in once more in Firefox.

import {readFile} from 'node:fs/promises';

import {accessibleFaults} from '../support/accessibility.mjs';
import {Display} from '../support/firefox.mjs';
import {FirefoxPerson} from '../support/firefox_person.mjs';
import {check, equal, eventually, seconds, sleep, Suite} from '../support/harness.mjs';
import {Person} from '../support/person.mjs';
import {photographShapes} from '../support/pictures.mjs';
import {Relay} from '../support/relay.mjs';
import {leftBehind} from '../support/storage.mjs';
import {Watch} from '../support/watch.mjs';

const kNames = ['Elina Aalto', 'Mikael Strand', 'Li Wikström'];
const kGroup = 'Valmisteluryhmä';
const kTall = {viewport: {width: 1280, height: 2200}};   // all of the settings in sight
const kSlow = seconds(60);            // Argon2id, twice, on a busy machine
const kGuesses = 10;                  // of a day, at one name
const kCode = /[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){7}/;

export function signIn(browser, {program, app, screenshots}) {
  const suite = new Suite('sign in', {scenario: true});
  const everyone = [];
  let relay;
  let watch;
  let elina;
  let mikael;
  let li;

  suite.cleanup(async () => {
    await Promise.all(everyone.map((person) => person.close().catch(() => {})));
    await relay?.remove();
  });
  suite.photographFailures(() => everyone);

  // Another machine of the same person.
  async function machine(person, options = {}) {
    const other = await Person.create(browser, {name: person.name, passphrase: person.passphrase, watch, context: kTall, ...options});
    everyone.push(other);
    return other;
  }

  const photograph = (page, name) => photographShapes(page, screenshots, name);

  const saved = async (person) => {
    await person.go('Settings');
    await person.reads('Saved at the relay, sealed', kSlow);
  };

  // From the settings; answers the code.
  async function showCode(person, button = 'Show recovery code', confirm = 'Show the code') {
    await person.go('Settings');
    await person.press(button);
    await person.type('Passphrase', person.passphrase, person.dialog());
    await person.press(confirm, person.dialog());
    return eventually('the code is shown', async () => (await person.dialog().innerText()).match(kCode)?.[0], {timeout: kSlow});
  }

  const deviceCount = async (person) => {
    await person.go('Settings');
    return person.page.getByRole('list', {name: 'Devices'}).getByRole('listitem').count();
  };

  // How often the browser was asked not to take the store away when space is short.
  const countKeeping = (person) => person.context.addInitScript(() => {
    globalThis.askedToKeep = 0;
    if (!navigator.storage) return;   // a blank page
    navigator.storage.persist = async () => {
      ++askedToKeep;
      return true;
    };
  });

  suite.test('three people with a group; their keys are saved at the relay by themselves', async () => {
    relay = await Relay.create({program, app});
    await relay.start();
    watch = new Watch(relay.origin);
    for (const name of kNames) everyone.push(await Person.create(browser, {name, watch, context: kTall}));
    [elina, mikael, li] = everyone;
    await elina.found(relay.administratorLink, 'Valtioneuvosto');
    await mikael.enrol(await elina.invite(mikael.name));
    await li.enrol(await elina.invite(li.name));
    await elina.seesInDirectory([mikael.name, li.name]);
    await elina.createGroup(kGroup, [mikael.name, li.name]);
    for (const person of [mikael, li]) await person.openConversation(kGroup);
    await elina.send('Ennen uutta konetta.');
    await mikael.sees('Ennen uutta konetta.');
    await Promise.all([elina, mikael, li].map(saved));
    await li.reads(`You sign in with the name ${li.name}.`);
  }, seconds(240));

  suite.test('the gate of a new machine: every control has a name, the fields are what password managers look for, and the keyboard is enough', async () => {
    const visitor = await machine(mikael);
    await visitor.open(relay.origin);
    await visitor.button('Sign in').waitFor({timeout: kSlow});
    equal(await accessibleFaults(visitor.page), []);
    const attribute = (label) => visitor.page.getByRole('textbox', {name: label, exact: true}).getAttribute('autocomplete');
    equal([await attribute('Name'), await attribute('Passphrase')], ['username', 'current-password']);
    equal(await visitor.page.evaluate(leftBehind), []);
    await photograph(visitor.page, 'sign-in');
    await visitor.page.getByRole('checkbox', {name: 'This is not my machine'}).click();
    await photograph(visitor.page, 'sign-in-shared');
    await visitor.page.getByRole('checkbox', {name: 'This is not my machine'}).click();
    await visitor.press('Use the recovery code instead');
    await visitor.page.getByRole('textbox', {name: 'Recovery code', exact: true}).waitFor();
    equal(await accessibleFaults(visitor.page), []);
    await photograph(visitor.page, 'sign-in-code');
    await visitor.press('Back');
    await visitor.page.getByRole('textbox', {name: 'Passphrase', exact: true}).waitFor();   // where the code's was
    const {keyboard} = visitor.page;
    await visitor.page.getByRole('textbox', {name: 'Name', exact: true}).focus();
    await keyboard.type('Nobody Atall');
    for (const typed of ['wrong guess of a stranger', '', '']) {
      await keyboard.press('Tab');
      if (typed) await keyboard.type(typed);
    }
    await keyboard.press('Space');   // after the field its button, then the box: from its role alone
    const box = visitor.page.getByRole('checkbox', {name: 'This is not my machine'});
    await eventually('the box is ticked', async () => await box.getAttribute('aria-checked') === 'true');
    await visitor.page.getByRole('textbox', {name: 'Passphrase', exact: true}).focus();
    await keyboard.press('Enter');
    await visitor.reads('The name or the passphrase is wrong.', kSlow);
    await visitor.close();
  }, seconds(180));

  suite.test('on a new machine name and passphrase are enough: admitted to the conversations, reads what comes after, writes', async () => {
    const laptop = await machine(mikael);
    await countKeeping(laptop);
    await laptop.signIn(relay.origin);
    await laptop.isOpen();
    equal(await laptop.page.evaluate(() => askedToKeep), 1, 'the browser is asked to keep the store');
    await laptop.openConversation(kGroup);
    await laptop.reads('This device joined the conversation', kSlow);
    await elina.openConversation(kGroup);
    await elina.send('Uuden koneen jälkeen.');
    await laptop.sees('Uuden koneen jälkeen.');
    await laptop.send('Kirjoitan uudelta koneelta.');
    await elina.sees('Kirjoitan uudelta koneelta.');
    await mikael.openConversation(kGroup);
    await mikael.sees('Kirjoitan uudelta koneelta.');
    await laptop.seesInDirectory([elina.name, li.name]);
    await laptop.reload();
    await laptop.unlock();
    await laptop.isOpen();
  }, seconds(240));

  suite.test('a device that is signed out from another one says so', async () => {
    const laptop = everyone.at(-1);
    await eventually('both are listed', async () => await deviceCount(mikael) === 2);
    const button = mikael.page.getByRole('button', {name: /^Sign out: Chrome, Linux/});
    await button.click({timeout: seconds(30)});
    await mikael.press('Sign out', mikael.dialog());
    await laptop.page.getByRole('dialog').getByRole('heading', {name: 'This device was signed out'}).waitFor({timeout: kSlow});
    await laptop.press('Erase everything', laptop.dialog());
    await laptop.button('Sign in').waitFor({timeout: seconds(30)});
    await eventually('the list is shorter', async () => await deviceCount(mikael) === 1);
  }, seconds(120));

  suite.test('the recovery code needs the passphrase, can be copied, saved and printed, and leaves the page with its dialog', async () => {
    await li.go('Settings');
    await li.press('Show recovery code');
    await li.type('Passphrase', 'jotain aivan muuta', li.dialog());
    await li.press('Show the code', li.dialog());
    await li.reads('That passphrase did not open the seal.', kSlow);
    await li.closeDialog();
    li.code = await showCode(li);
    equal(await accessibleFaults(li.page), []);
    await photograph(li.page, 'recovery-code');
    await li.press('Copy', li.dialog());
    await eventually('it is on the clipboard', async () => await li.page.evaluate(() => navigator.clipboard.readText()) === li.code);
    const downloading = li.page.waitForEvent('download');
    await li.press('Save as file', li.dialog());
    const download = await downloading;
    equal(download.suggestedFilename(), 'sinetti-recovery-code.txt');
    const sheet = await readFile(await download.path(), 'utf8');
    for (const part of [li.code, `Name: ${li.name}`, relay.origin]) check(sheet.includes(part), `the file lacks ${part}: ${sheet}`);
    await li.page.evaluate(() => { globalThis.print = () => { globalThis.onPaper = document.getElementById('sheet').textContent; }; });
    await li.press('Print', li.dialog());
    await eventually('it is printed', async () => await li.page.evaluate(() => globalThis.onPaper) === sheet);
    await li.page.emulateMedia({media: 'print'});
    equal(await li.page.locator('#canvas').isVisible(), false);
    equal(await li.page.locator('#sheet').isVisible(), true);
    await li.page.emulateMedia({media: 'screen'});
    await li.page.evaluate(() => { dispatchEvent(new Event('afterprint')); delete globalThis.onPaper; });
    await li.press('Done', li.dialog());
    await li.dialog().waitFor({state: 'detached'});
    check(!(await li.page.content()).includes(li.code), 'the code is still in the page');
    equal(await li.page.evaluate((code) => [...document.querySelectorAll('input, textarea')].some(({value}) => value.includes(code)), li.code), false);
  }, seconds(180));

  suite.test('with the recovery code one chooses a new passphrase and is in; the old one opens nothing new', async () => {
    const old = li.passphrase;
    const tablet = await machine(li);
    await tablet.open(relay.origin);
    await tablet.press('Use the recovery code instead');
    await tablet.type('Name', li.name);
    await tablet.type('Recovery code', `${li.code.slice(0, -1)}${li.code.endsWith('0') ? '1' : '0'}`);
    await tablet.press('Sign in');
    await tablet.reads('There is a typing mistake in the recovery code.');
    await tablet.type('Recovery code', li.code.toLowerCase().replaceAll('-', ' '));
    await tablet.press('Sign in');
    await tablet.page.getByRole('textbox', {name: 'New passphrase', exact: true}).waitFor({timeout: kSlow});
    await photograph(tablet.page, 'new-passphrase');
    await tablet.type('New passphrase', 'uusi lumi takka valo');
    await tablet.press('Start using it');
    await tablet.isOpen();
    tablet.passphrase = 'uusi lumi takka valo';
    await tablet.openConversation(kGroup);
    await elina.openConversation(kGroup);
    await elina.send('Koodin jälkeen.');
    await tablet.sees('Koodin jälkeen.');
    const stranger = await machine(li);
    await stranger.signIn(relay.origin, {passphrase: old});
    await stranger.reads('The name or the passphrase is wrong.', kSlow);
    await stranger.tryToSignIn({passphrase: tablet.passphrase});
    await stranger.isOpen();
    await stranger.close();
    li.fresh = tablet.passphrase;
    await tablet.close();
  }, seconds(300));

  suite.test('a device of before is told of the change, and takes the new passphrase', async () => {
    await li.go('Settings');
    await li.press('Show recovery code');
    await li.type('Passphrase', li.passphrase, li.dialog());
    await li.press('Show the code', li.dialog());
    await li.reads('Your passphrase was changed on another device.', kSlow);
    await li.closeDialog();
    await li.press('Type the new passphrase');
    await li.type('Passphrase of this device', li.passphrase, li.dialog());
    await li.type('New passphrase', 'ei tämä kuitenkaan', li.dialog());
    await li.press('Start using it', li.dialog());
    await li.reads('That is not the passphrase you chose on the other device.', kSlow);
    await li.type('Passphrase of this device', li.passphrase, li.dialog());
    await li.type('New passphrase', li.fresh, li.dialog());
    await li.press('Start using it', li.dialog());
    await li.dialog().waitFor({state: 'detached', timeout: kSlow});
    li.passphrase = li.fresh;
    await li.reload();
    await li.unlock();
    await li.isOpen();
  }, seconds(180));

  suite.test('the passphrase is changed in the settings: the new one unlocks and signs in, the old one does neither', async () => {
    const old = mikael.passphrase;
    const fresh = 'ruska poro laituri kello';
    await mikael.go('Settings');
    await mikael.press('Change passphrase');
    await mikael.type('Current passphrase', old, mikael.dialog());
    await mikael.type('New passphrase', fresh, mikael.dialog());
    equal(await accessibleFaults(mikael.page), []);
    await photograph(mikael.page, 'change-passphrase');
    await mikael.press('Start using it', mikael.dialog());
    await mikael.reads('Your passphrase has been changed.', kSlow);
    await mikael.reload();
    await mikael.unlock(old);
    await mikael.reads('That passphrase did not open the seal.', kSlow);
    await mikael.unlock(fresh);
    await mikael.isOpen();
    mikael.passphrase = fresh;
    const other = await machine(mikael);
    await other.signIn(relay.origin, {passphrase: old});
    await other.reads('The name or the passphrase is wrong.', kSlow);
    await other.tryToSignIn({passphrase: fresh});
    await other.isOpen();
    await other.close();
  }, seconds(240));

  suite.test('a machine that is not one\'s own shows so, works, and keeps nothing: not while it is used, not after the tab is closed', async () => {
    const kiosk = await machine(elina);
    await countKeeping(kiosk);
    await kiosk.signIn(relay.origin, {shared: true});
    await kiosk.isOpen();
    await kiosk.reads('Not your machine');
    await kiosk.openConversation(kGroup);
    await kiosk.reads('This device joined the conversation', kSlow);
    await li.openConversation(kGroup);
    await li.send('Näkyykö vieraalla koneella?');
    await kiosk.sees('Näkyykö vieraalla koneella?');
    await kiosk.send('Näkyy.');
    await li.sees('Näkyy.');
    await kiosk.composer().fill('Kesken jäänyt');
    await sleep(1500);   // a draft would have been saved by now
    equal(await accessibleFaults(kiosk.page), []);
    await photograph(kiosk.page, 'shared-machine');
    equal(await kiosk.page.evaluate(leftBehind), []);
    equal(await kiosk.page.evaluate(() => askedToKeep), 0, 'the browser is asked to keep what is not there');
    await kiosk.page.close();
    kiosk.page = await kiosk.context.newPage();
    await kiosk.open(relay.origin);
    await kiosk.button('Sign in').waitFor({timeout: kSlow});
    equal(await kiosk.page.evaluate(leftBehind), []);
  }, seconds(240));

  suite.test('going back to the page of a shared machine shows nothing of what was open', async () => {
    const kiosk = everyone.at(-1);
    await kiosk.tryToSignIn({shared: true});
    await kiosk.isOpen();
    await kiosk.page.goto('about:blank');
    await kiosk.page.goBack();
    await kiosk.button('Sign in').waitFor({timeout: kSlow});
    check(!(await kiosk.page.content()).includes(kGroup), 'the conversation is still there');
    equal(await kiosk.page.evaluate(leftBehind), []);
  }, seconds(120));

  suite.test('leaving a shared machine signs it out, and the page starts afresh; devices of tabs that were closed go at the next sign-in', async () => {
    const kiosk = everyone.at(-1);
    await kiosk.tryToSignIn({shared: true});
    await kiosk.isOpen();
    await eventually('elina has this machine and the shared one', async () => await deviceCount(elina) === 2, {timeout: kSlow});
    await elina.reads('somebody else\'s machine');
    await kiosk.page.evaluate(() => { globalThis.before = true; });
    await kiosk.page.getByRole('button', {name: 'Leave this machine'}).first().click();
    await kiosk.button('Sign in').waitFor({timeout: kSlow});
    equal(await kiosk.page.evaluate(() => globalThis.before ?? null), null, 'the page did not start afresh');
    equal(await kiosk.page.getByRole('textbox', {name: 'Name', exact: true}).inputValue(), '');
    equal(await kiosk.page.evaluate(leftBehind), []);
    await eventually('elina has one device', async () => await deviceCount(elina) === 1, {timeout: kSlow});
  }, seconds(180));

  suite.test('a shared machine that nobody uses asks after fourteen minutes and leaves after fifteen', async () => {
    const kiosk = await machine(elina);
    await kiosk.page.clock.install();
    await kiosk.signIn(relay.origin, {shared: true});
    await kiosk.isOpen();
    await kiosk.page.clock.fastForward('14:05');
    await kiosk.page.getByRole('dialog').getByRole('heading', {name: 'Are you still there?'}).waitFor({timeout: seconds(20)});
    await photograph(kiosk.page, 'shared-idle');
    await kiosk.press('Stay', kiosk.dialog());
    await kiosk.dialog().waitFor({state: 'detached'});
    await kiosk.page.clock.fastForward('14:05');
    await kiosk.dialog().waitFor({timeout: seconds(20)});
    await kiosk.page.clock.fastForward('01:05');
    await kiosk.button('Sign in').waitFor({timeout: kSlow});
    await kiosk.close();
  }, seconds(180));

  suite.test('beside somebody else\'s seal one signs in for as long as the tab is open, and the seal stays as it was', async () => {
    await mikael.reload();
    await mikael.page.getByRole('textbox', {name: 'Passphrase', exact: true}).waitFor({timeout: kSlow});
    await photograph(mikael.page, 'unlock');
    await mikael.press('Sign in as somebody else');
    await mikael.type('Name', li.name);
    await mikael.type('Passphrase', li.passphrase);
    await mikael.press('Sign in');
    await mikael.isOpen();
    await mikael.reads('Not your machine');
    await mikael.page.getByRole('button', {name: 'Leave this machine'}).first().click();
    await mikael.unlock();
    await mikael.isOpen();
    await mikael.openConversation(kGroup);
    await mikael.sees('Näkyy.');
  }, seconds(180));

  suite.test('ten guesses a day at a name, right or wrong; then a sentence says what to do', async () => {
    const stranger = await machine(mikael);
    await stranger.open(relay.origin);
    for (let guess = 0; guess < kGuesses + 1; ++guess) {
      await stranger.tryToSignIn({passphrase: `arvaus numero ${guess} taas`});
      const said = await eventually('an answer', async () => {
        const text = await stranger.page.locator('#mirror').innerText();
        return ['The name or the passphrase is wrong.', 'This name has been tried ten times today.'].find((sentence) => text.includes(sentence)) &&
          await stranger.button('Sign in').count() === 1 && text;
      }, {timeout: kSlow});
      if (said.includes('tried ten times today')) break;
      check(guess < kGuesses, 'more guesses than ten');
      await stranger.page.reload();
      await stranger.button('Sign in').waitFor({timeout: kSlow});
    }
    await stranger.tryToSignIn();
    await stranger.reads('This name has been tried ten times today. Use the recovery code, or try again tomorrow.', kSlow);
    await stranger.close();
  }, seconds(300));

  suite.test('when the guesses are spent, the recovery code still opens a new machine', async () => {
    const code = await showCode(mikael);
    await mikael.press('Done', mikael.dialog());
    const tablet = await machine(mikael);
    await tablet.signInWithCode(relay.origin, code, {fresh: 'toinen ruska toinen laituri'});
    await tablet.isOpen();
    await tablet.openConversation(kGroup);   // which may be history alone at first
    await tablet.reads('This device joined the conversation', kSlow);
    await elina.openConversation(kGroup);
    await elina.send('Vielä tänään.');
    await tablet.sees('Vielä tänään.');
  }, seconds(180));

  suite.test('no request left the origin and the console stayed free of errors', async () => {
    check(watch.requests > 50, `${watch.requests} requests were seen`);
    equal(watch.foreign, []);
    equal(watch.errors, []);
  });

  return suite;
}

export function signInFirefox({program, app}) {
  const suite = new Suite('sign in with Firefox', {scenario: true});
  const log = {errors: [], foreign: [], requests: 0};
  const everyone = [];
  let display;
  let relay;
  let sanna;
  let tuomas;
  let other;

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

  suite.test('two people with a chat; their keys are saved at the relay', async () => {
    relay = await Relay.create({program, app});
    await relay.start();
    display = await Display.start();
    sanna = await machine('Sanna Laine');
    tuomas = await machine('Tuomas Ek');
    for (const person of [sanna, tuomas]) await person.page.setViewport(kTall.viewport);
    await sanna.found(relay.administratorLink, 'Kokeilu');
    await tuomas.enrol(await sanna.invite(tuomas.name));
    await sanna.press('button', 'People');
    await sanna.press('button', `Write to ${tuomas.name}`, seconds(30));
    await eventually('the composer is there', () => sanna.page.$('textarea[aria-label="Write a message"]'), {timeout: seconds(30)});
    await sanna.send('Ennen uutta konetta.');
    await tuomas.openConversation(sanna.name);
    await tuomas.sees('Ennen uutta konetta.');
    for (const person of [sanna, tuomas]) {
      await person.press('button', 'Settings');
      await person.reads('Saved at the relay, sealed', kSlow);
    }
  }, seconds(240));

  suite.test('a wrong passphrase is said in words; the right one opens a new machine, which reads what comes after and writes', async () => {
    other = await machine(tuomas.name);
    await other.signIn(relay.origin, {passphrase: 'jotain aivan muuta'});
    await other.reads('The name or the passphrase is wrong.', kSlow);
    await other.type('Passphrase', tuomas.passphrase);
    await other.press('button', 'Sign in');
    await other.isOpen();
    await other.openConversation(sanna.name);
    await other.reads('This device joined the conversation', kSlow);
    await sanna.goToChats();
    await sanna.openConversation(tuomas.name);
    await sanna.send('Uuden koneen jälkeen.');
    await other.sees('Uuden koneen jälkeen.', seconds(40));
    await other.send('Luettu uudella koneella.');
    await sanna.sees('Luettu uudella koneella.', seconds(40));
  }, seconds(240));

  suite.test('a device that is signed out from another one says so, and erases itself', async () => {
    await tuomas.press('button', 'Sign out: Firefox, Linux', kSlow);
    await tuomas.pressInDialog('Sign out');
    await other.find('heading', 'This device was signed out', kSlow);
    await other.pressInDialog('Erase everything');
    await other.find('button', 'Sign in', kSlow);
    await other.close();
    everyone.splice(everyone.indexOf(other), 1);
  }, seconds(180));

  suite.test('with the recovery code one chooses a new passphrase and is in; the old one opens nothing new', async () => {
    await sanna.press('button', 'Settings');
    await sanna.press('button', 'Show recovery code');
    await sanna.type('Passphrase', sanna.passphrase);
    await sanna.pressInDialog('Show the code');
    const code = await eventually('the code is shown', () => sanna.page.$eval('[role=dialog]', (dialog, form) => dialog.innerText.match(new RegExp(form))?.[0], kCode.source),
                                  {timeout: kSlow});
    await sanna.pressInDialog('Done');
    const tablet = await machine(sanna.name);
    await tablet.page.goto(relay.origin);
    await tablet.press('button', 'Use the recovery code instead');
    await tablet.type('Name', sanna.name);
    await tablet.type('Recovery code', code);
    await tablet.press('button', 'Sign in');
    await tablet.type('New passphrase', 'uusi lumi takka valo');
    await tablet.press('button', 'Start using it');
    await tablet.isOpen();
    const stranger = await machine(sanna.name);
    await stranger.signIn(relay.origin);
    await stranger.reads('The name or the passphrase is wrong.', kSlow);
    sanna.passphrase = 'uusi lumi takka valo';
  }, seconds(300));

  suite.test('a machine that is not one\'s own keeps nothing: not while it is used, not afterwards', async () => {
    const kiosk = await machine(sanna.name);
    await kiosk.signIn(relay.origin, {passphrase: sanna.passphrase, shared: true});
    await kiosk.isOpen();
    await kiosk.reads('Not your machine');
    equal(await kiosk.page.evaluate(leftBehind), []);
    await kiosk.press('button', 'Leave this machine');
    await kiosk.find('button', 'Sign in', kSlow);
    equal(await kiosk.page.evaluate(leftBehind), []);
  }, seconds(180));

  suite.test('no request left the origin and the console stayed free of errors', async () => {
    check(log.requests > 10, 'no requests were seen');
    equal(log.foreign, []);
    equal(log.errors, []);
  });

  return suite;
}
