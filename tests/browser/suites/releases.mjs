// A build of the app for one person: two people of one relay, one of whom opens the app from an ingress, and what that ingress serves is
// changed under the number it had. First the modules that look for it, then the two of them.

import {execFileSync} from 'node:child_process';
import {appendFile, cp, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {check, equal, eventually, seconds, Suite} from '../support/harness.mjs';
import {Person} from '../support/person.mjs';
import {freePort, Ingress, Relay} from '../support/relay.mjs';
import {serveFolder} from '../support/static_server.mjs';
import {Watch} from '../support/watch.mjs';

const kRoot = fileURLToPath(new URL('../../..', import.meta.url));
const kManifestScript = join(kRoot, 'scripts/release_manifest');
const kTall = {viewport: {width: 1280, height: 3000}};   // all of the settings in sight
const kAlarm = 'Alarm: another release of this app';

const manifestOf = async (folder) => JSON.parse(await readFile(join(folder, 'release.json'), 'utf8'));

// The same number over other files, as whoever builds for one person would name it.
async function changedBuild(app, change) {
  const folder = await mkdtemp(join(tmpdir(), 'sinetti-app-'));
  await cp(app, folder, {recursive: true, filter: (path) => !path.endsWith('.br') && !path.endsWith('release.json')});
  const {version, name, number} = await manifestOf(app);
  const worker = join(folder, 'service_worker.js');
  await writeFile(worker, (await readFile(worker, 'utf8')).replaceAll(version, '__SINETTI_RELEASE__'));
  await change(folder);
  execFileSync(kManifestScript, [folder, name, String(number)]);
  return folder;
}

export function releases(browser, {program, app, screenshots}) {
  const suite = new Suite('releases', {scenario: true});
  const folders = [];
  const people = [];
  let relay, front, upstream, changed, watch, watchFront, anna, bo;

  suite.cleanup(async () => {
    await Promise.all(people.map((person) => person.close().catch(() => {})));
    await front?.stop().catch(() => {});
    await relay?.remove();
    await Promise.all(folders.map((folder) => rm(folder, {recursive: true, force: true})));
  });
  suite.photographFailures(() => people);

  suite.test('the page and the build hash a release alike; what does not go together is not told at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sinetti-app-'));
    folders.push(folder);
    for (const file of ['service_worker.js', 'releases.js']) await cp(join(kRoot, 'web', file), join(folder, file));
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>a release</title>');
    execFileSync(kManifestScript, [folder, '0.1.0', '20261127181529']);
    equal(execFileSync(kManifestScript, ['--check', folder], {encoding: 'utf8'}).trim(), `0.1.0 20261127181529 ${(await manifestOf(folder)).hash}`);
    const {version, name, number, hash} = await manifestOf(folder);
    const site = await serveFolder(folder);
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(site.origin);
      const told = await page.evaluate(async () => {
        const {Releases} = await import('./releases.js');
        globalThis.told = [];
        await new Releases((releases) => told.push(releases)).start();
        return globalThis.told;
      });
      const here = {name, number, hash};
      equal(told, [{running: {name: '', number: 0, hash: ''}, offered: here}], 'before the service worker has verified it');
      await page.evaluate(() => navigator.serviceWorker.register('service_worker.js'));
      equal(await eventually('it is verified', () => page.evaluate(() => told[1])), {running: here, offered: here});
      // Another service worker under the manifest of before.
      site.made['service_worker.js'] = (await readFile(join(folder, 'service_worker.js'), 'utf8')) + '\n// and more';
      const after = await page.evaluate(async () => {
        const {Releases} = await import('./releases.js');
        const seen = [];
        await new Releases((releases) => seen.push(releases)).start();
        return seen;
      });
      equal(after, [{running: here, offered: {name: '', number: 0, hash: ''}}], 'what does not go together');
      // And whole under its own name.
      const other = await changedBuild(folder, (made) => appendFile(join(made, 'index.html'), '<!-- for one -->'));
      folders.push(other);
      for (const file of ['service_worker.js', 'index.html', 'release.json']) site.made[file] = await readFile(join(other, file), 'utf8');
      const forked = await page.evaluate(async () => {
        const {Releases} = await import('./releases.js');
        const seen = [];
        await new Releases((releases) => seen.push(releases)).start();
        return seen;
      });
      equal(forked, [{running: here, offered: {name, number, hash: (await manifestOf(other)).hash}}]);
      check(forked[0].offered.hash !== hash && (await manifestOf(other)).version !== version, 'another hash');
    } finally {
      await context.close();
      await site.close();
    }
  }, seconds(60));

  const thisApp = (person) => person.page.getByRole('group', {name: 'This app'});
  const digitsOf = async (person) => {
    await person.go('Settings');
    const text = await thisApp(person).getByText(/^\d{5}( \d{5}){11}$/).first().textContent({timeout: seconds(20)});
    return text;
  };
  const isKept = (person) => eventually('the release is kept', () => person.page.evaluate(() => navigator.serviceWorker.controller !== null), {timeout: seconds(30)});
  const comesBack = async (person) => {
    await person.reload();
    await person.unlock();
    await person.isOpen();
  };

  suite.test('two people open the app from two places and talk: both see the same digits, and that the other has the same', async () => {
    relay = await Relay.create({program, app});
    await relay.start();
    upstream = `http://localhost:${relay.port}`;
    front = new Ingress({program, app, port: await freePort()});
    await front.start(upstream);
    watch = new Watch(relay.origin);
    watchFront = new Watch(front.origin);
    anna = await Person.create(browser, {name: 'Anna Berg', watch, context: kTall});
    bo = await Person.create(browser, {name: 'Bo Dahl', watch: watchFront, context: kTall});
    people.push(anna, bo);
    await anna.found(relay.administratorLink, 'Koe');
    await bo.enrol((await anna.invite(bo.name)).replace(relay.origin, front.origin));
    await anna.seesInDirectory([bo.name]);
    await Promise.all([isKept(anna), isKept(bo)]);
    await anna.startDirect(bo.name);
    await anna.send('Hei Bo');
    await bo.openConversation(anna.name);
    await bo.sees('Hei Bo');
    await bo.send('Hei Anna');
    await anna.sees('Hei Anna');
    const digits = await digitsOf(anna);
    equal(await digitsOf(bo), digits, 'digits');
    const {number} = await manifestOf(app);
    for (const person of people) {
      await thisApp(person).getByText(new RegExp(`number ${String(number).slice(0, 8)}-${String(number).slice(8)}$`)).waitFor({timeout: seconds(20)});
      await thisApp(person).getByText('One person in your conversations has said they have the same.').waitFor({timeout: seconds(20)});
    }
  }, seconds(180));

  suite.test('as long as nothing is changed nothing is said, after a reload either', async () => {
    for (const person of people) await comesBack(person);
    await anna.openConversation(bo.name);
    await anna.send('Onko kaikki hyvin?');
    await bo.openConversation(anna.name);
    await bo.sees('Onko kaikki hyvin?');
    await bo.send('On.');
    await anna.sees('On.');
    for (const person of people) {
      equal(await person.page.getByText(kAlarm).count(), 0, `alarms of ${person.name}`);
      await person.go('Settings');
      await thisApp(person).waitFor({timeout: seconds(20)});
      equal(await thisApp(person).getByText('There is an alarm about this app.').count(), 0);
    }
  }, seconds(120));

  suite.test('one is served a changed build of the same number: the app that runs there says so before it is replaced', async () => {
    changed = await changedBuild(app, (folder) => appendFile(join(folder, 'boot.js'), '\n// for one person\n'));
    folders.push(changed);
    watchFront.relayDown = true;
    await front.stop();
    front = new Ingress({program, app: changed, port: front.port});
    await front.start(upstream);
    await bo.page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
    await bo.reads(kAlarm, seconds(60));
    const {number} = await manifestOf(app);
    await bo.reads(`The relay has offered this app two different releases under one number, ${String(number).slice(0, 8)}-${String(number).slice(8)}.`);
    await bo.reads(/Do not load this page anew and do not type your passphrase in it/);
    await bo.page.screenshot({path: join(screenshots, 'release-alarm.png')});
    equal(await anna.page.getByText(kAlarm).count(), 0, 'Anna knows of nothing yet');
    await bo.closeDialog();
    await eventually('Bo is connected again', async () => await bo.page.getByText(/No connection/).count() === 0, {timeout: seconds(60)});
    watchFront.relayDown = false;
  }, seconds(120));

  suite.test('a message travels, and the alarm stands in the other window too, with the name of who was served it', async () => {
    await bo.openConversation(anna.name);
    await bo.send('Näyttääkö sinusta oudolta?');
    await anna.reads(kAlarm, seconds(60));
    await anna.reads(/^Bo Dahl: the app there was given another release than yours under the same number/);
    await anna.closeDialog();
    await anna.openConversation(bo.name);
    await anna.sees('Näyttääkö sinusta oudolta?');
  }, seconds(90));

  suite.test('it is told once, stays through a reload, and is found again in the settings', async () => {
    await comesBack(anna);
    await anna.go('Settings');
    await thisApp(anna).getByText('There is an alarm about this app.').waitFor({timeout: seconds(30)});
    equal(await anna.dialog().count(), 0, 'it does not open again');
    await anna.page.screenshot({path: join(screenshots, 'release-settings.png')});
    await anna.press('Show the alarm');
    await anna.reads(/^Bo Dahl: the app there was given another release than yours/);
    await anna.closeDialog();
    for (const one of [watch, watchFront]) {
      equal(one.foreign, []);
      equal(one.errors, [], 'console errors');
    }
  }, seconds(90));

  return suite;
}
