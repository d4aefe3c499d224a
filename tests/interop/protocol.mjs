// The JSON lines themselves: every command once, between peers of ours, and what is refused. Each function is a test.

import {PeerProcess} from './support/peer_process.mjs';

const kGroup = 'a1b2c3';

function equal(found, expected, what) {
  if (JSON.stringify(found) !== JSON.stringify(expected))
    throw new Error(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
}
async function refused(peer, cmd, fields, what) {
  const before = await peer.line(JSON.stringify({id: 'before', cmd: 'info', group: kGroup}));
  const reply = await peer.line(JSON.stringify({id: 'refused', cmd, ...fields}));
  if (reply.ok !== false || typeof reply.error !== 'string' || reply.error === '') throw new Error(`${what}: ${JSON.stringify(reply)}`);
  equal(reply.id, 'refused', what);
  equal(await peer.line(JSON.stringify({id: 'before', cmd: 'info', group: kGroup})), before, `the group after ${what}`);
  return reply.error;
}

async function withPeers(command, suite, names, work) {
  const peers = names.map(() => new PeerProcess(command[0], [...command.slice(1), '--suite', String(suite)]));
  try {
    await work(...peers);
  } finally {
    for (const peer of peers) {
      const code = await peer.quit();
      if (code !== 0) throw new Error(`a peer ended with ${code}: ${peer.stderr.slice(-800)}`);
    }
  }
}

export const everyCommandWorks = (command, suite) =>
  withPeers(command, suite, ['alice', 'bob', 'carol'], async (alice, bob, carol) => {
    equal((await alice.ask('hello')).suite, suite, 'hello');
    const created = await alice.ask('create', {group: kGroup, identity: 'alice'});
    equal([created.group, created.epoch, created.epochAuthenticator.length >= 64], [kGroup, 0, true], 'create');
    const {keyPackage} = await bob.ask('keypackage', {identity: 'bob'});
    const added = await alice.ask('add', {group: kGroup, keyPackages: [keyPackage], public: true, aad: 'c0de'});
    const joined = await bob.ask('join', {welcome: added.welcome});
    equal([joined.group, joined.epoch, joined.epochAuthenticator], [kGroup, 1, added.epochAuthenticator], 'join');

    const {groupInfo} = await bob.ask('groupinfo', {group: kGroup});
    const external = await carol.ask('external-join', {groupInfo, identity: 'carol'});
    for (const peer of [alice, bob]) {
      const processed = await peer.ask('process', {group: kGroup, message: external.commit});
      equal(
        [processed.kind, processed.epoch, processed.epochAuthenticator],
        ['commit', 2, external.epochAuthenticator],
        'process an external commit'
      );
    }
    const {members} = await carol.ask('members', {group: kGroup});
    equal(
      members.map(({leaf, identity}) => `${leaf} ${identity}`),
      ['0 alice', '1 bob', '2 carol'],
      'members'
    );

    const {message} = await carol.ask('encrypt', {group: kGroup, plaintext: '6869'});
    equal((await alice.ask('decrypt', {group: kGroup, message})).plaintext, '6869', 'decrypt');
    const read = await bob.ask('process', {group: kGroup, message});
    equal([read.kind, read.plaintext], ['application', '6869'], 'process a message');

    for (const open of [false, true]) {
      const {proposal} = await bob.ask('propose', {group: kGroup, kind: 'update', public: open});
      for (const peer of [alice, carol])
        equal((await peer.ask('process', {group: kGroup, message: proposal})).kind, 'proposal', 'process a proposal');
      const commit = await carol.ask('commit', {group: kGroup, public: open});
      for (const peer of [alice, bob])
        equal(
          (await peer.ask('process', {group: kGroup, message: commit.commit})).epochAuthenticator,
          commit.epochAuthenticator,
          'process a commit'
        );
    }
    const secrets = [];
    for (const peer of [alice, bob, carol]) {
      const {secret} = await peer.ask('exporter', {group: kGroup, label: 'label', context: '01', length: 40});
      const {secret: wire} = await peer.ask('wire-exporter', {group: kGroup, length: 32});
      const {secret: same} = await peer.ask('exporter', {group: kGroup, label: 'exporter', context: '', length: 32});
      equal(wire, same, 'wire-exporter');
      secrets.push(secret);
    }
    equal([secrets[0].length, secrets[1], secrets[2]], [80, secrets[0], secrets[0]], 'exporter');

    const removed = await alice.ask('remove', {group: kGroup, leaves: [1], identities: ['carol']});
    for (const peer of [bob, carol]) {
      equal((await peer.ask('process', {group: kGroup, message: removed.commit})).kind, 'commit', "process one's removal");
      await refused(peer, 'encrypt', {group: kGroup, plaintext: ''}, 'a message of somebody removed');
    }
    equal((await alice.ask('epoch-authenticator', {group: kGroup})).epochAuthenticator, removed.epochAuthenticator, 'epoch-authenticator');
  });

export const badInputIsRefused = (command, suite) =>
  withPeers(command, suite, ['alice', 'bob'], async (alice, bob) => {
    for (const line of [
      'no JSON',
      '[]',
      '7',
      'null',
      '{"id":1}',
      '{"id":1,"cmd":7}',
      '{"id":1,"cmd":"nothing"}',
      '{"id":1,"cmd":"hello"',
      '{'.repeat(100_000),
      '['.repeat(100_000),
      '"' + 'x'.repeat(1_000_000) + '"',
      '{"id":"\\ud800","cmd":"nothing"}',
      '\u0000'
    ]) {
      const reply = await alice.line(line);
      equal([reply.ok, typeof reply.error], [false, 'string'], line.slice(0, 40));
    }
    await alice.ask('create', {group: kGroup, identity: 'alice'});
    const {keyPackage} = await bob.ask('keypackage', {identity: 'bob'});
    const group = kGroup;
    for (const [cmd, fields] of [
      ['create', {group, identity: 'alice'}],
      ['create', {group: 'xyz', identity: 'a'}],
      ['create', {group: '00'}],
      ['keypackage', {}],
      ['keypackage', {identity: 1}],
      ['add', {group}],
      ['add', {group, keyPackages: []}],
      ['add', {group, keyPackages: 'aa'}],
      ['add', {group, keyPackages: ['aa']}],
      ['add', {group, keyPackages: [1]}],
      ['add', {group: '00', keyPackages: [keyPackage]}],
      ['add', {group, keyPackages: [keyPackage, keyPackage]}],
      ['add', {group, keyPackages: [keyPackage], aad: 'g'}],
      ['add', {group, keyPackages: [keyPackage], public: 'yes'}],
      ['add', {group, keyPackages: [keyPackage.slice(2)]}],
      ['add', {group, keyPackages: [keyPackage + '00']}],
      ['remove', {group}],
      ['remove', {group, leaves: [0]}],
      ['remove', {group, leaves: [9]}],
      ['remove', {group, leaves: [-1]}],
      ['remove', {group, leaves: [2 ** 40]}],
      ['remove', {group, leaves: [1.5]}],
      ['remove', {group, identities: ['nobody']}],
      ['remove', {group, identities: [{}]}],
      ['remove', {group, identities: ['alice']}],
      ['propose', {group, kind: 'nothing'}],
      ['propose', {group, kind: 'remove', leaf: 9}],
      ['propose', {group, kind: 'add', keyPackage: '00'}],
      ['join', {}],
      ['join', {welcome: ''}],
      ['join', {welcome: '0001'}],
      ['join', {welcome: keyPackage}],
      ['external-join', {groupInfo: keyPackage, identity: 'a'}],
      ['external-join', {groupInfo: '', identity: 'a'}],
      ['process', {group}],
      ['process', {group, message: ''}],
      ['process', {group, message: keyPackage}],
      ['process', {group, message: '00010002' + 'ff'.repeat(5000)}],
      ['decrypt', {group, message: '00'}],
      ['encrypt', {group}],
      ['encrypt', {group, plaintext: '0'}],
      ['exporter', {group, label: 'x', context: '', length: 1e9}],
      ['exporter', {group, label: 'x', context: '', length: -1}],
      ['exporter', {group, label: 1, context: '', length: 1}],
      ['wire-exporter', {group}],
      ['info', {}],
      ['members', {group: 'ff'}],
      ['epoch-authenticator', {group: 1}],
      ['groupinfo', {group: null}]
    ])
      await refused(alice, cmd, fields, `${cmd} ${JSON.stringify(fields).slice(0, 80)}`);

    // And the group still works.
    const added = await alice.ask('add', {group, keyPackages: [keyPackage]});
    await bob.ask('join', {welcome: added.welcome});
    await refused(bob, 'join', {welcome: added.welcome}, 'a Welcome used up');
    const {message} = await bob.ask('encrypt', {group, plaintext: '00'});
    await refused(bob, 'process', {group, message}, "one's own message");
    for (let at = 0; at < message.length; at += 2) {
      const changed =
        message.slice(0, at) + (parseInt(message.slice(at, at + 2), 16) ^ 1).toString(16).padStart(2, '0') + message.slice(at + 2);
      await refused(alice, 'process', {group, message: changed}, `a message changed at byte ${at / 2}`);
      await refused(alice, 'decrypt', {group, message: message.slice(0, at)}, `a message cut at byte ${at / 2}`);
    }
    equal((await alice.ask('decrypt', {group, message})).plaintext, '00', 'the message itself');
    await refused(alice, 'process', {group, message}, 'a message read before');
  });
