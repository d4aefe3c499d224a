// Pictures of the app to hold against the design, in Finnish: every screen, wide and narrow, light and dark, at 200 % zoom and
// in high contrast. People of their own talk in them, so that they show what an ordinary day looks like.

import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

import {check, eventually, seconds, sleep, Suite} from '../support/harness.mjs';
import {Person} from '../support/person.mjs';
import {distinctColours} from '../support/pictures.mjs';
import {Relay} from '../support/relay.mjs';

const kShapes = [
  {name: 'wide', width: 1440, height: 900},
  {name: 'phone', width: 390, height: 844},
  {name: 'narrow', width: 360, height: 740},
  {name: 'zoom-200', width: 720, height: 450},   // what is left of 1440 × 900
];
const kDensity = 2;
const kStill = 700;            // ms until whatever moves has come to rest
const kColoursMin = 60;        // of a screen with something on it; an empty canvas has a handful

// For the README; everything else is only for a look.
const kPublished = new Map([['conversation-wide-light', 'conversation.png'], ['conversation-wide-dark', 'conversation-dark.png'],
                            ['conversation-phone-light', 'phone.png']]);

const kGroup = 'Hallitusviisikko';
const kNames = ['Elina Vuorela', 'Li Ahlfors', 'Maaria Oksala', 'Annukka Vesterinen', 'Johannes Hjelt'];
const kTalk = [
  ['Elina', 'Huomenta kaikille. Iltakoulu siirtyy keskiviikkoon, sopiiko kello 18?'],
  ['Li', 'Passar bra för mig. Var träffas vi?'],
  ['Elina', 'Kesärannassa. Pidetään palaveri silti sisällä, laituri on jäässä.'],
  ['Maaria', 'Sopii. Tuon tilannekuvan päivitettynä, se valmistuu iltapäivällä.'],
  ['Maaria', 'Liitän mukaan myös eilisen harjoituksen havainnot.'],
  ['Annukka', 'Olen junassa kuuteen asti, tulen suoraan asemalta.'],
  ['Elina', 'Hyvä. Aloitetaan ilman kiirettä ☕'],
  ['Johannes', 'Lakiesityksen sivut 4–9 kannattaa lukea etukäteen. Muutokset ovat pieniä, mutta perustelut menivät uusiksi.'],
  ['Li', 'Tack, jag läser dem i kväll. 👍🏽'],
];

export function look(browser, {program, app, screenshots, pictures}) {
  const suite = new Suite('look', {scenario: true});
  const people = [];
  let relay;
  let elina;
  const person = (first) => people.find(({name}) => name.startsWith(first));

  suite.cleanup(async () => {
    await Promise.all(people.map((one) => one.close().catch(() => {})));
    await relay?.remove();
  });

  async function take(page, name) {
    await sleep(kStill);
    const picture = await page.screenshot({path: join(screenshots, `${name}.png`)});
    check(await distinctColours(page, picture) > kColoursMin, `${name} shows next to nothing`);
    if (pictures && kPublished.has(name)) await writeFile(join(pictures, kPublished.get(name)), picture);
  }

  async function takeAll(page, name, shapes = kShapes, schemes = ['light', 'dark']) {
    const usual = page.viewportSize();
    for (const {name: shape, width, height} of kShapes.filter((one) => shapes.includes(one) || shapes.includes(one.name))) {
      await page.setViewportSize({width, height});
      for (const colorScheme of schemes) {
        await page.emulateMedia({colorScheme});
        await take(page, `${name}-${shape}-${colorScheme}`);
      }
    }
    await page.setViewportSize(usual);
    await page.emulateMedia({colorScheme: 'light'});
  }

  const create = (name, context) => Person.create(browser, {name, context});
  const sharp = {deviceScaleFactor: kDensity};   // those who are photographed
  const choose = (page, role, name) => page.getByRole(role, {name, exact: true}).first().click({timeout: seconds(10)});

  suite.test('the way in: welcome, name, passphrase, an empty house', async () => {
    await mkdir(screenshots, {recursive: true});
    if (pictures) await mkdir(pictures, {recursive: true});
    relay = await Relay.create({program, app});
    await relay.start();
    elina = await create(kNames[0], sharp);
    people.push(elina);
    await elina.found(relay.administratorLink, 'Valtioneuvosto');
    await takeAll(elina.page, 'empty', ['wide', 'phone']);

    const links = [];
    for (const name of kNames.slice(1)) links.push(await elina.invite(name));
    for (const name of kNames.slice(1)) people.push(await create(name));
    const visitor = await create('Vieras', {...sharp, locale: 'fi-FI', viewport: kShapes[1]});
    const {page} = visitor;
    await visitor.open(links[0]);
    await page.getByRole('button', {name: 'Ota kutsu vastaan', exact: true}).waitFor();
    await takeAll(page, 'welcome', ['wide', 'phone', 'zoom-200']);
    await choose(page, 'button', 'Ota kutsu vastaan');
    await page.getByRole('textbox', {name: 'Oma nimesi', exact: true}).waitFor();
    await takeAll(page, 'name', ['phone'], ['light']);
    await choose(page, 'button', 'Jatka');
    await page.getByRole('textbox', {name: 'Tunnuslause', exact: true}).waitFor();
    await choose(page, 'button', 'Takaisin');
    await page.getByRole('textbox', {name: 'Oma nimesi', exact: true}).waitFor();
    await choose(page, 'button', 'Jatka');
    await page.getByRole('textbox', {name: 'Tunnuslause', exact: true}).fill('kuusi lumi takka valo');
    await takeAll(page, 'passphrase', ['wide', 'phone']);
    await visitor.close();

    await Promise.all(people.slice(1).map((one, i) => one.enrol(links[i])));
    await elina.seesInDirectory(kNames.slice(1));
  }, seconds(240));

  suite.test('a conversation on every screen', async () => {
    await elina.createGroup('Budjettiriihi', ['Annukka Vesterinen', 'Maaria Oksala']);
    await elina.createGroup('Nordisk samordning', ['Li Ahlfors']);
    await elina.startDirect('Johannes Hjelt');
    await elina.send('Kiitos, nähdään kolmelta.');
    await person('Johannes').openConversation(elina.name);
    await elina.createGroup(kGroup, kNames.slice(1));
    await Promise.all(people.slice(1).map((one) => one.openConversation(kGroup)));
    for (const [first, text] of kTalk) {
      await person(first).send(text);
      await Promise.all(people.map((reader) => reader.sees(text)));
    }
    for (const name of ['Li Ahlfors', 'Maaria Oksala', 'Annukka Vesterinen']) {
      await elina.press(`Verify ${name}`);
      await elina.press('Everything matches', elina.dialog());
      await elina.dialog().waitFor({state: 'detached'});
    }
    await person('Annukka').openConversation('Budjettiriihi');
    await person('Annukka').send('Taulukko päivitetty, versio 4');
    await person('Li').openConversation('Nordisk samordning');
    await person('Li').send('Tack alla, vi hörs på fredag');
    await eventually('the other conversations have something new', async () => await elina.row(/unread/).count() === 2);
    await elina.go('Settings');
    await choose(elina.page, 'radio', 'Suomi');
    await elina.page.getByRole('navigation', {name: 'Päävalikko'}).getByRole('button', {name: 'Keskustelut'}).click({timeout: seconds(10)});
    await elina.page.getByRole('listitem', {name: kGroup}).first().click({timeout: seconds(10)});
    await eventually('no notice is shown', async () => await elina.page.getByRole('button', {name: 'Sulje ilmoitus'}).count() === 0, {timeout: seconds(30)});
    await takeAll(elina.page, 'conversation');
    await elina.page.emulateMedia({forcedColors: 'active', colorScheme: 'dark'});
    await take(elina.page, 'conversation-high-contrast');
    await elina.page.emulateMedia({forcedColors: null, colorScheme: 'light'});
  }, seconds(240));

  suite.test('the other screens', async () => {
    const {page} = elina;
    const goTo = (tab) => page.getByRole('navigation', {name: 'Päävalikko'}).getByRole('button', {name: tab}).click({timeout: seconds(10)});
    await goTo('Asetukset');
    await takeAll(page, 'settings', ['wide', 'phone']);
    await goTo('Ihmiset');
    await takeAll(page, 'people', ['wide', 'phone']);
    await choose(page, 'button', 'Kutsu');
    await page.getByRole('textbox', {name: 'Nimi', exact: true}).fill('Mikael Strand');
    await choose(page, 'button', 'Luo kutsu');
    await page.getByRole('button', {name: 'Kopioi linkki', exact: true}).waitFor();
    await takeAll(page, 'invite', ['wide', 'phone']);
    await page.keyboard.press('Escape');
    await goTo('Keskustelut');
    await page.setViewportSize(kShapes[1]);
    await page.getByRole('button', {name: 'Takaisin'}).first().click({timeout: seconds(10)}).catch(() => {});
    await takeAll(page, 'list', ['phone']);
    await page.reload();
    await page.getByRole('textbox', {name: /Tunnuslause|Passphrase/}).waitFor({timeout: seconds(30)});
    await takeAll(page, 'unlock', ['wide', 'phone']);
  }, seconds(120));

  return suite;
}
