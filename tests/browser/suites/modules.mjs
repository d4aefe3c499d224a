// The modules of web/ one by one, on an otherwise empty page.

import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {check, equal, eventually, seconds, sleep, Suite} from '../support/harness.mjs';
import {Action, Difference, State} from '../support/difference.mjs';
import {serveFolder} from '../support/static_server.mjs';

const kWeb = fileURLToPath(new URL('../../../web', import.meta.url));
const kBlank = '<!doctype html><html lang="en"><title>blank</title><link rel="stylesheet" href="style.css"><div id="mirror"></div>';

const kMirrorPage = `
import {Mirror} from './mirror.js';
import {TextAgent} from './text_agent.js';
const log = [];
const agent = new TextAgent({
  text: (id, text) => log.push(['text', id, text]),
  password: (id, bytes, words, strength) => log.push(['password', id, bytes, words, strength]),
  submit: (id) => log.push(['submit', id]),
  height: (id, height) => log.push(['height', id, height]),
});
const mirror = new Mirror(document.getElementById('mirror'), agent, {
  action: (id, action) => log.push(['action', id, action]),
  focus: (id, visible) => log.push(['focus', id, visible]),
});
globalThis.test = {log, agent, mirror, apply: (bytes) => mirror.apply(new Uint8Array(bytes))};
`;

// `app`: the built app, for the estimator alone, which is built from packages.
export function modules(browser, app) {
  const suite = new Suite('modules');
  let server;
  const made = {'index.html': kBlank, 'mirror_page.js': kMirrorPage,
                'mirror.html': kBlank + '<script type="module" src="mirror_page.js"></script>'};

  const withPage = (path, run) => async () => {
    server ??= await serveFolder(kWeb, made);
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      page.on('pageerror', (error) => { throw error; });
      await page.goto(server.origin + path);
      await run(page, context);
    } finally {
      await context.close();
    }
  };
  const withMirror = (run) => withPage('/mirror.html', async (page, context) => {
    await page.waitForFunction(() => globalThis.test);
    const apply = (difference) => page.evaluate((bytes) => test.apply(bytes), difference.bytes);
    const takeLog = () => page.evaluate(() => test.log.splice(0));
    await run({page, context, apply, takeLog});
  });
  suite.cleanup(async () => server?.close());

  suite.test('the mirror gives every node its role, name, state and place', withMirror(async ({page, apply}) => {
    await apply(new Difference()
      .node(1, 'main', 'Conversation', {at: [10, 20, 300, 200]})
      .node(2, 'heading', 'Hallitusviisikko', {parent: 1, level: 2, at: [20, 30, 100, 20]})
      .node(3, 'button', 'Send', {parent: 1, actions: Action.click | Action.focus, at: [200, 150, 40, 40]})
      .node(4, 'checkbox', 'Mute', {parent: 1, states: State.checked, actions: Action.click | Action.focus})
      .node(5, 'tab', 'People', {parent: 1, states: State.selected, actions: Action.click | Action.focus})
      .node(6, 'progressbar', 'Opening', {parent: 1, value: 'half'})
      .node(7, 'button', 'Row', {parent: 1, actions: Action.click | Action.focus, description: '3 unread', states: State.expandable})
      .node(8, 'text', 'inner', {parent: 7}));
    const tree = await page.locator('#mirror').ariaSnapshot();
    equal(tree, [
      '- main "Conversation":', '  - heading "Hallitusviisikko" [level=2]', '  - button "Send"', '  - checkbox "Mute" [checked]',
      '  - tab "People" [selected]', '  - progressbar "Opening"', '  - button "Row": inner'].join('\n'));
    equal(await page.getByRole('button', {name: 'Send'}).boundingBox(), {x: 200, y: 150, width: 40, height: 40});
    equal(await page.getByRole('button', {name: 'Row'}).getAttribute('aria-description'), '3 unread');
    equal(await page.getByRole('button', {name: 'Row'}).getAttribute('aria-expanded'), 'false');
    equal(await page.getByRole('progressbar').getAttribute('aria-valuetext'), 'half');
  }));

  suite.test('names are text: markup in a message stays letters', withMirror(async ({page, apply}) => {
    const name = '<img src=x onerror=alert(1)>&amp;';
    await apply(new Difference().node(1, 'text', name).node(2, 'article', name));
    equal(await page.evaluate(() => document.querySelector('#mirror span').textContent), name);
    equal(await page.evaluate(() => document.querySelectorAll('#mirror img').length), 0);
  }));

  suite.test('reordering moves as few elements as possible and keeps the focus', withMirror(async ({page, apply}) => {
    const difference = new Difference().node(1, 'list', 'People');
    for (let id = 2; id <= 6; ++id) difference.node(id, 'listitem', `Person ${id}`, {parent: 1, actions: Action.focusOnly});
    await apply(difference);
    await apply(new Difference().focus(2));
    await page.evaluate(() => {
      globalThis.moves = 0;
      new MutationObserver((records) => { moves += records.filter(({addedNodes}) => addedNodes.length > 0).length; })
        .observe(document.querySelector('#mirror div'), {childList: true});
    });
    await apply(new Difference().children(1, [3, 4, 5, 6, 2]));
    equal(await page.evaluate(() => [...document.querySelectorAll('[role=listitem]')].map(({textContent}) => textContent.at(-1))),
          ['3', '4', '5', '6', '2']);
    equal(await page.evaluate(() => moves), 1);
    equal(await page.evaluate(() => document.activeElement.textContent), 'Person 2');
  }));

  suite.test('keyboard and assistive clicks become actions, clicks of a pointer do not', withMirror(async ({page, apply, takeLog}) => {
    await apply(new Difference()
      .node(1, 'button', 'Send', {actions: Action.click | Action.focus, at: [10, 10, 50, 50]})
      .node(2, 'button', 'Off', {actions: Action.click | Action.focus, states: State.disabled, at: [10, 100, 50, 50]}));
    await page.getByRole('button', {name: 'Send'}).focus();
    await takeLog();
    await page.keyboard.press('Enter');
    await page.evaluate(() => document.querySelector('button').click());
    equal(await takeLog(), [['action', 1, 0], ['action', 1, 0]]);
    await page.getByRole('button', {name: 'Send'}).click();
    await page.evaluate(() => document.querySelectorAll('button')[1].click());
    equal((await takeLog()).filter(([kind]) => kind === 'action'), []);
  }));

  suite.test('focus is reported with its visibility, and when the element goes', withMirror(async ({page, apply, takeLog}) => {
    await apply(new Difference().node(1, 'button', 'A', {actions: Action.click | Action.focus}).node(2, 'button', 'B', {actions: Action.click | Action.focus}));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    equal(await takeLog(), [['focus', 1, true], ['focus', 2, true]]);
    await apply(new Difference().remove(2));
    await eventually('the loss is reported', async () => JSON.stringify(await takeLog()) === JSON.stringify([['focus', 0, false]]));
    await apply(new Difference().node(3, 'dialog', 'Sure?').node(4, 'button', 'Yes', {parent: 3, actions: Action.click | Action.focus}).focus(4));
    equal((await takeLog()).at(-1), ['focus', 4, true]);
  }));

  suite.test('a scroll by assistive technology is a wish, and the offset stays neutral', withMirror(async ({page, apply, takeLog}) => {
    await apply(new Difference().node(1, 'log', 'Messages', {actions: Action.scroll, at: [0, 0, 200, 200]}));
    const scroll = (by) => page.evaluate((dy) => { document.querySelector('[role=log]').scrollTop += dy; }, by);
    await scroll(50);
    await eventually('scrolled down', async () => (await takeLog()).some(([kind, , action]) => kind === 'action' && action === 2));
    await scroll(-50);
    await eventually('scrolled up', async () => (await takeLog()).some(([kind, , action]) => kind === 'action' && action === 1));
    equal(await page.evaluate(() => document.querySelector('[role=log]').scrollTop), 400);
  }));

  const composer = () => new Difference()
    .node(9, 'textbox', 'Message', {actions: Action.focus, at: [10, 10, 200, 21]}).field(9, 'composer', {placeholder: 'Write', maxBytes: 32768, initial: 'draft', lang: 'fi'});

  suite.test('the composer: Enter sends, Shift+Enter breaks the line, undo works, and it asks for the height it needs',
             withMirror(async ({page, apply, takeLog}) => {
    await apply(composer());
    const field = page.getByRole('textbox', {name: 'Message'});
    equal(await field.inputValue(), 'draft');
    equal(await field.getAttribute('lang'), 'fi');
    await field.fill('');
    await takeLog();
    await field.pressSequentially('yksi');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('kaksi');
    const heights = (await takeLog()).filter(([kind]) => kind === 'height');
    equal(heights.at(-1), ['height', 9, 42]);
    await page.keyboard.press('Enter');
    equal(await takeLog(), [['submit', 9]]);
    equal(await field.inputValue(), 'yksi\nkaksi');
    await page.keyboard.press('Control+z');
    check((await field.inputValue()).length < 'yksi\nkaksi'.length, 'undo took nothing back');
  }));

  suite.test('an input method is never disturbed: no send, no cut, and a set text waits for it', withMirror(async ({page, context, apply, takeLog}) => {
    await apply(new Difference().node(9, 'textbox', 'Message', {actions: Action.focus, at: [10, 10, 200, 21]})
      .field(9, 'composer', {maxBytes: 8}));
    await page.getByRole('textbox').focus();
    const session = await context.newCDPSession(page);
    await session.send('Input.imeSetComposition', {text: 'にほんご', selectionStart: 4, selectionEnd: 4});
    equal(await page.getByRole('textbox').inputValue(), 'にほんご', 'a composition was cut');
    await session.send('Input.insertText', {text: '日本語'});
    await eventually('cut to eight bytes when done', async () => await page.getByRole('textbox').inputValue() === '日本');
    await takeLog();
    await session.send('Input.imeSetComposition', {text: 'ご', selectionStart: 1, selectionEnd: 1});
    await page.evaluate(() => test.agent.setText(9, ''));
    equal(await page.getByRole('textbox').inputValue(), '');
    equal((await takeLog()).filter(([kind]) => kind === 'submit'), []);
  }));

  suite.test('a passphrase leaves as bytes only, and the field is empty and hidden afterwards', withMirror(async ({page, apply, takeLog}) => {
    const field = (flags) => new Difference()
      .node(5, 'passwordbox', 'Passphrase', {actions: Action.focus, at: [10, 10, 200, 40]})
      .field(5, 'password', {flags, autocomplete: 'current-password'});
    await apply(field(0));
    const input = page.getByLabel('Passphrase');
    await input.pressSequentially('kuusi lumi');
    equal((await takeLog()).at(-1), ['password', 5, 10, 2, 1]);
    await apply(field(1));
    equal(await input.getAttribute('type'), 'text');
    equal(await page.evaluate(() => [...test.agent.takeSecret(5)]), [...new TextEncoder().encode('kuusi lumi')]);
    equal(await input.inputValue(), '');
    equal(await input.getAttribute('type'), 'password');
    equal((await takeLog()).filter(([kind]) => kind === 'password').at(-1), ['password', 5, 0, 0, 0]);
    check(!(await page.content()).includes('lumi'), 'the passphrase is in the document');
    await input.pressSequentially('x');
    await page.keyboard.press('Enter');
    equal((await takeLog()).at(-1), ['submit', 5]);
  }));

  suite.test('a field under a dialog is out of sight and keeps its text', withMirror(async ({page, apply}) => {
    await apply(composer());
    await page.getByRole('textbox').fill('half a thought');
    await apply(new Difference().node(9, 'textbox', 'Message', {states: State.hidden, at: [10, 10, 200, 21]}));
    equal(await page.getByRole('textbox').count(), 0);
    await apply(new Difference().node(9, 'textbox', 'Message', {at: [10, 10, 200, 21]}));
    equal(await page.getByRole('textbox').inputValue(), 'half a thought');
  }));

  suite.test('a paste of ten kilobytes arrives whole', withMirror(async ({page, apply, takeLog}) => {
    await apply(composer());
    const text = 'Päätösesitys: määräaika siirtyy. '.repeat(330).slice(0, 10240);
    await page.getByRole('textbox').focus();
    await page.evaluate((pasted) => {
      const element = document.activeElement;
      element.select();
      document.execCommand('insertText', false, pasted);
    }, text);
    equal((await takeLog()).filter(([kind]) => kind === 'text').at(-1)[2].length, text.length);
  }));

  suite.test('text beyond the limit is cut between characters', withPage('/index.html', async (page) => {
    const cut = (text, bytes) => page.evaluate(async ([one, limit]) => (await import('/text_agent.js')).cutToBytes(one, limit), [text, bytes]);
    equal(await cut('ääkköset', 5), 'ääk');
    equal(await cut('ääkköset', 3), 'ä');
    equal(await cut('a👍🏽b', 8), 'a');
    equal(await cut('a👍🏽b', 9), 'a👍🏽');
    equal(await cut('kaikki', 6), 'kaikki');
  }));

  suite.test('strength without the estimator: guessable phrases are weak, four unusual words are strong', withPage('/index.html', async (page) => {
    const strength = (text) => page.evaluate(async (one) => (await import('/strength.js')).estimateStrength(one).strength, text);
    equal(await strength(''), 0);
    for (const weak of ['salasana', 'salasana123', 'aaaaaaaaaaaaaaaa', 'qwertyuiop12', 'kissa kissa kissa kissa']) equal(await strength(weak), 1, weak);
    for (const strong of ['kuusi lumi takka valo', 'xK9mQ2pLw7Rt']) equal(await strength(strong), 3, strong);
    equal(await strength('jäätelö retki saunalauta kiuas metsä ovi'), 4);
  }));

  const withEstimator = (run) => withPage('/index.html', async (page, context) => {
    made['estimator/estimator.js'] = await readFile(join(app, 'estimator/estimator.js'));
    await run(page, context);
    delete made['estimator/estimator.js'];
  });

  suite.test('strength: leaked passwords, names, dates and letters written as digits are weak in three languages', withEstimator(async (page) => {
    equal(await page.evaluate(async () => (await import('/strength.js')).loadEstimator()), true);
    const strength = (text) => page.evaluate(async (one) => (await import('/strength.js')).estimateStrength(one).strength, text);
    equal(await strength(''), 0);
    for (const weak of ['P@ssw0rd2024', 'Dr4g0n123', 'korhonen1975', 'Sommar2025', 'Kesä2026', 'juhani14.3.1961', 'm1n4r4k4st4n', 'jag älskar', 'letmein!!', '24.12.2026']) {
      equal(await strength(weak), 1, weak);
    }
    for (const strong of ['kuusi lumi takka valo', 'correct horse battery staple', 'mökki järvi vene sauna']) check(await strength(strong) >= 3, strong);
    equal(await strength('jäätelö retki saunalauta kiuas metsä ovi'), 4);
  }));

  suite.test('strength: inflected words that are on no list are words all the same', withEstimator(async (page) => {
    await page.evaluate(async () => (await import('/strength.js')).loadEstimator());
    const strength = (text) => page.evaluate(async (one) => (await import('/strength.js')).estimateStrength(one).strength, text);
    for (const fair of ['valtioneuvostossa', 'juhannuskokkoamme', 'regeringskansliet']) check(await strength(fair) <= 2, fair);
  }));

  suite.test('what was typed before the estimator came is judged again when it comes', withMirror(async ({page, apply, takeLog}) => {
    const estimator = await readFile(join(app, 'estimator/estimator.js'), 'utf8');
    let release;
    const released = new Promise((resolve) => { release = resolve; });
    await page.route('**/estimator/estimator.js', async (route) => {
      await released;
      await route.fulfill({contentType: 'text/javascript', body: estimator});
    });
    await apply(new Difference()
      .node(5, 'passwordbox', 'New passphrase', {actions: Action.focus, at: [10, 10, 200, 40]})
      .field(5, 'password', {autocomplete: 'new-password', maxBytes: 1024}));
    await page.getByLabel('New passphrase').fill('P@ssw0rd2024');
    const [, , , , rough] = (await takeLog()).filter(([kind]) => kind === 'password').at(-1);
    check(rough > 1, `roughly judged ${rough}`);
    release();
    await eventually('judged again', async () => (await takeLog()).some(([kind, id, , , strength]) => kind === 'password' && id === 5 && strength === 1));
  }));

  suite.test('an estimator that cannot be had leaves the rough judgement', withPage('/index.html', async (page) => {
    equal(await page.evaluate(async () => (await import('/strength.js')).loadEstimator()), false);
    equal(await page.evaluate(async () => (await import('/strength.js')).estimateStrength('kuusi lumi takka valo').strength), 3);
  }));

  suite.test('a device is called by its browser and its system', withPage('/index.html', async (page) => {
    const name = (userAgent) => page.evaluate(async (one) => (await import('/device_name.js')).deviceName({userAgent: one}), userAgent);
    equal(await name('Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'), 'Firefox, Windows');
    equal(await name('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'), 'Chrome, Linux');
    equal(await name('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0'), 'Edge, Windows');
    equal(await name('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'), 'Safari, iPhone');
    equal(await name('curl/8.0'), '');
  }));

  suite.test('the store keeps a batch whole, in order, across a reload, and forgets all of it when wiped', withPage('/index.html', async (page) => {
    const batch = (records) => {
      const bytes = [];
      for (const [id, value] of records) {
        const length = value === null ? 0xffffffff : value.length;
        bytes.push(...new Array(32).fill(id), length & 255, (length >>> 8) & 255, (length >>> 16) & 255, length >>> 24, ...(value ?? []));
      }
      return bytes;
    };
    const commit = (records) => page.evaluate(async (bytes) => {
      globalThis.storage ??= new (await import('/storage.js')).Storage();
      return storage.commit(new Uint8Array(bytes));
    }, batch(records));
    const load = () => page.evaluate(async () => {
      globalThis.storage ??= new (await import('/storage.js')).Storage();
      const {error, records} = await storage.load();
      return {error, records: [...(records ?? [])]};
    });
    equal(await load(), {error: 0, records: []});
    equal(await page.evaluate(() => storage.wipe()), {error: 0});
    equal(await page.evaluate(async () => (await indexedDB.databases()).length), 0, 'looking made a database');
    equal(await commit([[1, [7, 8]], [2, [9]]]), {error: 0});
    equal(await commit([[2, null], [3, []], [1, [5]]]), {error: 0});
    await page.reload();
    equal(await load(), {error: 0, records: batch([[1, [5]], [3, []]])});
    equal(await page.evaluate(() => storage.commit(new Uint8Array([1, 2, 3]))), {error: 3});
    const cut = batch([[4, [1]], [5, [2, 2]]]).slice(0, -1);
    equal(await page.evaluate((bytes) => storage.commit(new Uint8Array(bytes)), cut), {error: 3});
    equal(await load(), {error: 0, records: batch([[1, [5]], [3, []]])}, 'half a batch was kept');
    equal(await page.evaluate(() => storage.wipe()), {error: 0});
    equal(await load(), {error: 0, records: []});
  }));

  suite.test('the store says unavailable, full or broken, and writes nothing after the browser took it away', withPage('/index.html', async (page) => {
    const errors = await page.evaluate(async () => {
      const {Storage} = await import('/storage.js');
      const batch = new Uint8Array(36);
      const found = [];
      const original = IDBObjectStore.prototype.put;
      const storage = new Storage();
      IDBObjectStore.prototype.put = () => { throw new DOMException('no room', 'QuotaExceededError'); };
      found.push((await storage.commit(batch)).error);
      IDBObjectStore.prototype.put = original;
      found.push((await storage.commit(batch)).error);
      await new Promise((resolve) => { indexedDB.deleteDatabase('sinetti').onsuccess = resolve; });
      found.push((await storage.commit(batch)).error, (await storage.load()).error);
      const open = IDBFactory.prototype.open;
      IDBFactory.prototype.open = () => { throw new DOMException('private', 'SecurityError'); };
      found.push((await new Storage().load()).error);
      IDBFactory.prototype.open = open;
      return found;
    });
    equal(errors, [2, 0, 1, 1, 1]);
  }));

  suite.test('one tab has the seal; another takes over only after the first has let go', withPage('/index.html', async (page, context) => {
    const second = await context.newPage();
    await second.goto(page.url());
    await page.evaluate(async () => {
      const {TabLock} = await import('/tab_lock.js');
      globalThis.released = new Promise((resolve) => { globalThis.letGo = resolve; });
      globalThis.tab = new TabLock(() => { globalThis.asked = true; return released; });
      globalThis.first = await tab.tryAcquire();
    });
    equal(await page.evaluate(() => first), true);
    await second.evaluate(async () => {
      const {TabLock} = await import('/tab_lock.js');
      globalThis.tab = new TabLock(async () => {});
      globalThis.first = await tab.tryAcquire();
      tab.takeOver().then((got) => { globalThis.got = got; });
    });
    equal(await second.evaluate(() => first), false);
    await page.waitForFunction(() => globalThis.asked, null, {timeout: seconds(5)});
    equal(await second.evaluate(() => globalThis.got ?? 'waiting'), 'waiting');
    await page.evaluate(() => letGo());
    await second.waitForFunction(() => globalThis.got === true, null, {timeout: seconds(5)});
    equal(await page.evaluate(() => { tab.takeOver().then((got) => { globalThis.back = got; }); }), undefined);
    await page.waitForFunction(() => globalThis.back === true, null, {timeout: seconds(5)});
  }));

  suite.test('a release is kept only when every file is what it says, and is served without the relay', async () => {
    const {createHash} = await import('node:crypto');
    const worker = await readFile(`${kWeb}/service_worker.js`, 'utf8');
    const files = {'index.html': '<!doctype html><title>one</title><script type="module" src="app.js"></script>', 'app.js': 'document.title += " ran";'};
    const release = (version, contents) => JSON.stringify({version, files: Object.fromEntries(Object.entries(contents).map(
      ([path, text]) => [path, {sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text)}]))});
    const publish = (target, version, contents) => Object.assign(target, contents, {
      'service_worker.js': worker.replace('__SINETTI_RELEASE__', version), 'release.json': release(version, contents)});
    const site = await serveFolder('/nonexistent', publish({}, 'one', files));
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(site.origin);
      const ready = () => page.evaluate(async () => {
        await navigator.serviceWorker.register('/service_worker.js');
        await navigator.serviceWorker.ready;
        return (await caches.keys()).join();
      });
      equal(await ready(), 'sinetti-one');
      await context.setOffline(true);
      await site.close();
      await page.goto(`${site.origin}/#fragment`);
      await page.waitForFunction(() => document.title === 'one ran', null, {timeout: seconds(5)});
    } finally {
      await context.setOffline(false);
      await context.close();
    }

    // A file that is not what its release says: nothing of the release is kept, the older one goes on.
    const made = publish({}, 'one', files);
    const changing = await serveFolder('/nonexistent', made);
    const other = await browser.newContext();
    try {
      const page = await other.newPage();
      await page.goto(changing.origin);
      const update = () => page.evaluate(async () => {
        const registration = await navigator.serviceWorker.register('/service_worker.js');
        await navigator.serviceWorker.ready;
        await registration.update().catch(() => {});
        const fresh = registration.installing;
        if (fresh) await new Promise((resolve) => { fresh.onstatechange = () => { if (fresh.state !== 'installing') resolve(); }; });
        return {waiting: registration.waiting !== null, caches: (await caches.keys()).sort().join()};
      });
      equal(await update(), {waiting: false, caches: 'sinetti-one'});
      const two = {...files, 'index.html': files['index.html'].replace('one', 'two')};
      publish(made, 'two', two);
      made['app.js'] = 'document.title += " forged";';
      equal(await update(), {waiting: false, caches: 'sinetti-one'});
      made['app.js'] = files['app.js'];
      equal(await update(), {waiting: true, caches: 'sinetti-one,sinetti-two'});
      await page.reload();
      await page.waitForFunction(() => document.title === 'one ran', null, {timeout: seconds(5)});
      await page.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration();
        const changed = new Promise((resolve) => { navigator.serviceWorker.oncontrollerchange = resolve; });
        registration.waiting.postMessage('activate');
        await changed;
      });
      await page.reload();
      await page.waitForFunction(() => document.title === 'two ran', null, {timeout: seconds(5)});
      await eventually('the old release is gone', () => page.evaluate(async () => (await caches.keys()).join() === 'sinetti-two'));
    } finally {
      await other.close();
      await changing.close();
    }
  }, seconds(40));

  // Boot with halves that fail in their own ways; the real ones are driven by the other suites.
  const withHalves = (ui, core, run) => async () => {
    const site = await serveFolder(kWeb, {
      'index.html': await readFile(new URL('../../../index.html', import.meta.url)),
      ...(ui && {'ui.js': ui}), ...(core && {'core.js': core}),
      ...Object.fromEntries(['inter-regular.otf', 'inter-medium.otf', 'inter-semibold.otf', 'display-semibold.otf', 'icons.ttf']
        .map((name) => [`fonts/${name}`, 'not a font'])),
    });
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(site.origin);
      await run(page);
    } finally {
      await context.close();
      await site.close();
    }
  };
  const moduleOf = (functions) => `export default async (given) => ({HEAPU8: new Uint8Array(1 << 20), _malloc: () => 8, _free() {}, ...(${functions})(given)});`;
  const workingUi = moduleOf(`({page}) => ({_ui_start() { page.requestFrame(); page.command(new Uint8Array(2), 0); return 1; }, _ui_viewport() {}, _ui_attention() {},
    _ui_frame: () => 0, _ui_frames_drawn: () => 1})`);
  const workingCore = moduleOf('() => ({_core_start() {}, _core_set_active() {}, _core_command: () => 1})');
  const panel = (page) => page.getByRole('alertdialog', {name: 'Sinetti'});
  const says = async (page, words) => {
    await panel(page).waitFor({timeout: seconds(10)});
    for (const text of words) check(await panel(page).getByText(text).first().isVisible(), `the panel does not say "${text}"`);
    check(await panel(page).getByRole('button', {name: 'Reload'}).isVisible(), 'no button to reload');
  };

  suite.test('no panel is shown while both halves work', withHalves(workingUi, workingCore, async (page) => {
    await page.waitForFunction(() => document.getElementById('loading').hidden, null, {timeout: seconds(10)});
    await sleep(500);
    equal(await panel(page).count(), 0);
  }));
  suite.test('a core that dies is told in three languages, with a way to reload', withHalves(
    workingUi, moduleOf('() => ({_core_start() {}, _core_set_active() {}, _core_command() { throw new WebAssembly.RuntimeError("unreachable"); }})'),
    (page) => says(page, ['Sinetti pysähtyi virheeseen', 'Sinetti stannade på ett fel', 'Sinetti stopped at a fault'])));
  suite.test('a core that cannot be loaded is told', withHalves(workingUi, null, (page) => says(page, ['did not start'])));
  suite.test('a user interface that cannot be loaded is told', withHalves('import "./missing.js";', workingCore, async (page) => {
    // Its import fails before any script of ours runs; the page itself says so after twenty seconds, which are skipped here.
    const overdue = page.getByText('This takes longer than usual');
    await page.getByText('Sinetti is opening').waitFor();
    equal(await overdue.isVisible(), false);
    await page.evaluate(() => document.getAnimations().forEach((animation) => animation.finish()));
    await overdue.waitFor({timeout: seconds(5)});
  }));
  suite.test('a browser without WebGL 2 is told', withHalves(moduleOf('() => ({_ui_start: () => 0})'), workingCore,
                                                              (page) => says(page, ['WebGL 2 graphics'])));

  return suite;
}
