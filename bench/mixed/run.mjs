#!/usr/bin/env node
// Founding a group on a mixed board: a relay, an ingress that batches, and so many people at sinetti-cli, in real time.
//
//   node bench/mixed/run.mjs [--people 20] [--suite post-quantum|classical] [--programs DIR] [--json FILE]
//
// From the founder's command until each of the others is in the group, until all invitations have been read back, and until everybody has read
// a message that the founder then writes; and how many cells the board got for it. Needs `scripts/build native`.

import {execFile, spawn} from 'node:child_process';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {parseArgs, promisify} from 'node:util';

import {freePort, Ingress, Relay} from '../../tests/browser/support/relay.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const {values: options} = parseArgs({options: {
  people: {type: 'string', default: '20'},
  suite: {type: 'string', default: 'post-quantum'},
  programs: {type: 'string', default: resolve(root, 'build/native/bin')},
  json: {type: 'string'},
}});
const kSuites = {'post-quantum': 'default', classical: '0x0003'};
const kGroup = 'Ryhmä';
const kWord = 'Kuuluuko?';
const kPatience = 3600;                            // seconds
const people = Number(options.people);
if (!Number.isInteger(people) || people < 3) throw new Error('--people wants a number, 3 at least');
if (!kSuites[options.suite]) throw new Error(`--suite is one of ${Object.keys(kSuites).join(', ')}`);

const folder = await mkdtemp(join(tmpdir(), 'sinetti-bench-mixed-'));
const program = join(options.programs, 'sinetti-relay');
const passphrase = join(folder, 'passphrase');
await writeFile(passphrase, 'kolme sanaa ja lukko\n', {mode: 0o600});
await mkdir(join(folder, 'app'));
await writeFile(join(folder, 'app', 'index.html'), 'bench');
const name = (i) => `Henkilö ${String(i).padStart(2, '0')}`;
const seconds = (since) => Math.round((performance.now() - since) / 100) / 10;
const say = (text) => console.error(`== ${text}`);

const cli = async (i, ...words) => (await promisify(execFile)(join(options.programs, 'sinetti-cli'),
    ['--data', join(folder, `person-${i}`), '--passphrase-file', passphrase, '--timeout', String(kPatience), ...words])).stdout.trim();

// Somebody who follows everything; `joined`, `read`: when they were in the group, and when they had read what is said in it.
function follow(i, since) {
  const words = ['--data', join(folder, `person-${i}`), '--passphrase-file', passphrase, 'follow', '--json'];
  const child = spawn(join(options.programs, 'sinetti-cli'), words, {stdio: ['ignore', 'pipe', 'ignore']});
  const person = {child, joined: null, read: null};
  createInterface({input: child.stdout}).on('line', (line) => {
    person.joined ??= seconds(since);
    if (JSON.parse(line).text === kWord) person.read ??= seconds(since);
  });
  return person;
}

const front = new Ingress({program, app: join(folder, 'app'), port: await freePort()});
const relay = await Relay.create({program, app: join(folder, 'app'), origin: front.origin});
const followers = [];
try {
  await relay.start(['--batches-from', '127.0.0.0/8, ::1']);
  const link = relay.administratorLink;
  await promisify(execFile)(program, ['board', 'policy', '--data', relay.data, '--board', '1', '--level', 'mixed', '--cipher-suite', kSuites[options.suite]]);
  await relay.stop();
  await relay.start(['--batches-from', '127.0.0.0/8, ::1']);
  await front.start(`http://127.0.0.1:${relay.port}`, ['--batching', 'on']);

  say(`enrolling ${people} people`);
  await cli(0, 'enrol', relay.administratorLink ?? link, '--name', name(0), '--organisation', 'Koe');
  for (let i = 1; i < people; ++i) await cli(i, 'enrol', await cli(0, 'invite', name(i)), '--name', name(i));

  say('founding the group');
  const begin = performance.now();
  for (let i = 1; i < people; ++i) followers.push(follow(i, begin));
  await cli(0, 'create', kGroup, ...Array.from({length: people - 1}, (_, i) => name(i + 1)));
  const out = seconds(begin);
  say(`all invitations are out after ${out} s`);
  await cli(0, 'send', kGroup, kWord);
  while (followers.some(({read}) => read === null)) await new Promise((done) => setTimeout(done, 100));
  const {stdout} = await promisify(execFile)(program, ['check', '--data', relay.data]);
  const joined = followers.map((person) => person.joined).sort((a, b) => a - b);
  const result = {
    people, suite: options.suite,
    cells: Number(stdout.match(/board 1: (\d+)/)?.[1] ?? NaN),
    first_is_in: joined[0], half_are_in: joined[joined.length >> 1], last_is_in: joined.at(-1),
    invitations_are_out: out,
    everybody_has_read: Math.max(...followers.map(({read}) => read)),
  };
  console.log(JSON.stringify(result, null, 1));
  if (options.json) await writeFile(options.json, `${JSON.stringify(result, null, 1)}\n`);
} finally {
  for (const {child} of followers) child.kill();
  await front.stop().catch(() => {});
  await relay.remove();
  await rm(folder, {recursive: true, force: true});
}
