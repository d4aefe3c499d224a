// The same app in Firefox: invite, chat both ways, reload without the relay, a board that is closed and opened again.

import {check, equal, eventually, seconds, Suite} from '../support/harness.mjs';
import {Display} from '../support/firefox.mjs';
import {FirefoxPerson} from '../support/firefox_person.mjs';
import {Relay} from '../support/relay.mjs';

const kDialog = '[role=dialog]';
const kDown = /establish a connection|NetworkError|connection to the server/;

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
  suite.photographFailures(() => [sanna, tuomas]);

  suite.test('one founds and invites, the other enrols', async () => {
    relay = await Relay.create({program, app});
    await relay.start();
    display = await Display.start();
    sanna = await FirefoxPerson.create(display, 'Sanna Laine', relay.origin, log);
    tuomas = await FirefoxPerson.create(display, 'Tuomas Ek', relay.origin, log);
    await sanna.found(relay.administratorLink, 'Kokeilu');
    await tuomas.enrol(await sanna.invite(tuomas.name));
  }, seconds(240));

  suite.test('they chat both ways', async () => {
    await sanna.startDirect(tuomas.name);
    await sanna.send('Hei Tuomas, äöå €!');
    await tuomas.openConversation(sanna.name);
    await tuomas.sees('Hei Tuomas, äöå €!');
    await tuomas.send('Hei hei!');
    await sanna.sees('Hei hei!');
  }, seconds(120));

  suite.test('a link opens in a tab of its own, and a message is copied from its menu', async () => {
    const address = `${relay.origin}/healthz`;
    await tuomas.send(`Lue ${address}, kiitos.`);
    await sanna.reads(address);
    const before = (await sanna.firefox.browser.pages()).length;
    await sanna.press('link', address);
    const tab = await eventually('it is open', async () => (await sanna.firefox.browser.pages()).find((page) => page.url() === address));
    equal(await tab.evaluate(() => [window.opener, document.referrer]), [null, '']);
    await tab.close();
    equal((await sanna.firefox.browser.pages()).length, before);

    const article = await eventually('the message is there', () => sanna.page.evaluateHandle((words) => [...document.querySelectorAll('[role=log] article')].find(
      (one) => one.textContent.includes(words)), address));
    const place = await article.boundingBox();
    await sanna.page.mouse.click(place.x + 30, place.y + place.height - 12, {button: 'right'});
    await sanna.pressInDialog('Copy message');
    await sanna.reads('The message has been copied.');
  }, seconds(60));

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
    await tuomas.unlock();
    await tuomas.isOpen();
    await tuomas.openConversation(sanna.name);
    await tuomas.sees('Hei Tuomas, äöå €!');
    await tuomas.reads('No connection');
    await tuomas.send('Kirjoitettu ilman yhteyttä.');
    await relay.start();
    await sanna.sees('Kirjoitettu ilman yhteyttä.', seconds(60));
  }, seconds(180));

  suite.test('a second tab says where the seal is open, takes over when asked, and hands back', async () => {
    const first = tuomas.page;
    const second = await tuomas.firefox.browser.newPage();
    await second.goto(relay.origin);
    tuomas.page = second;
    await tuomas.reads('Sinetti is open in another tab', seconds(30));
    await tuomas.press('button', 'Open here');
    await tuomas.unlock();
    await tuomas.isOpen();
    tuomas.page = first;
    await first.bringToFront();
    await tuomas.reads('Sinetti is open in another tab', seconds(30));
    await tuomas.press('button', 'Open here');
    await tuomas.unlock();
    await tuomas.isOpen();
    await second.close();
  }, seconds(180));

  suite.test('the machine says that there is something new to whoever looks away, nothing else, and until they look again', async () => {
    const shown = () => sanna.page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({title, body}) => [title, body]));
    const looks = (there) => sanna.page.evaluate((focused) => {
      document.hasFocus = () => focused;
      dispatchEvent(new Event(focused ? 'focus' : 'blur'));
    }, there);
    const turn = async (choice) => {
      const radio = await eventually(`notices can be turned ${choice}`, async () => (await sanna.page.$('[role=radiogroup][aria-label="Notices of this machine"]'))?.$(`aria/${choice}[role="radio"]`));
      await radio.evaluate((element) => element.click());
      await eventually(`they are ${choice}`, () => radio.evaluate((element) => element.getAttribute('aria-checked') === 'true'));
    };
    await tuomas.openConversation(sanna.name);
    await sanna.press('button', 'Settings');
    await looks(false);
    await tuomas.send('Ennen kuin se on päällä.');
    await eventually('it is unread', async () => /^\(\d+\)/.test(await sanna.page.title()));
    equal(await shown(), []);
    await turn('On');
    await tuomas.send('Salainen asia.');
    await eventually('it is said', async () => (await shown()).length > 0);
    equal(await shown(), [['Sinetti', 'There is something new in Sinetti.']]);
    await looks(true);
    await eventually('it is gone', async () => (await shown()).length === 0);
    await turn('Off');
    await looks(false);
    await tuomas.send('Ja taas hiljaa.');
    await sanna.goToChats();
    await sanna.openConversation(tuomas.name);
    await sanna.sees('Ja taas hiljaa.');
    equal(await shown(), []);
    await looks(true);
  }, seconds(120));

  suite.test('on a board that is closed nothing can be written, on the other screen too, until it is opened again', async () => {
    await tuomas.openConversation(sanna.name);
    await sanna.press('button', 'Settings');
    await sanna.pressFarDown('Add board');
    await sanna.type('Name of the board', 'Uusi taulu');
    await sanna.pressFarDown('Add board', kDialog);
    await sanna.reads('The board Uusi taulu was added.', seconds(40));
    await sanna.pressFarDown('Change Board 1');
    await sanna.type('Name of the board', 'Vanha taulu');
    await sanna.pressFarDown('Close board', kDialog);
    await sanna.reads('One of your own conversations is on it.');
    await sanna.pressFarDown('Close board', kDialog);
    await sanna.reads('The board Vanha taulu was closed.', seconds(40));
    await tuomas.reads('An administrator has closed the board of this conversation.', seconds(40));
    equal(await tuomas.page.$('textarea[aria-label="Write a message"]'), null);
    await sanna.pressFarDown('Change Vanha taulu');
    await sanna.pressFarDown('Open again', kDialog);
    await tuomas.send('Taas auki.');
    await sanna.goToChats();
    await sanna.openConversation(tuomas.name);
    await sanna.sees('Taas auki.', seconds(40));
  }, seconds(240));

  suite.test('a person who is removed is out of the conversation, and their device says so', async () => {
    await sanna.press('button', 'People');
    await sanna.press('button', `${tuomas.name}: devices and removal`, seconds(30));
    await sanna.pressInDialog('Remove from the organisation');
    await sanna.pressInDialog('Remove');
    await tuomas.find('heading', 'This device was signed out', seconds(60));
    await sanna.goToChats();
    await sanna.openConversation(tuomas.name);
    await sanna.reads('Tuomas Ek was removed from the organisation by an administrator', seconds(60));
  }, seconds(180));

  suite.test('no request left the origin and the console stayed free of errors', async () => {
    check(log.requests > 10, 'no requests were seen');
    equal(log.foreign, []);
    equal(log.errors.filter((text) => !kDown.test(text)), []);
  });

  return suite;
}
