// Live interoperability: mls-peer natively and in wasm, among themselves and with npm's ts-mls.
//
//   node tests/interop/run.mjs --native FILE --wasm FILE [--seeds 3] [--epochs 60] [--suites 3,0x54]
//
// Ends with "interop: N passed, N failed".

import {existsSync} from 'node:fs';
import * as protocol from './protocol.mjs';
import {OurMember, TsMember} from './support/members.mjs';
import {MixedGroup} from './support/mixed_group.mjs';
import {Random} from './support/random.mjs';

const given = Object.fromEntries(
  process.argv
    .slice(2)
    .join(' ')
    .split('--')
    .filter(Boolean)
    .map((part) => part.trim().split(/[ =]+/))
);
const seeds = Number(given.seeds ?? 3);
const epochs = Number(given.epochs ?? 60);
const suites = (given.suites ?? '3,0x54').split(',').map(Number);
const commands = {};
if (given.native) commands.native = [given.native];
if (given.wasm) commands.wasm = [process.execPath, given.wasm];
for (const command of Object.values(commands)) {
  if (existsSync(command.at(-1))) continue;
  console.error(`interop: ${command.at(-1)} does not exist`);
  process.exit(2);
}
if (Object.keys(commands).length === 0) {
  console.error('interop: neither --native nor --wasm');
  process.exit(2);
}

let passed = 0,
  failed = 0;
async function test(name, work) {
  const start = Date.now();
  try {
    const note = await work();
    ++passed;
    console.log(`ok      ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)${note ? `: ${note}` : ''}`);
  } catch (error) {
    ++failed;
    console.log(`FAILED  ${name}: ${error.stack ?? error}`);
  }
}

// Native and wasm peers are members of the same group.
async function mixed(suite, seed) {
  const random = new Random(seed * 1000 + suite);
  const spawned = [];
  const group = new MixedGroup(random, async (name, ours) => {
    if (!ours) return TsMember.create(name, suite);
    const member = new OurMember(name, random.pick(Object.values(commands)), suite);
    spawned.push(member);
    return member;
  });
  try {
    await group.start();
    while (group.count.epochs < epochs) await group.epoch();
    await group.end();
  } catch (error) {
    error.message = `epoch ${group.count.epochs}: ${error.message}`;
    throw error;
  } finally {
    for (const member of spawned) await member.peer.quit();
  }
  const {count} = group;
  for (const what of [
    'commitsOfOurs',
    'commitsOfTheirs',
    'added',
    'removed',
    'external',
    'proposals',
    'messages',
    'late',
    'changed',
    'replayed',
    'open'
  ])
    if (count[what] === 0 && epochs >= 60) throw new Error(`a run without ${what}`);
  return Object.entries(count)
    .map(([what, times]) => `${times} ${what}`)
    .join(', ');
}

for (const suite of suites) {
  const name = `suite 0x${suite.toString(16).padStart(4, '0')}`;
  for (const [kind, command] of Object.entries(commands)) {
    await test(`${name}, ${kind}: every command of the protocol works`, () => protocol.everyCommandWorks(command, suite));
    await test(`${name}, ${kind}: bad input is refused and changes nothing`, () => protocol.badInputIsRefused(command, suite));
  }
  for (let seed = 1; seed <= seeds; ++seed)
    await test(`${name}, seed ${seed}: ${epochs} epochs with ts-mls end in agreement`, () => mixed(suite, seed));
}
console.log(`interop: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
