// One group of members of both implementations, through random epochs. Whoever joins, commits and speaks is random; so is the order in which
// things arrive. Before some of them arrive, a changed copy does, which must be refused; after some, the same again, which must be too.
// After each epoch everybody has the same epoch authenticator, the same exporter secret and the same list of members.
//
// ts-mls 1.6.4 is wrong in four places, and these alone are avoided. It commits nobody else's Update (it would encrypt to the old leaf).
// Nobody joins by a GroupInfo of its own, and it joins by nobody's (its external_pub lacks the inner length). Where it refuses a Welcome for
// a valid tree whose unmerged leaves differ between ancestors, the newcomer is removed again. And no commit removes it and adds somebody: a
// newcomer who gets its leaf hides from it that it was removed (selfRemoved in its applyProposals looks at the tree after the adds).
// Every other refusal fails the run.

import {randomBytes} from 'node:crypto';

const kMembersMax = 16;
const kFaultOfTsMls = /non-blank intermediate node must list leaf node in its unmerged_leaves/;

const same = (values) => values.every((value) => value === values[0]);
const change = (random, message) => {
  // one bit, anywhere
  const bytes = Buffer.from(message, 'hex');
  bytes[random.below(bytes.length)] ^= 1 << random.below(8);
  return bytes.toString('hex');
};

export class MixedGroup {
  constructor(random, newMember) {
    this.random = random;
    this.newMember = newMember;
    this.members = [];
    this.late = []; // application messages that arrive an epoch later
    this.count = {
      epochs: 0,
      commitsOfOurs: 0,
      commitsOfTheirs: 0,
      open: 0,
      added: 0,
      removed: 0,
      external: 0,
      proposals: 0,
      messages: 0,
      late: 0,
      changed: 0,
      replayed: 0,
      joinsRefusedByTsMls: 0
    };
    this.serial = 0;
  }

  async start() {
    const founder = await this.member();
    await founder.create(randomBytes(16).toString('hex'));
    this.members.push(founder);
  }
  member(ours = this.random.chance(0.5)) {
    const n = (this.serial++).toString(16);
    return this.newMember(`5151a1ea-0000-4000-8000-${n.padStart(12, '0')}:${n}@sinetti.example`, ours);
  }

  async refused(member, message, what) {
    const before = await member.state();
    let error;
    try {
      await member.process(message);
    } catch (thrown) {
      error = thrown;
    }
    if (!error) throw new Error(`${member.name} took ${what}`);
    const after = await member.state();
    if (JSON.stringify(before) !== JSON.stringify(after)) throw new Error(`${member.name} refused ${what}, and changed by it`);
  }
  async deliver(member, message, kind) {
    if (this.random.chance(0.25)) {
      await this.refused(member, change(this.random, message), `a changed ${kind}`);
      ++this.count.changed;
    }
    const result = await member.process(message);
    if (result.kind !== kind) throw new Error(`${member.name} took a ${kind} for a ${result.kind}`);
    // A proposal that comes twice as a PublicMessage is the same proposal still.
    if (kind !== 'proposal' && this.random.chance(0.25) && (await member.isMember())) {
      await this.refused(member, message, `the same ${kind} again`);
      ++this.count.replayed;
    }
    return result;
  }

  async talk() {
    const sent = [];
    for (let i = this.random.below(4); i > 0; --i) {
      const sender = this.random.pick(this.members);
      const plaintext = randomBytes(this.random.below(300)).toString('hex');
      sent.push({sender, plaintext, message: await sender.encrypt(plaintext), present: [...this.members]});
    }
    const arriving = [...this.late.splice(0).map((entry) => ({...entry, wasLate: true})), ...sent];
    for (const entry of this.random.shuffled(arriving)) {
      if (!entry.wasLate && this.random.chance(0.2)) {
        this.late.push(entry);
        continue;
      }
      const receivers = entry.present.filter((member) => member !== entry.sender && this.members.includes(member));
      for (const member of this.random.shuffled(receivers)) {
        const {plaintext} = await this.deliver(member, entry.message, 'application');
        if (plaintext !== entry.plaintext) throw new Error(`${member.name} read something else than ${entry.sender.name} wrote`);
      }
      ++this.count.messages;
      if (entry.wasLate) ++this.count.late;
    }
  }

  // Standalone proposals, as PublicMessage or PrivateMessage. Returns what the next commit takes in.
  async propose() {
    const taken = {joining: [], leaving: [], updating: false};
    const proposer = this.random.pick(this.members);
    const kind = this.random.pick(['add', 'remove', 'update']);
    const open = this.random.chance(0.5);
    const fields = {open};
    if (kind === 'add') {
      if (this.members.length >= kMembersMax) return taken;
      const newcomer = await this.member();
      fields.keyPackage = await newcomer.keyPackage();
      taken.joining.push(newcomer);
    } else if (kind === 'remove') {
      const others = this.members.filter((member) => member !== proposer);
      if (this.members.length < 4) return taken;
      const leaving = this.random.pick(others);
      const {members} = await proposer.state();
      fields.leaf = Number(
        members
          .split(', ')
          .find((entry) => entry.endsWith(' ' + leaving.name))
          .split(' ')[0]
      );
      taken.leaving.push(leaving);
    } else {
      // Somebody else of ours has to commit it.
      if (!proposer.ours || this.members.filter((member) => member.ours).length < 2) return taken;
      taken.updating = true;
    }
    taken.proposer = proposer;
    const proposal = await proposer.propose(kind, fields);
    ++this.count.proposals;
    for (const member of this.random.shuffled(this.members.filter((other) => other !== proposer)))
      await this.deliver(member, proposal, 'proposal');
    return taken;
  }

  async externalJoin() {
    const informant = this.random.pick(this.members.filter((member) => member.ours));
    const newcomer = await this.member(true);
    const {commit} = await newcomer.externalJoin(await informant.groupInfo());
    for (const member of this.random.shuffled(this.members)) await this.deliver(member, commit, 'commit');
    this.members.push(newcomer);
    ++this.count.external;
  }

  async epoch() {
    await this.talk();
    if (this.members.length < kMembersMax && this.members.some((member) => member.ours) && this.random.chance(0.12)) {
      await this.externalJoin();
      return this.agree();
    }
    const taken = this.random.chance(0.35) && this.members.length > 1 ? await this.propose() : {joining: [], leaving: [], updating: false};

    // Nobody commits their own removal or their own update, and ts-mls nobody's update.
    const able = this.members.filter(
      (member) => !taken.leaving.includes(member) && !(taken.updating && (!member.ours || member === taken.proposer))
    );
    const committer = this.random.pick(able);
    const request = {open: this.random.chance(0.4)};
    const joining = [...taken.joining],
      leaving = [...taken.leaving];
    const room = kMembersMax - this.members.length - joining.length;
    const choice = this.random.next();
    const theirsLeave = leaving.some((member) => !member.ours);
    if (room > 0 && !theirsLeave && choice < (this.members.length < 6 ? 0.6 : 0.3)) {
      const newcomers = [];
      for (let i = Math.min(room, 1 + this.random.below(3)); i > 0; --i) newcomers.push(await this.member());
      request.add = [];
      for (const newcomer of newcomers) request.add.push(await newcomer.keyPackage());
      joining.push(...newcomers);
    } else if (this.members.length > 4 && choice < 0.55) {
      const candidates = this.members.filter(
        (member) => member !== committer && !leaving.includes(member) && (joining.length === 0 || member.ours)
      );
      const chosen = this.random.shuffled(candidates).slice(0, 1 + this.random.below(2));
      request.remove = chosen.map((member) => member.name); // none at all is a commit of its own path
      leaving.push(...chosen);
    }
    const {commit, welcome} = await committer.commit(request);
    ++this.count[committer.ours ? 'commitsOfOurs' : 'commitsOfTheirs'];
    if (request.open) ++this.count.open;

    for (const member of this.random.shuffled(this.members.filter((other) => other !== committer))) {
      await this.deliver(member, commit, 'commit');
      if (leaving.includes(member) && (await member.isMember())) throw new Error(`${member.name} was removed and does not know`);
    }
    for (const member of leaving) await member.leave();
    this.members = this.members.filter((member) => !leaving.includes(member));
    this.count.removed += leaving.length;
    await this.welcome(welcome, joining, committer);
    return this.agree();
  }

  async welcome(welcome, joining, committer) {
    const refused = [];
    for (const newcomer of joining) {
      try {
        await newcomer.join(welcome);
        this.members.push(newcomer);
        ++this.count.added;
      } catch (error) {
        if (newcomer.ours || !kFaultOfTsMls.test(error.message))
          throw new Error(`${newcomer.name} (${newcomer.ours ? 'ours' : 'ts-mls'}) does not join: ${error.message}`);
        refused.push(newcomer);
      }
    }
    if (refused.length === 0) return;
    this.count.joinsRefusedByTsMls += refused.length;
    await this.agree();
    const {commit} = await committer.commit({remove: refused.map((member) => member.name)});
    for (const member of this.members.filter((other) => other !== committer)) await this.deliver(member, commit, 'commit');
  }

  async agree() {
    const states = await Promise.all(this.members.map((member) => member.state()));
    for (const field of ['epoch', 'authenticator', 'exporter', 'members'])
      if (!same(states.map((state) => state[field])))
        throw new Error(
          `${field} differs:\n` +
            this.members.map((member, i) => `  ${member.ours ? 'ours  ' : 'ts-mls'} ${member.name}: ${states[i][field]}`).join('\n')
        );
    ++this.count.epochs;
  }

  async end() {
    for (const member of this.members) await member.leave();
  }
}
