// Administration of people and devices: an administrator removes a person, everywhere and at once.

import {equal, eventually, seconds, Suite} from '../support/harness.mjs';
import {Person} from '../support/person.mjs';
import {Relay} from '../support/relay.mjs';

const kNames = ['Elina Aalto', 'Mikael Strand', 'Li Wikström'];
const kGroup = 'Valmisteluryhmä';

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

  return suite;
}
