// The procedure, the same for every implementation and for a page as for Node: alice creates a group and adds bob; then she adds N members
// in one commit (encoding and applying included); the last of them joins by the Welcome with the tree inside; bob processes the commit;
// alice makes a commit of her own and bob processes it. Implementations take turns within a run, so that a busy moment meets them all.

import {Ours} from './ours.mjs';

export const kSteps = ['add', 'join', 'processAdd', 'selfCommit', 'processCommit'];
const now = () => performance.now();

async function timed(work) {
  const start = now();
  await work();
  return now() - start;
}

async function steps(peer, record) {
  for (const step of kSteps) {
    const milliseconds = await timed(() => peer[step]());
    record(step, milliseconds);
    if (step === 'add') record('sizes', peer.sizes());
  }
}

// options: suite, sizes, runs: {N: times}, messages; `others` creates each peer anew. Results: results[N][implementation][step] = [ms, …].
export async function measure(factory, others, options, progress) {
  const results = {handshakes: {}, operations: {}, messages: {}, failures: []};
  const given = await Ours.create(factory, options.suite);
  for (const members of options.sizes) {
    const table = (results.handshakes[members] = {});
    const keyPackages = given.keyPackages(members - 1);
    for (let run = 0; run < options.runs[members]; ++run) {
      progress(`${members} members, run ${run + 1} of ${options.runs[members]}`);
      const into = (name) => (step, value) => ((table[name] ??= {})[step] ??= []).push(value);
      const ours = await Ours.create(factory, options.suite);
      ours.prepare(members);
      const operations = (results.operations[members] ??= {});
      for (const step of kSteps) {
        into('ours')(step, await timed(() => ours[step]()));
        if (step === 'add') into('ours')('sizes', ours.sizes());
        if (run === 0) operations[step] = ours.operations();
      }
      for (const create of others) {
        let peer;
        try {
          peer = await create();
          await peer.prepare(keyPackages);
          await steps(peer, into(peer.constructor.implementation));
        } catch (error) {
          results.failures.push(`${peer?.constructor.implementation ?? 'a peer'}, ${members} members: ${error?.message ?? error}`);
        }
        peer?.close();
      }
    }
  }

  for (let run = 0; run < options.messageRuns; ++run) {
    progress(`messages, run ${run + 1} of ${options.messageRuns}`);
    for (const create of [() => Ours.create(factory, options.suite), ...others]) {
      let peer;
      try {
        peer = await create();
        const name = peer.constructor.implementation;
        const table = (results.messages[name] ??= {encrypt: [], decrypt: []});
        if (name === 'ours') peer.prepare(0);
        else await peer.prepare([]);
        const count = name === 'ours' ? options.messages * 10 : options.messages;
        const encrypting = await timed(() => peer.encrypt(count));
        const decrypting = await timed(() => peer.decrypt());
        table.encrypt.push((count / encrypting) * 1000);
        table.decrypt.push((count / decrypting) * 1000);
        table.bytes = peer.messageSize();
      } catch (error) {
        results.failures.push(`${peer?.constructor.implementation ?? 'a peer'}, messages: ${error?.message ?? error}`);
      }
      peer?.close?.();
    }
  }

  progress('loading from the store');
  const loads = [];
  for (let run = 0; run < options.messageRuns; ++run)
    loads.push(await Ours.loadFromStore(factory, options.suite, options.loadMembers, now));
  results.load = {...loads[0], members: options.loadMembers, milliseconds: loads.map((load) => load.milliseconds)};
  return results;
}
