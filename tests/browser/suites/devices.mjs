// Administration of people and devices: an administrator removes a person, everywhere and at once. And a device whose store was put back.

import {accessibleFaults} from '../support/accessibility.mjs';
import {check, equal, eventually, seconds, Suite} from '../support/harness.mjs';
import {Person} from '../support/person.mjs';
import {photographShapes} from '../support/pictures.mjs';
import {Relay} from '../support/relay.mjs';

const kNames = ['Elina Aalto', 'Mikael Strand', 'Li Wikström'];
const kGroup = 'Valmisteluryhmä';
const kCopied = 'Talousryhmä';
const kOlderCopy = 'This is an older copy of this device';

// In a page of the app's origin that is not the app: keep what the app has stored, and put it back.
const storeAs = (act) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('sinetti');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const database = opening.result;
    const transaction = database.transaction('records', act === 'keep' ? 'readonly' : 'readwrite', {durability: 'strict'});
    const records = transaction.objectStore('records');
    if (act === 'keep') {
      const keys = records.getAllKeys(), values = records.getAll();
      transaction.oncomplete = () => {
        database.close();
        globalThis.kept = keys.result.map((key, i) => [key, values.result[i]]);
        resolve(globalThis.kept.length);
      };
    } else {
      records.clear();
      for (const [key, value] of globalThis.kept) records.put(value, key);
      transaction.oncomplete = () => {
        database.close();
        resolve(globalThis.kept.length);
      };
    }
    transaction.onabort = () => reject(transaction.error);
  };
});

export function devices(browser, {program, app, screenshots}) {
  const suite = new Suite('devices', {scenario: true});
  let relay;
  let elina;
  let mikael;
  let li;
  const everyone = [];

  suite.cleanup(async () => {
    await Promise.all(everyone.map((person) => person.close().catch(() => {})));
    await relay?.remove();
  });
  suite.photographFailures(() => everyone);

  suite.test('three people, and a group the administrator is not in', async () => {
    relay = await Relay.create({program, app});
    await relay.start();
    for (const name of kNames) everyone.push(await Person.create(browser, {name}));
    [elina, mikael, li] = everyone;
    await elina.found(relay.administratorLink, 'Valtioneuvosto');
    await mikael.enrol(await elina.invite(mikael.name));
    await li.enrol(await elina.invite(li.name));
    await mikael.seesInDirectory([elina.name, li.name]);
    await mikael.createGroup(kGroup, [li.name]);
    await li.openConversation(kGroup);
    await mikael.send('Ennen poistoa.');
    await li.sees('Ennen poistoa.');
  }, seconds(180));

  suite.test('the settings list this device, and offer no way to sign out of it from a list', async () => {
    await li.go('Settings');
    const list = li.page.getByRole('list', {name: 'Devices'});
    await list.getByRole('listitem').first().waitFor({timeout: seconds(20)});
    equal(await list.getByRole('listitem').count(), 1);
    await li.reads(/The first device · this device/);
    equal(await list.getByRole('button').count(), 0);
    if (screenshots) await li.page.screenshot({path: `${screenshots}/devices-settings.png`});
    await li.openConversation(kGroup);
  });

  suite.test('only an administrator can manage people', async () => {
    await mikael.go('People');
    equal(await mikael.page.getByRole('button', {name: /devices and removal/}).count(), 0);
    await elina.go('People');
    await elina.press(`${li.name}: devices and removal`);
    const dialog = elina.dialog();
    await dialog.getByRole('list', {name: 'Devices'}).waitFor({timeout: seconds(20)});
    equal(await dialog.getByRole('button', {name: /^Sign out: /}).count(), 1);
    if (screenshots) await elina.page.screenshot({path: `${screenshots}/devices-manage.png`});
    await elina.closeDialog();
  });

  suite.test('a person who is removed is out of every group, and the timeline says so in plain words', async () => {
    await elina.press(`${li.name}: devices and removal`);
    await elina.press('Remove from the organisation', elina.dialog());
    if (screenshots) await elina.page.screenshot({path: `${screenshots}/devices-remove.png`});
    await elina.press('Remove', elina.dialog());
    await mikael.openConversation(kGroup);
    await mikael.reads(/Li Wikström was removed from the organisation by an administrator/, seconds(60));
    await mikael.send('Poiston jälkeen.');
    if (screenshots) await mikael.page.screenshot({path: `${screenshots}/devices-timeline.png`});
    await eventually('nobody can write to her any more', async () => !(await mikael.directory()).includes(li.name), {timeout: seconds(20)});
  }, seconds(120));

  suite.test('her own device says so, shows nothing of what came after, and erases itself when asked', async () => {
    await li.page.getByRole('dialog').getByRole('heading', {name: 'This device was signed out'}).waitFor({timeout: seconds(40)});
    if (screenshots) await li.page.screenshot({path: `${screenshots}/devices-revoked.png`});
    equal(await li.article('Poiston jälkeen.').count(), 0);
    await li.reload();
    await li.unlock();
    await li.page.getByRole('dialog').getByRole('heading', {name: 'This device was signed out'}).waitFor({timeout: seconds(60)});
    await li.press('Erase everything', li.dialog());
    await eventually('nothing is left', async () => (await li.page.evaluate(async () => {
      const databases = await indexedDB.databases();
      let records = 0;
      for (const {name} of databases) {
        const database = await new Promise((resolve, reject) => {
          const request = indexedDB.open(name);
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
        for (const store of database.objectStoreNames)
          records += await new Promise((resolve, reject) => {
            const request = database.transaction(store).objectStore(store).count();
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
        database.close();
      }
      return records;
    })) === 0, {timeout: seconds(20)});
    await eventually('the app is closed', async () => await li.page.getByRole('button', {name: 'New conversation', exact: true}).count() === 0);
  }, seconds(120));

  suite.test('an older copy of a store that is put back says what it is and sends nothing; erased and signed in anew, its person goes on', async () => {
    const heading = (person) => person.page.getByRole('dialog').getByRole('heading', {name: kOlderCopy});
    await mikael.createGroup(kCopied, [elina.name]);
    await mikael.send('Ennen kopiota.');
    await elina.openConversation(kCopied);
    await elina.sees('Ennen kopiota.');
    const shelf = await mikael.context.newPage();
    await shelf.goto(`${relay.origin}/release.json`);
    check(await shelf.evaluate(storeAs, 'keep') > 0, 'nothing was stored');
    await mikael.send('Kopion jälkeen.');
    await elina.sees('Kopion jälkeen.');
    await mikael.page.goto('about:blank');
    await shelf.evaluate(storeAs, 'put back');
    await mikael.open(relay.origin);
    await mikael.unlock();
    await heading(mikael).waitFor({timeout: seconds(60)});
    equal(await accessibleFaults(mikael.page), []);
    await photographShapes(mikael.page, screenshots, 'older-copy');
    await mikael.press('Cancel', mikael.dialog());
    await mikael.openConversation(kCopied);
    await mikael.reads('This is an older copy of what is stored for this device.');
    await mikael.sees('Ennen kopiota.');
    equal(await mikael.article('Kopion jälkeen.').count(), 0);
    await mikael.send('Kopiosta.');
    await mikael.reload();
    await mikael.unlock();
    await heading(mikael).waitFor({timeout: seconds(60)});
    await mikael.press('Erase everything', mikael.dialog());
    await mikael.button('Sign in').waitFor({timeout: seconds(40)});
    await mikael.signIn(relay.origin);
    await mikael.isOpen();
    await mikael.openConversation(kCopied);
    await mikael.reads('You were added to the group', seconds(60));
    await mikael.send('Uudelta laitteelta.');
    await elina.sees('Uudelta laitteelta.');
    equal(await elina.article('Kopiosta.').count(), 0);
    await shelf.close();
  }, seconds(240));

  return suite;
}
