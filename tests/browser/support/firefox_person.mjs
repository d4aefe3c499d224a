// One person at one Firefox. Controls are found by role and name through Firefox's own accessibility-flavoured selectors where it
// has them, and by the attributes of the mirror otherwise.

import {launchFirefox} from './firefox.mjs';
import {eventually, seconds} from './harness.mjs';

export class FirefoxPerson {
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

  // The element with this role and accessible name, as the browser computes them; `inside`: a selector of what it is in.
  async find(role, name, timeout = seconds(15), inside = 'body') {
    return eventually(`${this.name}: ${role} "${name}"`, async () => {
      const found = await (await this.page.$(inside))?.$(`aria/${name}[role="${role}"]`);
      return found && await found.isVisible() ? found : null;
    }, {timeout, interval: 150});
  }

  async seesButton(name, timeout) {
    await this.find('button', name, timeout);
  }

  async press(role, name, timeout) {
    await (await this.find(role, name, timeout)).click();
  }

  // Its name says how many messages are unread.
  async goToChats() {
    await eventually(`${this.name}: button "Chats"`, () => this.page.evaluate(() => {
      const found = [...document.querySelectorAll('[role=button], button')].find((one) => /^Chats($|, \d)/.test(one.getAttribute('aria-label') ?? one.textContent));
      found?.click();
      return Boolean(found);
    }));
  }

  async pressInDialog(name, timeout) {
    await (await this.find('button', name, timeout, '[role=dialog]')).click();
  }

  // Perhaps below what is in sight: as assistive technology presses it.
  async pressFarDown(name, inside = 'body', timeout = seconds(15)) {
    const found = await eventually(`${this.name}: button "${name}"`, async () => (await this.page.$(inside))?.$(`aria/${name}[role="button"]`), {timeout, interval: 150});
    await found.evaluate((element) => element.click());
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

  async unlock(passphrase = this.passphrase) {
    await this.type('Passphrase', passphrase);
    await this.enter();
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

  async seesInOrder(texts, timeout = seconds(20)) {
    await eventually(`${this.name} sees ${texts.join(' | ')} once and in order`, async () => {
      const said = await this.page.evaluate(() => [...document.querySelectorAll('[role=log] article')].map((article) => article.querySelector('span')?.textContent));
      const shown = said.filter((text) => texts.includes(text));
      return JSON.stringify(shown) === JSON.stringify(texts) || Promise.reject(new Error(`shown: ${shown.join(' | ')}`));
    }, {timeout, interval: 150});
  }

  async reads(text, timeout = seconds(20)) {
    await eventually(`${this.name} reads "${text}"`, () => this.page.evaluate(
      (wanted) => document.body.textContent.includes(wanted), text), {timeout, interval: 150});
  }

  async found(link, organisation) {
    await this.page.goto(link);
    await this.type('Organisation', organisation);
    await this.type('Your name', this.name);
    await this.press('button', 'Continue');
    await this.type('Passphrase', this.passphrase);
    await this.press('button', 'Seal it');
    await this.isOpen();
  }

  async enrol(link) {
    await this.page.goto(link);
    await this.press('button', 'Accept the invitation');
    await this.type('Your name', this.name);
    await this.press('button', 'Continue');
    await this.type('Passphrase', this.passphrase);
    await this.press('button', 'Seal it');
    await this.isOpen();
  }

  async invite(name) {
    await this.press('button', 'People');
    await this.press('button', 'Invite');
    await this.type('Name', name);
    await this.press('button', 'Create invitation');
    // The clipboard of Firefox cannot be read by a page without asking, so the copy is watched instead.
    await this.page.evaluate(() => {
      const write = navigator.clipboard.writeText.bind(navigator.clipboard);
      navigator.clipboard.writeText = (text) => {
        globalThis.copied = text;
        return write(text);
      };
    });
    await this.press('button', 'Copy link');
    const link = await eventually('the link is copied', () => this.page.evaluate(() => globalThis.copied));
    await this.page.keyboard.press('Escape');
    return link;
  }

  async seesInDirectory(names) {
    await this.press('button', 'People');
    for (const name of names) await this.find('button', `Write to ${name}`, seconds(30));
  }

  async startDirect(name) {
    await this.press('button', 'People');
    await this.press('button', `Write to ${name}`, seconds(30));
    await eventually('the composer is there', () => this.page.$('textarea[aria-label="Write a message"]'), {timeout: seconds(30)});
  }

  async signIn(origin, {name = this.name, passphrase = this.passphrase, shared = false} = {}) {
    await this.page.goto(origin);
    await this.type('Name', name);
    await this.type('Passphrase', passphrase);
    if (shared) await this.press('checkbox', 'This is not my machine');
    await this.press('button', 'Sign in');
  }

  async openConversation(title) {
    // The list may be drawn anew between finding a row and pressing it.
    await eventually(`${this.name}: conversation ${title}`, async () => {
      const row = await this.page.$(`[role=listitem][aria-label^="${title}"]`);
      await row?.click();
      return row;
    }, {timeout: seconds(30)});
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
