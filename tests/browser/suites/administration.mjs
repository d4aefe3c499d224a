// Administration: the founder makes an administrator, who invites many people from a file and removes one with a key of their own;
// then the founder takes it back. An administrator adds a board, and conversations live on it; they close it, and open it again. The founder puts the organisation's key on paper, and two sheets of it make somebody else its holder.

import {readFile} from 'node:fs/promises';
import {join} from 'node:path';

import {accessibleFaults} from '../support/accessibility.mjs';
import {check, equal, eventually, seconds, sleep, Suite} from '../support/harness.mjs';
import {Person} from '../support/person.mjs';
import {Relay} from '../support/relay.mjs';

const kNames = ['Elina Aalto', 'Mikael Strand'];
const kList = '\uFEFFNimi;Rooli\r\nLi Wikström;jäsen\r\nMikael Strand;\r\nÅsa Öhman;\r\n"Laine, Liisa";kuningatar\r\n';
const kLanguages = [
  {own: 'Suomi', settings: 'Asetukset', people: 'Ihmiset', manage: /laitteet ja poistaminen/, many: 'Monta kerralla', list: 'Nimiluettelo', check: 'Tarkista luettelo'},
  {own: 'Svenska', settings: 'Inställningar', people: 'Personer', manage: /enheter och borttagning/, many: 'Flera på en gång', list: 'Namnlista', check: 'Granska listan'},
];
const kStill = 700;   // ms until whatever moves has come to rest
const kShapes = [['wide', 1280, 800], ['phone', 390, 844], ['zoom-200', 720, 450]];

export function administration(browser, {program, app, screenshots}) {
  const suite = new Suite('administration', {scenario: true});
  const everyone = [];
  const links = new Map();
  const sheets = [];   // the founder's, nine lines each
  let relay;
  let elina;
  let mikael;
  let li;

  suite.cleanup(async () => {
    await Promise.all(everyone.map((person) => person.close().catch(() => {})));
    await relay?.remove();
  });
  suite.photographFailures(() => everyone);

  // What is open, on every kind of screen, light and dark.
  async function photograph({page}, name) {
    if (!screenshots) return;
    const usual = page.viewportSize();
    for (const [shape, width, height] of kShapes) {
      await page.setViewportSize({width, height});
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({colorScheme});
        await sleep(kStill);
        await page.screenshot({path: join(screenshots, `administration-${name}-${shape}-${colorScheme}.png`)});
      }
    }
    await page.setViewportSize(usual);
    await page.emulateMedia({colorScheme: 'light'});
    await sleep(kStill);
  }

  // Below what is in sight: the keyboard brings it there.
  async function pressFarDown(person, name, photo) {
    const {page} = person;
    await page.keyboard.press('Tab');
    await person.button(name).focus();
    if (photo) await photograph(person, photo);
    await person.button(name).focus();
    await page.keyboard.press('Enter');
    await person.dialog().waitFor({timeout: seconds(20)});
  }

  // In the dialog, perhaps below what is in sight.
  async function chooseFarDown(person, name) {
    await person.page.keyboard.press('Tab');
    await person.dialog().getByRole('radio', {name, exact: true}).focus();
    await person.page.keyboard.press(' ');
    await eventually(`${name} is chosen`, async () => await person.dialog().getByRole('radio', {name, exact: true}).getAttribute('aria-checked') === 'true');
  }
  async function pressIn(person, name) {
    await person.button(name, person.dialog()).focus();
    await person.page.keyboard.press('Enter');
    await person.dialog().waitFor({state: 'detached', timeout: seconds(20)});
  }

  suite.test('the founder makes somebody an administrator, who is told and sees what they may do now', async () => {
    relay = await Relay.create({program, app});
    await relay.start();
    for (const name of kNames) everyone.push(await Person.create(browser, {name}));
    [elina, mikael] = everyone;
    await elina.found(relay.administratorLink, 'Valtioneuvosto');
    await mikael.enrol(await elina.invite(mikael.name));
    await mikael.go('People');
    equal(await mikael.button('Invite').count(), 0);
    await elina.seesInDirectory([mikael.name]);
    await elina.press(`${mikael.name}: devices and removal`);
    await elina.reads('Role: Member');
    await photograph(elina, 'manage');
    await elina.press('Make an administrator', elina.dialog());
    await elina.page.getByRole('heading', {name: `Make ${mikael.name} an administrator?`}).waitFor({timeout: seconds(20)});
    await elina.press('Make an administrator', elina.dialog());
    await elina.reads(`${mikael.name} is an administrator now.`);
    await mikael.reads(/You are an administrator now/, seconds(40));
    await mikael.button('Invite').waitFor({timeout: seconds(20)});
    equal(await mikael.page.getByRole('button', {name: `${elina.name}: devices and removal`}).count(), 0);
  }, seconds(180));

  suite.test('an administrator chooses a file, sees each bad line named, and saves the links', async () => {
    await mikael.press('Invite many');
    await photograph(mikael, 'list');
    equal((await accessibleFaults(mikael.page)).join('; '), '');
    const chosen = mikael.page.waitForEvent('filechooser', {timeout: seconds(20)});
    await mikael.press('Choose a file', mikael.dialog());
    await (await chosen).setFiles({name: 'kutsuttavat.csv', mimeType: 'text/csv', buffer: Buffer.from(kList)});
    await mikael.reads('2 people will be invited');
    await mikael.reads(/Line 3: Mikael Strand\. Somebody of this name is already in the organisation/);
    await mikael.reads(/Line 5: Laine, Liisa\. The role is unknown/);
    await photograph(mikael, 'preview');
    await mikael.press('Create 2 invitations', mikael.dialog());
    await mikael.page.getByRole('heading', {name: 'The invitations are ready'}).waitFor({timeout: seconds(20)});
    await photograph(mikael, 'links');
    check(!(await mikael.page.content()).includes('#i='), 'a link stands in the page');
    const download = mikael.page.waitForEvent('download', {timeout: seconds(20)});
    await mikael.press('Save as CSV', mikael.dialog());
    const file = await download;
    equal(file.suggestedFilename(), 'sinetti-invitations.csv');
    const saved = await readFile(await file.path(), 'utf8');
    for (const [, name, link] of saved.matchAll(/^\uFEFF?"(.*)","(.*)"\r$/gm)) links.set(name, link);
    equal([...links.keys()].join(', '), 'Li Wikström, Åsa Öhman');
    await mikael.page.evaluate(() => navigator.clipboard.writeText(''));
    await mikael.press('Copy the link of Li Wikström', mikael.dialog());
    await eventually('the same link is on the clipboard', async () => await mikael.page.evaluate(() => navigator.clipboard.readText()) === links.get('Li Wikström'));
    await mikael.press('Done', mikael.dialog());
  }, seconds(120));

  suite.test('what is pasted is read as a file is', async () => {
    await mikael.press('Invite many');
    await mikael.type('List of people', 'Kaj Ek\nli wikström', mikael.dialog());
    await mikael.press('Check the list', mikael.dialog());
    await mikael.reads('One person will be invited');
    await mikael.reads(/Line 2: li wikström\. This person already has an open invitation/);
    await mikael.closeDialog();
  }, seconds(60));

  suite.test('an administrator adds a board; where there are several, a conversation is on the one that was chosen, and its details say how it is protected', async () => {
    await mikael.go('Settings');
    await mikael.reads('No administrator has signed this yet: it is as the relay says.');
    await pressFarDown(mikael, 'Add board', 'boards');
    await photograph(mikael, 'board');
    equal((await accessibleFaults(mikael.page)).join('; '), '');
    await mikael.press('Add board', mikael.dialog());
    await mikael.reads('Fill this in.');
    await mikael.type('Name of the board', 'Drafting', mikael.dialog());
    await chooseFarDown(mikael, 'Classical');
    await mikael.reads('A future quantum computer could open a recording of what is said.');
    await chooseFarDown(mikael, '7 days');
    await photograph(mikael, 'board-filled');
    await pressIn(mikael, 'Add board');
    await mikael.reads('The board Drafting was added.', seconds(40));
    await mikael.reads('Prompt · Classical · kept for 7 days');

    await elina.createGroup('By the usual way', [mikael.name], {board: 'Board 1'});
    await elina.createGroup('On the new board', [mikael.name], {board: 'Drafting'});
    await elina.send('Here it is.');
    for (const [person, title, words] of [
      [elina, 'On the new board', 'This conversation uses classical encryption: a future quantum computer could open a recording.'],
      [elina, 'By the usual way', 'Not even a quantum computer opens a recording of what is said here.'],
      [mikael, 'On the new board', 'This conversation uses classical encryption: a future quantum computer could open a recording.'],
    ]) {
      await person.go('Chats');
      await person.openConversation(title);
      if (await person.button('Show details').count() > 0) await person.press('Show details');
      await person.reads(words, seconds(40));
    }
    await mikael.reads('Here it is.', seconds(40));

    await elina.go('Settings');
    await pressFarDown(elina, 'Change Drafting');
    await chooseFarDown(elina, 'Post-quantum');
    await pressIn(elina, 'Save');
    await elina.reads('The board Drafting was changed.', seconds(40));
    await mikael.go('Settings');
    await mikael.reads('Prompt · Post-quantum · kept for 7 days', seconds(40));
    await photograph(mikael, 'boards-two');
    await mikael.createGroup('After the change', [elina.name], {board: 'Drafting'});
    if (await mikael.button('Show details').count() > 0) await mikael.press('Show details');
    await mikael.reads('Not even a quantum computer opens a recording of what is said here.', seconds(40));
  }, seconds(240));

  suite.test('a closed board: its conversations are read and not written in, a new one goes on with the same people, and it is opened again', async () => {
    const closing = async (photo) => {
      await pressFarDown(mikael, 'Change Drafting');
      if (photo) await photograph(mikael, 'board-to-close');
      await mikael.button('Close board', mikael.dialog()).focus();
      await mikael.page.keyboard.press('Enter');
      await mikael.reads('Nobody can write on this board any more.');
      if (photo) await photograph(mikael, 'close-board');
      equal((await accessibleFaults(mikael.page)).join('; '), '');
      await pressIn(mikael, 'Close board');
    };
    await mikael.go('Settings');
    await closing();
    await mikael.reads('Drafting is the last open board that administrators have signed', seconds(40));
    await pressFarDown(mikael, 'Change Board 1');
    await mikael.type('Name of the board', 'Everybody', mikael.dialog());
    await pressIn(mikael, 'Save');
    await mikael.reads('The board Everybody was changed.', seconds(40));
    await closing(true);
    await mikael.reads('The board Drafting was closed.', seconds(40));
    await mikael.reads('Closed: its conversations can be read, and nothing is written in them.');
    await mikael.noticesGone();
    await mikael.button('Change Drafting').focus();
    await photograph(mikael, 'boards-closed');

    await elina.go('Chats');
    await elina.openConversation('After the change');
    await elina.reads('An administrator has closed the board of this conversation.', seconds(40));
    equal(await elina.composer().count(), 0);
    await elina.noticesGone();
    await photograph(elina, 'closed-conversation');
    equal((await accessibleFaults(elina.page)).join('; '), '');
    await elina.press('Go on in a new conversation');
    equal(await elina.dialog().getByRole('checkbox', {name: mikael.name}).getAttribute('aria-checked'), 'true');
    equal(await elina.dialog().getByRole('textbox', {name: 'Name of the group'}).inputValue(), 'After the change');
    equal(await elina.dialog().getByRole('radio', {name: 'Drafting'}).count(), 0);
    await photograph(elina, 'go-on');
    await elina.type('Name of the group', 'Elsewhere', elina.dialog());
    await elina.press('Create group', elina.dialog());
    await elina.page.getByRole('heading', {name: 'Elsewhere'}).first().waitFor({timeout: seconds(20)});
    await elina.send('We go on here.');
    await mikael.openConversation('Elsewhere');
    await mikael.sees('We go on here.');

    await elina.openConversation('After the change');
    await mikael.go('Settings');
    await pressFarDown(mikael, 'Change Drafting');
    await photograph(mikael, 'board-closed');
    await pressIn(mikael, 'Open again');
    await mikael.reads('The board Drafting was opened again.', seconds(40));
    await elina.composer().waitFor({timeout: seconds(40)});
    await elina.send('And here again.');
    await mikael.openConversation('After the change');
    await mikael.sees('And here again.');
  }, seconds(300));

  suite.test('who comes with such a link is a member like any other, and the administrator removes them', async () => {
    li = await Person.create(browser, {name: 'Li Wikström'});
    everyone.push(li);
    await li.enrol(links.get(li.name));
    await elina.seesInDirectory([li.name]);
    await mikael.seesInDirectory([li.name]);
    await mikael.press(`${li.name}: devices and removal`);
    equal(await mikael.button('Make an administrator', mikael.dialog()).count(), 0);
    await mikael.press('Remove from the organisation', mikael.dialog());
    await mikael.press('Remove', mikael.dialog());
    await li.page.getByRole('dialog').getByRole('heading', {name: 'This device was signed out'}).waitFor({timeout: seconds(60)});
    await eventually('she is gone for the founder too', async () => !(await elina.directory()).includes(li.name), {timeout: seconds(20)});
  }, seconds(180));

  suite.test('when the founder takes it back, the buttons go and unused links open nothing', async () => {
    await elina.go('People');
    await elina.press(`${mikael.name}: devices and removal`);
    await elina.press('Make a member again', elina.dialog());
    await photograph(elina, 'question');
    await elina.press('Make a member again', elina.dialog());
    await mikael.reads(/You are not an administrator any more/, seconds(40));
    await eventually('there is nothing to invite with', async () => await mikael.button('Invite').count() === 0, {timeout: seconds(20)});
    const visitor = await Person.create(browser, {name: 'Åsa Öhman'});
    everyone.push(visitor);
    await visitor.open(links.get(visitor.name));
    await visitor.reads(/This invitation has been withdrawn/, seconds(40));
  }, seconds(120));

  suite.test('the founder gets three sheets after the passphrase, prints one, and nothing of them stays in the page', async () => {
    const {page} = elina;
    await elina.go('Settings');
    await pressFarDown(elina, "Back up the organisation's key", 'root-settings');
    await elina.type('Passphrase', 'something else entirely', elina.dialog());
    await elina.press('Show the sheets', elina.dialog());
    await elina.reads(/passphrase did not open/i, seconds(40));
    await elina.type('Passphrase', elina.passphrase, elina.dialog());
    await elina.press('Show the sheets', elina.dialog());
    await page.evaluate(() => { globalThis.print = () => { globalThis.onPaper = document.getElementById('sheet').textContent; }; });
    for (let number = 1; number <= 3; number++) {
      await page.getByRole('heading', {name: `Sheet ${number} of 3`}).waitFor({timeout: seconds(40)});
      const sheet = page.getByRole('group', {name: `Sheet ${number} of 3 of the organisation's key`});
      await sheet.waitFor({timeout: seconds(20)});
      const lines = [...(await sheet.innerText()).matchAll(/([0-9]): ((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})/g)];
      equal(lines.map(([, row]) => row).join(''), '123456789');
      sheets.push(lines.map(([, , words]) => words));
      if (number === 1) equal((await accessibleFaults(page)).join('; '), '');
      if (number === 2) {
        await photograph(elina, 'root-sheet');
        await elina.press('Print', elina.dialog());
        await eventually('it is printed', async () => (await page.evaluate(() => globalThis.onPaper ?? '')).includes(sheets[1].map((words, row) => `${row + 1}: ${words}`).join('\n')));
        check(!(await page.evaluate(() => globalThis.onPaper)).includes(sheets[0][0]), 'two sheets stand on one paper');
        await page.evaluate(() => { dispatchEvent(new Event('afterprint')); delete globalThis.onPaper; });
      }
      await elina.press(number < 3 ? 'Next sheet' : 'Done', elina.dialog());
    }
    await elina.reads(/Put on paper from this device on/);
    const content = await page.content();
    check(!sheets.flat().some((words) => content.includes(words)), 'a line of a sheet stands in the page');
  }, seconds(180));

  suite.test('two of them, typed with a slip, the same twice, and then rightly, make somebody else a holder of the key', async () => {
    const {page} = mikael;
    const field = () => mikael.dialog().getByRole('textbox', {name: 'The nine lines of the sheet'});
    await mikael.go('Settings');
    await pressFarDown(mikael, "Restore the organisation's key");
    const slip = sheets[2].map((words, row) => row === 4 ? words.replace(/.$/, (last) => last === '7' ? '8' : '7') : words);
    await field().fill(slip.join('\n').toLowerCase());
    await photograph(mikael, 'root-typed');
    await mikael.press('Continue', mikael.dialog());
    await mikael.reads(/There is a typing mistake in line 5/);
    await photograph(mikael, 'root-slip');
    equal((await accessibleFaults(page)).join('; '), '');
    equal(await field().inputValue(), slip.join('\n').toLowerCase());   // to be mended
    await field().fill(sheets[2].join('\n').toLowerCase());
    await mikael.press('Continue', mikael.dialog());
    await mikael.reads('Sheet 3 is right. Now type another one.');
    await field().fill(sheets[2].join(' '));
    await mikael.press('Restore', mikael.dialog());
    await mikael.reads(/This is the same sheet as before/);
    await field().fill(sheets[0].join('\n'));
    await mikael.press('Restore', mikael.dialog());
    await mikael.reads(/You hold the organisation's key now/, seconds(60));
    await mikael.button("Back up the organisation's key").waitFor({timeout: seconds(20)});
    const content = await page.content();
    check(!sheets.flat().some((words) => content.includes(words)), 'a line of a sheet stands in the page');
    await mikael.go('People');
    await mikael.button(`${elina.name}: devices and removal`).waitFor({timeout: seconds(20)});
    await mikael.reload();
    await mikael.unlock();
    await mikael.go('People');
    await mikael.button(`${elina.name}: devices and removal`).waitFor({timeout: seconds(60)});
  }, seconds(180));

  suite.test('the dialogs in the other two languages', async () => {
    const {page} = elina;
    const press = (name) => page.getByRole('button', {name}).first().click({timeout: seconds(20)});
    let settings = 'Settings';
    for (const words of kLanguages) {
      await press(settings);
      settings = words.settings;
      await page.keyboard.press('Tab');
      await page.getByRole('radio', {name: words.own}).focus();   // it may be out of sight
      await page.getByRole('radio', {name: words.own}).click({timeout: seconds(20)});
      await press(words.people);
      await press(words.manage);
      await photograph(elina, `manage-${words.own}`);
      await elina.closeDialog();
      await press(words.many);
      await page.getByRole('textbox', {name: words.list}).fill('Aino Aalto\nMikael Strand\nKaj;x\nÅsa Ö\n', {timeout: seconds(20)});
      await press(words.check);
      await photograph(elina, `preview-${words.own}`);
      await elina.closeDialog();
    }
  }, seconds(120));

  return suite;
}
