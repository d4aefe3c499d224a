// What a relay that writes everything down sees of the fetching of access tokens: another connection, while the one in which
// somebody reads and writes neither ends nor pauses.

import {readFile} from 'node:fs/promises';
import {join} from 'node:path';

import {check, equal, eventually, seconds, Suite} from '../support/harness.mjs';
import {startHoldingProxy} from '../support/holding_proxy.mjs';
import {Person} from '../support/person.mjs';
import {freePort, Relay} from '../support/relay.mjs';
import {Watch} from '../support/watch.mjs';

const kNames = ['Elina Aalto', 'Mikael Strand', 'Li Wikström'];
const kBoard = 1;
const kFetchedBytes = 32 * 32;   // the evaluated elements of one request

export function tokens(browser, {program, app}) {
  const suite = new Suite('access tokens', {scenario: true});
  const people = [];
  let relay;
  let proxy;
  let watch;
  let elina;
  let mikael;
  let li;
  let reading;    // the connections in which Elina and Mikael read and write
  let known;      // the number of the last connection before the tokens went
  let messages = 0;

  suite.cleanup(async () => {
    await Promise.all(people.map((person) => person.close().catch(() => {})));
    await proxy?.close();
    await relay?.remove();
  });
  suite.photographFailures(() => people);

  const log = async () => (await readFile(join(relay.data, 'observed'), 'utf8')).split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const of = (lines, conn) => lines.filter((line) => line.conn === conn);
  const fetches = (lines) => [...new Set(lines.filter(({op, conn, bytes}) => op === 'token' && conn > known && bytes === kFetchedBytes).map(({conn}) => conn))];

  const talk = async () => {
    ++messages;
    await mikael.send(`Kysymys ${messages}`);
    await elina.sees(`Kysymys ${messages}`, seconds(10));
    await elina.send(`Vastaus ${messages}`);
    await mikael.sees(`Vastaus ${messages}`, seconds(10));
  };

  // Until a connection is opened; they talk while it is held up, and then it may go on.
  const talkBesideNextConnection = async () => {
    proxy.hold();
    await eventually('another connection', () => proxy.held > 0, {timeout: seconds(75)});
    await talk();
    proxy.release();
  };

  suite.test('two people talk; a third one is there', async () => {
    const port = await freePort();
    relay = await Relay.create({program, app, origin: `http://localhost:${port}`});
    await relay.start(['--observe', join(relay.data, 'observed')]);
    proxy = await startHoldingProxy(port, relay.port);
    watch = new Watch(relay.origin);
    for (const name of kNames) people.push(await Person.create(browser, {name, watch}));
    [elina, mikael, li] = people;
    await elina.found(relay.administratorLink, 'Valtioneuvosto');
    await mikael.enrol(await elina.invite(mikael.name));
    await li.enrol(await elina.invite(li.name));
    await elina.seesInDirectory([mikael.name, li.name]);
    await elina.startDirect(mikael.name);
    await elina.send('Kuuluuko?');
    await mikael.openConversation(elina.name);
    await mikael.sees('Kuuluuko?');
    await li.close();
    people.pop();
    reading = await eventually('two read the board', async () => {
      const lines = await log();
      const open = [...new Set(lines.filter(({op, board}) => op === 'follow' && board === kBoard).map(({conn}) => conn))]
        .filter((conn) => !of(lines, conn).some(({op}) => op === 'close'));
      return open.length === 2 ? open : null;
    });
    known = Math.max(...(await log()).map(({conn}) => conn));
  }, seconds(180));

  suite.test('a revocation, which takes everybody\'s tokens, is sent in another connection while both go on talking', async () => {
    await elina.go('People');
    await elina.press(`${li.name}: devices and removal`);
    await elina.press('Remove from the organisation', elina.dialog());
    proxy.hold();
    await elina.press('Remove', elina.dialog());
    await elina.openConversation(mikael.name);
    await talkBesideNextConnection();
    await eventually('it is on board 0', async () => (await log()).some(({op, board, conn}) => op === 'append' && board === 0 && conn > known));
  }, seconds(120));

  suite.test('both fetch new tokens in connections of their own, while both go on talking', async () => {
    while (fetches(await log()).length < 2) {
      await talkBesideNextConnection();
      await eventually('that connection has ended', async () => {
        const lines = await log();
        return lines.filter(({op, conn}) => op === 'open' && conn > known).every(({conn}) => of(lines, conn).some(({op}) => op === 'close'));
      });
    }
    await talk();
  }, seconds(240));

  suite.test('the relay has seen no session that reads and writes end, begin or pause for it', async () => {
    const lines = await log();
    for (const conn of reading) {
      check(!of(lines, conn).some(({op}) => op === 'close'), `connection ${conn} has ended`);
      equal(of(lines, conn).filter(({op}) => op === 'token').length, 1, 'it was opened with a token, and nothing else of tokens was done in it');
    }
    const others = lines.filter(({op, conn}) => op === 'open' && conn > known).map(({conn}) => conn);
    check(others.length >= 2, `only ${others.length} other connections`);
    for (const conn of others) {
      const own = of(lines, conn);
      check(!own.some(({op, board}) => op === 'follow' || op === 'read' || (op === 'append' && board !== 0)), `connection ${conn} reads or writes`);
      const [begin, end] = [own[0], own.at(-1)].map((line) => lines.indexOf(line));
      equal(lines[end].op, 'close');
      const meanwhile = lines.slice(begin, end).filter(({op, board}) => op === 'append' && board === kBoard).map((line) => line.conn);
      equal([...new Set(meanwhile)].sort(), [...reading].sort(), `who wrote while connection ${conn} was open`);
    }
    const wrote = new Set(lines.filter(({op, board, conn}) => op === 'append' && board === kBoard && (conn > known || reading.includes(conn))).map(({conn}) => conn));
    equal([...wrote].sort(), [...reading].sort(), 'who wrote');
    equal(watch.errors, [], 'console errors');
  });

  return suite;
}
