// One person at one browser, doing what people do: by the roles and names of the controls, and nothing else. The language of
// the browser is English, so the names are those of client/ui/strings_english.cpp.

import {eventually, seconds} from './harness.mjs';

const kStep = {timeout: seconds(30)};
const kOpening = {timeout: seconds(60)};   // Argon2id on a busy machine, several at a time

export class Person {
  // `watch` sees every request and console line of this profile.
  static async create(browser, {name, passphrase, watch, context = {}}) {
    const person = new Person();
    person.name = name;
    person.passphrase = passphrase ?? `${name.split(' ')[0].toLowerCase()} kuusi lumi takka valo`;
    person.context = await browser.newContext({
      viewport: {width: 1280, height: 800}, locale: 'en-GB', timezoneId: 'Europe/Helsinki',
      permissions: ['clipboard-read', 'clipboard-write'], ...context,
    });
    watch?.context(person.context, name);
    person.page = await person.context.newPage();
    return person;
  }

  async open(address) {
    await this.page.goto(address);
  }

  button(name, scope = this.page) {
    return scope.getByRole('button', {name, exact: true});
  }

  async seesButton(name, timeout) {
    await this.button(name).first().waitFor({timeout});
  }

  async press(name, scope = this.page) {
    await this.button(name, scope).click(kStep);
  }

  async type(label, text, scope = this.page) {
    await scope.getByRole('textbox', {name: label, exact: true}).fill(text, kStep);
  }

  dialog() {
    return this.page.getByRole('dialog');
  }

  async isOpen() {
    await this.page.getByRole('button', {name: 'New conversation', exact: true}).first().waitFor(kOpening);
  }

  async found(link, organisation) {
    await this.open(link);
    await this.type('Organisation', organisation);
    await this.type('Your name', this.name);
    await this.press('Continue');
    await this.#choosePassphrase();
    await this.isOpen();
  }

  async enrol(link) {
    await this.open(link);
    await this.press('Accept the invitation');
    await this.type('Your name', this.name);
    await this.press('Continue');
    await this.#choosePassphrase();
    await this.isOpen();
  }

  async #choosePassphrase() {
    await this.type('Passphrase', this.passphrase);
    await this.press('Seal it');
  }

  // At the gate of a browser that holds nothing yet.
  async signIn(origin, {name = this.name, passphrase = this.passphrase, shared = false} = {}) {
    await this.open(origin);
    await this.tryToSignIn({name, passphrase, shared});
  }

  async tryToSignIn({name = this.name, passphrase = this.passphrase, shared = false} = {}) {
    await this.type('Name', name);
    await this.type('Passphrase', passphrase);
    const box = this.page.getByRole('checkbox', {name: 'This is not my machine'});
    if (await box.getAttribute('aria-checked') !== String(shared)) await box.click(kStep);
    await this.press('Sign in');
  }

  async signInWithCode(origin, code, {name = this.name, fresh} = {}) {
    await this.open(origin);
    await this.press('Use the recovery code instead');
    await this.type('Name', name);
    await this.type('Recovery code', code);
    await this.press('Sign in');
    await this.page.getByRole('textbox', {name: 'New passphrase', exact: true}).waitFor(kOpening);
    await this.type('New passphrase', fresh);
    await this.press('Start using it');
    this.passphrase = fresh;
  }

  async unlock(passphrase = this.passphrase) {
    await this.page.getByRole('textbox', {name: 'Passphrase', exact: true}).waitFor(kOpening);
    await this.type('Passphrase', passphrase);
    await this.page.keyboard.press('Enter');
  }

  async go(tab) {
    await this.page.getByRole('navigation', {name: 'Main menu'}).getByRole('button', {name: tab}).click(kStep);
  }

  // Answers the link, as the copy button gave it.
  async invite(name) {
    await this.go('People');
    await this.press('Invite');
    await this.type('Name', name, this.dialog());
    await this.press('Create invitation', this.dialog());
    await this.button('Copy link', this.dialog()).waitFor(kStep);
    await this.page.evaluate(() => navigator.clipboard.writeText(''));
    await this.press('Copy link', this.dialog());
    const link = await eventually('the link is on the clipboard', () => this.page.evaluate(() => navigator.clipboard.readText()));
    await this.closeDialog();
    return link;
  }

  async closeDialog() {
    await this.page.keyboard.press('Escape');
    await this.dialog().waitFor({state: 'detached', ...kStep});
  }

  // Everybody one can write to, by the directory.
  async directory() {
    await this.go('People');
    const buttons = this.page.getByRole('main').getByRole('button', {name: /^Write to /});
    return (await buttons.allTextContents()).map((text) => text.replace('Write to ', ''));
  }

  async seesInDirectory(names) {
    await eventually(`${this.name} sees ${names.join(', ')} in the directory`, async () => {
      const shown = await this.directory();
      return names.every((name) => shown.includes(name)) || Promise.reject(new Error(`shown: ${shown.join(', ')}`));
    }, {timeout: seconds(20)});
  }

  // `board`: where there are several.
  async createGroup(title, names, {board} = {}) {
    await this.go('Chats');
    await this.press('New conversation', this.page.getByRole('region', {name: 'Conversation list'}));
    const dialog = this.dialog();
    await dialog.getByRole('radio', {name: 'Group'}).click(kStep);
    if (board) await dialog.getByRole('radio', {name: board, exact: true}).click(kStep);
    for (const name of names) await dialog.getByRole('checkbox', {name}).click(kStep);
    await this.type('Name of the group', title, dialog);
    await this.press('Create group', dialog);
    await this.page.getByRole('heading', {name: title}).first().waitFor({timeout: seconds(20)});
  }

  async startDirect(name) {
    await this.go('Chats');
    await this.press('New conversation', this.page.getByRole('region', {name: 'Conversation list'}));
    const dialog = this.dialog();
    await dialog.getByRole('radio', {name: 'Two people'}).click(kStep);
    await dialog.getByRole('radio', {name}).click(kStep);
    await this.press('Start', dialog);
    await this.page.getByRole('heading', {name}).first().waitFor({timeout: seconds(20)});
  }

  row(title) {
    return this.page.getByRole('list', {name: 'Chats'}).getByRole('listitem', {name: title});
  }

  async openConversation(title) {
    await this.go('Chats');
    await this.row(title).first().click({timeout: seconds(20)});
    await this.page.getByRole('heading', {name: title}).first().waitFor(kStep);
  }

  composer() {
    return this.page.getByRole('textbox', {name: 'Write a message'});
  }

  async send(text) {
    await this.composer().fill(text, kStep);
    await this.page.keyboard.press('Enter');
    await eventually('the composer is empty again', async () => await this.composer().inputValue() === '');
  }

  // Texts of the messages on the screen, oldest first.
  async messages() {
    return this.page.getByRole('log', {name: 'Messages'}).getByRole('article').evaluateAll((articles) => articles.map((article) =>
      article.querySelector('span')?.textContent ?? ''));
  }

  article(text) {
    return this.page.getByRole('log', {name: 'Messages'}).getByRole('article').filter({hasText: text});
  }

  async sees(text, timeout = seconds(40)) {
    await this.article(text).first().waitFor({timeout});
  }

  async seesInOrder(texts, timeout = seconds(20)) {
    await eventually(`${this.name} sees ${texts.join(' | ')} once and in order`, async () => {
      const wanted = new Set(texts);
      const shown = (await this.messages()).filter((text) => wanted.has(text));
      return JSON.stringify(shown) === JSON.stringify(texts) || Promise.reject(new Error(`shown: ${shown.join(' | ')}`));
    }, {timeout});
  }

  // Some text anywhere on the screen: notices, banners, errors.
  async reads(text, timeout = seconds(20)) {
    await this.page.getByText(text).first().waitFor({state: 'attached', timeout});
  }

  // Until every notice has gone by itself.
  async noticesGone() {
    await eventually(`${this.name}: no notice is shown`, async () => await this.button('Dismiss').count() === 0, {timeout: seconds(30)});
  }

  // Until no notice says this any more.
  async dismissNotices(text) {
    await eventually(`${this.name}: the notice is gone`, async () => {
      if (await this.page.getByText(text).count() === 0) return true;
      const dismiss = this.button('Dismiss').first();
      if (await dismiss.count() > 0) await dismiss.click({timeout: seconds(2)}).catch(() => {});   // it may go by itself meanwhile
      return false;
    });
  }

  async removeMember(title, name) {
    await this.openConversation(title);
    if (await this.button('Show details').count() > 0) await this.press('Show details');
    await this.page.getByRole('button', {name: `Remove ${name} from the group`}).click(kStep);
    await this.press('Remove', this.dialog());
  }

  async reload() {
    await this.page.reload();
  }

  async frames() {
    return Number(await this.page.locator('#canvas').getAttribute('data-frames'));
  }

  async close() {
    await this.context.close();
  }
}

