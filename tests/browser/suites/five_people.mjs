// Five people, five browsers, one relay: from the administrator's link to the last message.

import {accessibleFaults} from '../support/accessibility.mjs';
import {check, equal, eventually, seconds, sleep, Suite} from '../support/harness.mjs';
import {Person} from '../support/person.mjs';
import {distinctColours, scannedCode} from '../support/pictures.mjs';
import {freePort, Relay} from '../support/relay.mjs';
import {Watch} from '../support/watch.mjs';

const kGroup = 'Hallitusviisikko';
const kNames = ['Elina Aalto', 'Mikael Strand', 'Li Wikström', 'Aino Koskela', 'Oskar Nyman'];
const kIdle = seconds(10);

export function fivePeople(browser, {program, app}) {
  const suite = new Suite('five people', {scenario: true});
  let relay;
  let metricsPort;
  let watch;
  let elina;
  let others;
  let mikael;
  let li;
  let oskar;
  let everyone = [];
  let usedLink;

  suite.cleanup(async () => {
    await Promise.all(everyone.map((person) => person.close().catch(() => {})));
    await relay?.remove();
  });
  suite.photographFailures(() => everyone);

  suite.test('the administrator link founds the organisation, and its secret leaves the address bar', async () => {
    relay = await Relay.create({program, app});
    metricsPort = await freePort();
    await relay.start(['--metrics', `127.0.0.1:${metricsPort}`]);
    check(relay.administratorLink?.startsWith(`${relay.origin}/#`), `no administrator link: ${relay.output}`);
    watch = new Watch(relay.origin);
    elina = await Person.create(browser, {name: kNames[0], watch});
    everyone.push(elina);
    await elina.found(relay.administratorLink, 'Valtioneuvosto');
    equal(await elina.page.evaluate(() => location.hash), '');
  }, seconds(90));

  suite.test('four colleagues enrol with a link each', async () => {
    const links = [];
    for (const name of kNames.slice(1)) links.push(await elina.invite(name));
    equal(new Set(links).size, 4, 'links repeat');
    usedLink = links[0];
    others = [];
    for (const name of kNames.slice(1)) others.push(await Person.create(browser, {name, watch}));
    everyone.push(...others);
    [mikael, li, , oskar] = others;
    await Promise.all(others.map((person, i) => person.enrol(links[i])));
  }, seconds(180));

  suite.test('everybody is in everybody\'s directory', async () => {
    await Promise.all(everyone.map((person) => person.seesInDirectory(kNames.filter((name) => name !== person.name))));
  });

  suite.test('one makes a group with all five, and it is on every screen', async () => {
    await elina.createGroup(kGroup, kNames.slice(1));
    await Promise.all(others.map((person) => person.openConversation(kGroup)));
  }, seconds(90));

  const spoken = ['Huomenta kaikille.', 'God morgon! Är mötet klockan nio?', 'Kyllä, klo 9.00 pienessä salissa.', 'Tulen viisi minuuttia myöhässä.', 'Kahvi on jo keitetty.'];

  suite.test('they talk, and everybody reads the same in the same order', async () => {
    for (const [i, person] of everyone.entries()) {
      await person.send(spoken[i]);
      await Promise.all(everyone.map((reader) => reader.sees(spoken[i])));
    }
    await Promise.all(everyone.map((person) => person.seesInOrder(spoken)));
  }, seconds(120));

  suite.test('they read and wrote in sessions opened with tokens; a device was shown to fetch those', async () => {
    const figures = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    const figure = (name) => Number(figures.match(new RegExp(`^sinetti_${name.replace(/[{}]/g, '\\$&')} (\\d+)$`, 'm'))?.[1]);
    check(figure('sessions_accepted_total{kind="device"}') >= 5, figures);
    check(figure('sessions_accepted_total{kind="token"}') >= 5, figures);   // a device may have shown itself twice: its vault was not there yet
    check(figure('tokens_issued_total') >= 5 * 64, figures);
    equal(figure('tokens_spent_total'), figure('sessions_accepted_total{kind="token"}'));
  });

  suite.test('two of them have a chat of their own, and nobody else has it', async () => {
    await elina.startDirect(mikael.name);
    await elina.send('Vain sinulle.');
    await mikael.openConversation(elina.name);
    await mikael.sees('Vain sinulle.');
    await mikael.send('Luettu.');
    await elina.sees('Luettu.');
    await li.go('Chats');
    equal(await li.row(elina.name).count(), 0);
    equal(await li.row(mikael.name).count(), 0);
  });

  suite.test('a link opens in a tab of its own that learns nothing of this one; a message is copied by mouse, keyboard and finger', async () => {
    const address = `${relay.origin}/healthz`;
    const text = `Lue ${address}, kiitos.`;
    await mikael.openConversation(elina.name);
    await elina.openConversation(mikael.name);
    await mikael.send(text);
    await elina.sees(text);
    equal(await elina.article(text).first().textContent(), text);
    const opened = elina.context.waitForEvent('page');
    await elina.page.getByRole('link', {name: address}).click();
    const tab = await opened;
    await tab.waitForLoadState();
    equal(tab.url(), address);
    equal(await tab.evaluate(() => [window.opener, document.referrer]), [null, '']);
    await tab.close();

    const menu = elina.dialog();
    const copied = async (button, words, how) => {
      await elina.page.evaluate(() => navigator.clipboard.writeText(''));
      await elina.press(button, menu);
      await eventually(`copied by ${how}`, async () => await elina.page.evaluate(() => navigator.clipboard.readText()) === words);
      await menu.waitFor({state: 'detached'});
    };
    const place = await elina.article(text).first().boundingBox();
    const [x, y] = [place.x + 30, place.y + place.height - 12];
    await elina.page.mouse.click(x, y, {button: 'right'});
    await menu.waitFor();
    await copied('Copy message', text, 'mouse');

    await elina.article(text).first().focus();
    await elina.page.keyboard.press('Enter');
    await menu.waitFor();
    await copied(`Copy link ${address}`, address, 'keyboard');
    await eventually('the focus is where it was', () => elina.page.evaluate((words) => document.activeElement.textContent === words, text));

    const touch = await elina.context.newCDPSession(elina.page);
    await touch.send('Input.dispatchTouchEvent', {type: 'touchStart', touchPoints: [{x, y}]});
    await menu.waitFor();
    await touch.send('Input.dispatchTouchEvent', {type: 'touchEnd', touchPoints: []});
    await copied('Copy message', text, 'finger');
  }, seconds(60));

  suite.test('the machine says that there is something new to whoever looks away, nothing else, and until they look again', async () => {
    const shown = () => elina.page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({title, body}) => [title, body]));
    const looks = (there) => elina.page.evaluate((focused) => {
      document.hasFocus = () => focused;   // every page of this browser has the focus
      dispatchEvent(new Event(focused ? 'focus' : 'blur'));
    }, there);
    await mikael.openConversation(elina.name);
    await elina.openConversation(kGroup);
    await elina.context.grantPermissions(['clipboard-read', 'clipboard-write', 'notifications']);
    await looks(false);
    await mikael.send('Ennen kuin se on päällä.');
    await eventually('it is unread', async () => /^\(\d+\)/.test(await elina.page.title()));
    equal(await shown(), []);

    await elina.go('Settings');
    const choice = elina.page.getByRole('radiogroup', {name: 'Notices of this machine'});
    await choice.getByRole('radio', {name: 'On'}).click();
    await eventually('they are on', async () => await choice.getByRole('radio', {name: 'On'}).getAttribute('aria-checked') === 'true');
    await looks(true);
    await mikael.send('Kun katsotaan.');
    await elina.openConversation(mikael.name);
    await elina.sees('Kun katsotaan.');
    equal(await shown(), []);
    const unread = elina.page.getByRole('listitem', {name: new RegExp(`^${mikael.name}.*1 unread`)});
    await unread.waitFor({state: 'detached'});
    await looks(false);
    await mikael.send('Salainen asia.');
    await eventually('it is said', async () => (await shown()).length > 0);
    equal(await shown(), [['Sinetti', 'There is something new in Sinetti.']]);
    await unread.waitFor({state: 'attached'});   // though the conversation is open
    await looks(true);
    await elina.page.getByRole('separator', {name: '1 new message'}).waitFor({state: 'attached'});   // it goes after two seconds
    await eventually('it is gone', async () => (await shown()).length === 0);
    await unread.waitFor({state: 'detached'});

    await elina.go('Settings');
    await choice.getByRole('radio', {name: 'Off'}).click();
    await eventually('they are off', async () => await choice.getByRole('radio', {name: 'Off'}).getAttribute('aria-checked') === 'true');
  }, seconds(60));

  suite.test('the code on one screen, scanned and opened on another, verifies its person after a yes; a changed one does not', async () => {
    const picture = mikael.page.getByRole('img', {name: 'QR code of your key'});
    await mikael.go('Settings');
    await picture.waitFor({state: 'attached'});
    const code = await eventually('the code can be scanned', () => scannedCode(mikael.page, picture));
    check(code.startsWith(`${relay.origin}/#v=`), code);
    const opens = (person, hash) => person.page.evaluate((fragment) => { location.hash = fragment; }, hash);
    const {hash} = new URL(code);

    await elina.go('People');
    await elina.button(`Verify ${mikael.name}`).waitFor({state: 'attached'});
    await opens(elina, `${hash.slice(0, -1)}${hash.endsWith('0') ? '1' : '0'}`);
    await elina.reads('The key in this code is nobody\'s in the directory.');
    equal(await elina.dialog().count(), 0);
    await opens(elina, hash);
    await elina.reads('If you scanned it from their own screen, everything matches.');
    equal(await elina.page.evaluate(() => location.hash), '');
    equal(await elina.button(`Verify ${mikael.name}`).count(), 0);   // behind the dialog
    await elina.press('Everything matches', elina.dialog());
    await eventually('he is verified, and nobody else', async () =>
      await elina.button(`Verify ${mikael.name}`).count() === 0 && await elina.button(`Verify ${li.name}`).count() === 1);
  }, seconds(60));

  suite.test('odd letters, a dead key, emoji and composed Japanese arrive as they were typed', async () => {
    await elina.openConversation(kGroup);
    await mikael.openConversation(kGroup);
    const typed = 'åäö ÅÄÖ € @ { } ~ ê 👍🏽';
    await elina.composer().focus();
    await elina.page.keyboard.insertText(typed);
    await elina.page.keyboard.press('Enter');
    await eventually('it arrives', async () => (await mikael.messages()).includes(typed));

    // A dead key: the browser composes the accent, then replaces it by the letter.
    const keys = await elina.context.newCDPSession(elina.page);
    await elina.composer().focus();
    await keys.send('Input.dispatchKeyEvent', {type: 'keyDown', key: 'Dead', code: 'BracketRight', windowsVirtualKeyCode: 221});
    await keys.send('Input.imeSetComposition', {text: '^', selectionStart: 1, selectionEnd: 1});
    await keys.send('Input.insertText', {text: 'ê'});
    await elina.page.keyboard.insertText('tes-vous là ?');
    await elina.page.keyboard.press('Enter');
    await eventually('the dead key arrives', async () => (await mikael.messages()).includes('êtes-vous là ?'));

    await keys.send('Input.imeSetComposition', {text: 'にほん', selectionStart: 3, selectionEnd: 3});
    equal(await elina.composer().inputValue(), 'にほん');
    await keys.send('Input.imeSetComposition', {text: '日本', selectionStart: 2, selectionEnd: 2});
    await keys.send('Input.insertText', {text: '日本'});
    await elina.page.keyboard.press('Enter');
    await eventually('the composed word arrives', async () => (await mikael.messages()).includes('日本'));

    await elina.composer().focus();
    await elina.page.keyboard.insertText('eka rivi');
    await elina.page.keyboard.press('Shift+Enter');
    await elina.page.keyboard.insertText('toka rivi');
    await elina.page.keyboard.press('Enter');
    await eventually('two lines arrive', async () => (await mikael.messages()).includes('eka rivi\ntoka rivi'));
  });

  suite.test('a paste of ten kilobytes arrives whole', async () => {
    const long = Array.from({length: 400}, (_, i) => `Kohta ${i}: päätös siirtyy.`).join(' ').slice(0, 10240);
    await elina.page.evaluate((text) => navigator.clipboard.writeText(text), long);
    await elina.composer().focus();
    await elina.page.keyboard.press('Control+v');
    equal((await elina.composer().inputValue()).length, long.length);
    await elina.page.keyboard.press('Enter');
    await eventually('all of it is there', async () => (await mikael.messages()).includes(long), {timeout: seconds(30)});
  }, seconds(90));

  suite.test('what is typed can be undone before it is sent', async () => {
    await elina.composer().focus();
    await elina.page.keyboard.type('kesken');
    await elina.page.keyboard.press('Control+z');
    check(await elina.composer().inputValue() !== 'kesken', 'undo took nothing back');
    await elina.composer().fill('');
  });

  suite.test('every control has a role and a name', async () => {
    const faults = [];
    const look = async (what) => faults.push(...(await accessibleFaults(elina.page)).map((fault) => `${what}: ${fault}`));
    await look('conversation');
    await elina.go('People');
    await look('people');
    await elina.press('Invite');
    await elina.dialog().waitFor();
    await look('invite');
    await elina.closeDialog();
    await elina.go('Settings');
    await look('settings');
    await elina.go('Chats');
    await elina.press('New conversation', elina.page.getByRole('region', {name: 'Conversation list'}));
    await elina.dialog().waitFor();
    await look('new conversation');
    await elina.closeDialog();
    equal(faults, []);
  });

  suite.test('the keyboard alone is enough to write in a conversation', async () => {
    await elina.go('Chats');
    const row = elina.row(kGroup).first();
    for (let i = 0; i < 40; ++i) {
      await elina.page.keyboard.press('Tab');
      const onRow = await row.evaluate((element) => element === document.activeElement);
      const onList = await elina.page.evaluate(() => document.activeElement?.getAttribute('role') === 'listitem');
      if (onRow) break;
      if (onList) await elina.page.keyboard.press('ArrowDown');
      check(i < 39, 'Tab and the arrows never came to the conversation');
    }
    await elina.page.keyboard.press('Enter');
    await elina.page.getByRole('heading', {name: kGroup}).first().waitFor({timeout: seconds(10)});
    for (let i = 0; i < 40 && !await elina.composer().evaluate((element) => element === document.activeElement); ++i) {
      await elina.page.keyboard.press('Tab');
    }
    await elina.page.keyboard.type('Ilman hiirtä.');
    await elina.page.keyboard.press('Enter');
    await mikael.sees('Ilman hiirtä.');
  });

  suite.test('nothing is drawn while nothing happens', async () => {
    await Promise.all(everyone.map((person) => person.page.evaluate(() => document.activeElement?.blur())));
    // A notice goes by itself, which is something that happens.
    await Promise.all(everyone.map((person) => person.noticesGone()));
    await sleep(seconds(2));
    const before = await Promise.all(everyone.map((person) => person.frames()));
    await sleep(kIdle);
    const after = await Promise.all(everyone.map((person) => person.frames()));
    const drawn = after.map((frames, i) => frames - before[i]);
    equal(drawn, [0, 0, 0, 0, 0]);
  }, seconds(40));

  suite.test('a wrong passphrase gets one clear sentence, the right one opens the history', async () => {
    await mikael.reload();
    await mikael.unlock('this is not the one at all');
    await mikael.reads(/did not open the seal/);
    await mikael.unlock();
    await mikael.isOpen();
    await mikael.openConversation(elina.name);
    await mikael.seesInOrder(['Vain sinulle.', 'Luettu.']);
  }, seconds(120));

  suite.test('a second tab says where the seal is open, takes over when asked, and hands back', async () => {
    const first = mikael.page;
    const second = await mikael.context.newPage();
    await second.goto(relay.origin);
    mikael.page = second;
    await mikael.reads('Sinetti is open in another tab');
    await mikael.press('Open here');
    await mikael.unlock();
    await mikael.isOpen();
    mikael.page = first;
    await mikael.reads('Sinetti is open in another tab');
    await mikael.press('Open here');
    await mikael.unlock();
    await mikael.isOpen();
    await second.close();
    await mikael.openConversation(kGroup);
    await mikael.send('Takaisin ensimmäisessä välilehdessä.');
    await elina.sees('Takaisin ensimmäisessä välilehdessä.');
  }, seconds(150));

  suite.test('a lost graphics context comes back by itself', async () => {
    const before = await distinctColours(elina.page);
    await elina.page.evaluate(() => new Promise((resolve) => {
      const canvas = document.getElementById('canvas');
      const extension = canvas.getContext('webgl2').getExtension('WEBGL_lose_context');
      canvas.addEventListener('webglcontextrestored', () => setTimeout(resolve, 1000));
      canvas.addEventListener('webglcontextlost', () => setTimeout(() => extension.restoreContext(), 300));
      extension.loseContext();
    }));
    const after = await distinctColours(elina.page);
    check(before > 30 && after > before / 2, `${before} colours before, ${after} after`);
  });

  suite.test('relay down: the page opens from the service worker, history reads, and messages wait; back up: they go out once and in order', async () => {
    await mikael.page.evaluate(async () => (await navigator.serviceWorker.ready).active.state);
    await eventually('the release is cached', () => mikael.page.evaluate(() => navigator.serviceWorker.controller !== null));
    watch.relayDown = true;
    await relay.stop();
    await mikael.reload();
    await mikael.unlock();
    await mikael.isOpen();
    await mikael.openConversation(kGroup);
    await mikael.sees('Takaisin ensimmäisessä välilehdessä.');
    await mikael.reads(/No connection/);
    const waiting = ['Odottava yksi.', 'Odottava kaksi.', 'Odottava kolme.'];
    for (const text of waiting) await mikael.send(text);
    await mikael.seesInOrder(waiting);
    check((await mikael.article(waiting[0]).first().getAttribute('aria-label')).includes('waiting to leave'), 'a message does not say that it waits');
    await elina.openConversation(kGroup);
    await elina.send('Tämäkin odottaa.');
    await relay.start();
    await Promise.all([elina, li].map(async (person) => {
      await person.openConversation(kGroup);
      await person.seesInOrder(waiting, seconds(60));
      await person.sees('Tämäkin odottaa.', seconds(60));
    }));
    await eventually('they are sent', async () => (await mikael.article(waiting[2]).first().getAttribute('aria-label')).includes('sent'), {timeout: seconds(60)});
    watch.relayDown = false;
  }, seconds(240));

  suite.test('the relay is killed and started again: nothing is lost', async () => {
    watch.relayDown = true;
    await li.send('Ennen katkosta.');
    await elina.sees('Ennen katkosta.');
    await relay.stop('SIGKILL');
    await relay.start();
    await li.send('Katkoksen jälkeen.');
    await Promise.all([elina, mikael].map(async (person) => {
      await person.openConversation(kGroup);
      await person.seesInOrder(['Ennen katkosta.', 'Katkoksen jälkeen.'], seconds(60));
    }));
    watch.relayDown = false;
  }, seconds(150));

  suite.test('somebody who is removed cannot read on', async () => {
    await oskar.openConversation(kGroup);
    await elina.removeMember(kGroup, oskar.name);
    await elina.reads(new RegExp(`${oskar.name} was removed from the group`));
    await oskar.reads(/You were removed from/, seconds(30));
    await elina.send('Tätä Oskar ei näe.');
    await li.openConversation(kGroup);
    await li.sees('Tätä Oskar ei näe.', seconds(30));
    await sleep(seconds(2));
    equal(await oskar.article('Tätä Oskar ei näe.').count(), 0);
    equal(await oskar.composer().count(), 0, 'a removed member still has a composer');
    check((await oskar.messages()).includes('Kahvi on jo keitetty.') || await oskar.article('Katkoksen jälkeen.').count() > 0, 'the history is gone');
  }, seconds(120));

  suite.test('a used link and a mangled one get one clear sentence each', async () => {
    const visitor = await Person.create(browser, {name: 'Vieras', watch});
    everyone.push(visitor);
    await visitor.open(usedLink.slice(0, -9));
    await visitor.reads(/The link is incomplete/);
    await visitor.open('about:blank');
    await visitor.open(usedLink);
    await visitor.reads(/already been used/, seconds(60));
  }, seconds(120));

  suite.test('no request left the origin and the console stayed free of errors', async () => {
    check(watch.requests > 100, `only ${watch.requests} requests were seen: the watch does not work`);
    equal(watch.foreign, [], 'requests to other origins');
    equal(watch.errors, [], 'console errors');
  });

  return suite;
}
