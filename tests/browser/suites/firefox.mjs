// The same app in Firefox: invite, chat both ways, reload without the relay. Controls are found by role and name through
// Firefox's own accessibility-flavoured selectors where it has them, and by the attributes of the mirror otherwise.

import {check, equal, eventually, seconds, Suite} from '../support/harness.mjs';
import {Display, launchFirefox} from '../support/firefox.mjs';
import {Relay} from '../support/relay.mjs';

const kDown = /establish a connection|NetworkError|connection to the server/;

class FirefoxPerson {
  static async create(display, name, origin, log) {
    const person = new FirefoxPerson();
    person.name = name;
    person.passphrase = `${name.split(' ')[0].toLowerCase()} kuusi lumi takka valo`;
    person.firefox = await launchFirefox(display);
    [person.page] = await person.firefox.browser.pages();
    person.page ??= await person.firefox.browser.newPage();
    person.page.on('console', (message) => { if (message.type() === 'error') log.errors.push(`${name}: ${message.text()}`); });
    person.page.on('pageerror', (error) => log.errors.push(`${name}: ${error.message}`));
    person.page.on('request', (request) => {
      const address = new URL(request.url());
      ++log.requests;
      if (/^(http|ws)/.test(address.protocol) && address.host !== new URL(origin).host) log.foreign.push(`${name}: ${request.url()}`);
    });
    return person;
  }

  // The element with this role and accessible name, as the browser computes them.
  async find(role, name, timeout = seconds(15)) {
    return eventually(`${this.name}: ${role} "${name}"`, async () => {
      const found = await this.page.$(`aria/${name}[role="${role}"]`);
      return found && await found.isVisible() ? found : null;
    }, {timeout, interval: 150});
  }

  async press(role, name, timeout) {
    await (await this.find(role, name, timeout)).click();
  }

  async type(name, text) {
    const field = await eventually(`${this.name}: field "${name}"`, () => this.page.$(`input[aria-label="${name}"], textarea[aria-label="${name}"]`));
    await field.click();
    await this.page.keyboard.down('Control');
    await this.page.keyboard.press('a');
    await this.page.keyboard.up('Control');
    await this.page.keyboard.type(text);
    await eventually(`${this.name}: "${name}" holds what was typed`, async () => await field.evaluate((element) => element.value.length) === text.length);
  }

  async enter() {
    await this.page.keyboard.press('Enter');
  }

  async isOpen() {
    await this.find('button', 'New conversation', seconds(60));
  }

  async sees(text, timeout = seconds(20)) {
    await eventually(`${this.name} sees "${text}"`, () => this.page.evaluate(
      (wanted) => [...document.querySelectorAll('[role=log] article span')].some(({textContent}) => textContent === wanted), text), {timeout, interval: 150});
  }

  async reads(text, timeout = seconds(20)) {
    await eventually(`${this.name} reads "${text}"`, () => this.page.evaluate(
      (wanted) => document.body.textContent.includes(wanted), text), {timeout, interval: 150});
  }

  async openConversation(title) {
    const row = await eventually(`${this.name}: conversation ${title}`, () => this.page.$(`[role=listitem][aria-label^="${title}"]`), {timeout: seconds(30)});
    await row.click();
    await eventually('the composer is there', () => this.page.$('textarea[aria-label="Write a message"]'));
  }

  async send(text) {
    await this.type('Write a message', text);
    await this.enter();
  }

  async close() {
    await this.firefox.close();
  }
}

export function firefox({program, app}) {
  const suite = new Suite('Firefox', {scenario: true});
  const log = {errors: [], foreign: [], requests: 0};
  let display;
  let relay;
  let sanna;
  let tuomas;

  suite.cleanup(async () => {
    await Promise.all([sanna?.close(), tuomas?.close()]);
    display?.stop();
    await relay?.remove();
  });
  suite.onFailure = async (title, folder) => {
    for (const person of [sanna, tuomas]) {
      await person?.page.screenshot({path: `${folder}/${title.replace(/\W+/g, '-').slice(0, 60)}-${person.name.split(' ')[0]}.png`});
    }
  };

  suite.test('one founds and invites, the other enrols', async () => {
    relay = await Relay.create({program, app});
    await relay.start();
    display = await Display.start();
    sanna = await FirefoxPerson.create(display, 'Sanna Laine', relay.origin, log);
    tuomas = await FirefoxPerson.create(display, 'Tuomas Ek', relay.origin, log);
    await sanna.page.goto(relay.administratorLink);
    await sanna.type('Organisation', 'Kokeilu');
    await sanna.type('Your name', sanna.name);
    await sanna.press('button', 'Continue');
    await sanna.type('Passphrase', sanna.passphrase);
    await sanna.press('button', 'Seal it');
    await sanna.isOpen();
    await sanna.press('button', 'People');
    await sanna.press('button', 'Invite');
    await sanna.type('Name', tuomas.name);
    await sanna.press('button', 'Create invitation');
    // The clipboard of Firefox cannot be read by a page without asking, so the copy is watched instead.
    await sanna.page.evaluate(() => {
      const write = navigator.clipboard.writeText.bind(navigator.clipboard);
      navigator.clipboard.writeText = (text) => {
        globalThis.copied = text;
        return write(text);
      };
    });
    await sanna.press('button', 'Copy link');
    const link = await eventually('the link is copied', () => sanna.page.evaluate(() => globalThis.copied));
    await sanna.page.keyboard.press('Escape');
    await tuomas.page.goto(link);
    await tuomas.press('button', 'Accept the invitation');
    await tuomas.type('Your name', tuomas.name);
    await tuomas.press('button', 'Continue');
    await tuomas.type('Passphrase', tuomas.passphrase);
    await tuomas.press('button', 'Seal it');
    await tuomas.isOpen();
  }, seconds(240));

  suite.test('they chat both ways', async () => {
    await sanna.press('button', 'People');
    await sanna.press('button', `Write to ${tuomas.name}`, seconds(30));
    await eventually('the composer is there', () => sanna.page.$('textarea[aria-label="Write a message"]'), {timeout: seconds(30)});
    await sanna.send('Hei Tuomas, äöå €!');
    await tuomas.openConversation(sanna.name);
    await tuomas.sees('Hei Tuomas, äöå €!');
    await tuomas.send('Hei hei!');
    await sanna.sees('Hei hei!');
  }, seconds(120));

  suite.test('search finds what was said, says how many, and opens it', async () => {
    await tuomas.type(await tuomas.page.$('input[aria-label="Search chats, people and messages"]') ? 'Search chats, people and messages' : 'Search', 'TUOM');
    await tuomas.reads('1 message found');
    const row = await eventually('the message is in the list', () => tuomas.page.$('[role=listitem][aria-label^="Sanna Laine: Hei Tuomas"]'));
    await row.focus();
    await tuomas.enter();
    await eventually('it is marked', () => tuomas.page.evaluate(() => [...document.querySelectorAll('[role=log] article')].some(
      (article) => article.getAttribute('aria-label')?.includes('search result') && article.textContent.includes('Hei Tuomas'))), {timeout: seconds(20)});
  });

  suite.test('without the relay the page opens, unlocks and shows the history', async () => {
    equal(log.errors, [], 'console errors');
    await eventually('the release is kept', () => tuomas.page.evaluate(() => navigator.serviceWorker.controller !== null), {timeout: seconds(30)});
    await relay.stop();
    await tuomas.page.reload();
    await tuomas.type('Passphrase', tuomas.passphrase);
    await tuomas.enter();
    await tuomas.isOpen();
    await tuomas.openConversation(sanna.name);
    await tuomas.sees('Hei Tuomas, äöå €!');
    await tuomas.reads('No connection');
    await tuomas.send('Kirjoitettu ilman yhteyttä.');
    await relay.start();
    await sanna.sees('Kirjoitettu ilman yhteyttä.', seconds(60));
  }, seconds(180));

  suite.test('no request left the origin and the console stayed free of errors', async () => {
    check(log.requests > 10, 'no requests were seen');
    equal(log.foreign, []);
    equal(log.errors.filter((text) => !kDown.test(text)), []);
  });

  return suite;
}
