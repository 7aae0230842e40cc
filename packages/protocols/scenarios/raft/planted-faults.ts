/** Ways to build Raft wrong, as patches of its source text. */
import type { Patch } from '../../testing/planted-raft.ts';

const patch = (file: string, from: string, to: string): Patch => ({ file: `${file}.ts`, from, to });

const earlySend = 'this.#state.outputs.sendEarly(';

/** Found where elections are many. */
export const votingFaults: Readonly<Record<string, readonly Patch[]>> = {
  'votes twice in a term': [patch('elections', 'votedFor === from || votedFor === null', 'true')],
  'votes for who lacks entries': [
    patch(
      'elections',
      'isFree && (lastTerm > log.lastTerm || (lastTerm === log.lastTerm && lastIndex >= log.lastIndex))',
      'isFree',
    ),
  ],
  'says its vote before that is durable': [
    patch('elections', "this.#state.outputs.send(from, { kind: 'vote'", `${earlySend}from, { kind: 'vote'`),
  ],
  'writes no votes and no terms': [
    patch('member-state', 'if (this.#voteChanged) writes.push(', 'if (false) writes.push('),
  ],
  'writes the term, and not the vote': [
    patch('member-state', 'votedFor: this.#votedFor });', 'votedFor: null });'),
  ],
  'forgets at a restart whom it voted for': [
    patch('member-state', 'this.#votedFor = stored.votedFor;', 'this.#votedFor = null;'),
  ],
  'forgets at a restart in which term it was': [
    patch('member-state', 'this.#term = stored.term;', 'this.#term = Math.max(0, stored.term - 1);'),
    patch('member-state', 'if (this.log.lastTerm > stored.term)', 'if (false)'),
  ],
  'leads at once when leadership is handed to it': [
    patch('raft-member', 'else if (state.mayLead) this.#elections.campaign(true);', 'else this.#lead();'),
  ],
};

const logFaults: Readonly<Record<string, readonly Patch[]>> = {
  'is elected by half of the voters': [
    patch('quorum', 'if (granted * 2 > set.length)', 'if (granted * 2 >= set.length)'),
  ],
  'goes back to the term of a deposed leader': [
    patch('raft-member', 'if (message.term < state.term) {', 'if (false) {'),
    patch('raft-member', 'if (term > state.term) state.vote(term, null);', 'state.vote(term, null);'),
  ],
  'does not look at the entry before': [
    patch(
      'followership',
      'if (log.termAt(previousIndex) !== previousTerm) {',
      'if (log.termAt(previousIndex) === -1) {',
    ),
  ],
  'keeps what contradicts its leader': [
    patch('member-state', 'if (term === entry.term) continue;', 'if (term !== unknownTerm) continue;'),
  ],
  'does not write what it cut off': [
    patch('member-state', 'if (index < this.#unwrittenFrom) this.#unwrittenFrom = index;', ''),
  ],
  'writes no entries': [
    patch('member-state', 'if (hasEntries) {\n      writes.push(', 'if (false) {\n      writes.push('),
  ],
  'forgets at a restart the end of its log': [
    patch(
      'member-state',
      '    this.#unwrittenFrom = this.log.lastIndex + 1;\n  }\n\n  get id',
      '    if (this.log.lastIndex > this.#commit) this.log.truncateFrom(this.log.lastIndex);\n    this.#unwrittenFrom = this.log.lastIndex + 1;\n  }\n\n  get id',
    ),
  ],
  'acknowledges before it is durable': [
    patch('followership', "outputs.send(to, { kind: 'appended'", "outputs.sendEarly(to, { kind: 'appended'"),
  ],
  'acknowledges all that it has': [
    patch(
      'followership',
      'const matchIndex = previousIndex + entries.length;',
      'const matchIndex = log.lastIndex;',
    ),
  ],
  'counts what is not durable here yet': [
    patch(
      'leadership',
      'this.#replication.sendEntriesToAll();',
      'this.#replication.ownDurable(this.#state.log.lastIndex); this.#replication.sendEntriesToAll();',
    ),
  ],
  'commits beyond what it knows to be the same': [
    patch('followership', 'Math.min(commit, matchIndex)', 'Math.min(commit, log.lastIndex)'),
  ],
  'commits before others have it': [
    patch(
      'leadership',
      'this.#replication.ownDurable(index);',
      'this.#replication.ownDurable(index); this.#state.commitTo(index);',
    ),
  ],
  'commits with half of the voters': [patch('quorum', 'value) * 2 > set.length', 'value) * 2 >= set.length')],
  'counts entries of earlier terms': [
    patch(
      'leadership',
      'if (index <= before || state.log.termAt(index) !== state.term) return;',
      'if (index <= before) return;',
    ),
  ],
  'applies what is not committed': [
    patch(
      'member-state',
      'const commands = this.log\n      .slice(this.#commit + 1, index - this.#commit)',
      'const commands = this.log\n      .slice(this.#commit + 1, Infinity)',
    ),
  ],
};

const snapshotFaults: Readonly<Record<string, readonly Patch[]>> = {
  'takes a snapshot that is older than what it has applied': [
    patch('followership', 'if (index <= state.commit) return this.#appended(from, round, state.commit);', ''),
    patch(
      'followership',
      'if (state.log.termAt(index) === term) state.commitTo(index);\n    else state.install(snapshot);',
      'state.install(snapshot);',
    ),
  ],
  'never sends a snapshot': [
    patch(
      'replication',
      "outputs.sendEarly(progress.id, { kind: 'snapshot', term, round: this.#round, snapshot });",
      '',
    ),
  ],
  'forgets at a restart who counts': [
    patch('member-state', 'snapshot?.configuration ?? founding', 'founding'),
  ],
};

/** Found where leaders and sets change often. */
export const changeFaults: Readonly<Record<string, readonly Patch[]>> = {
  'goes to the new set in one step': [
    patch('changes', 'isSameVoters ? wanted : { ...wanted, outgoing: now.voters }', 'wanted'),
  ],
  'elects by the new set alone while a change is joint': [
    patch('quorum', 'if (outgoing.length === 0) return first;', 'return first;'),
  ],
  'commits by the new set alone while a change is joint': [
    patch('replication', '...(isJoint(configuration) ? [outgoing] : [])', ''),
  ],
  'begins a change before the one before is over': [
    patch('changes', 'if (this.isUnderWay || this.#state.commit < this.#termStart)', 'if (false)'),
  ],
  'counts learners': [
    patch(
      'replication',
      'const { voters, outgoing } = configuration;',
      'const { outgoing } = configuration; const voters = [...configuration.voters, ...configuration.learners];',
    ),
  ],
  'never leaves a joint configuration': [
    patch(
      'changes',
      'if (isJoint(configuration)) return { leave: { ...configuration, outgoing: [] } };',
      'if (isJoint(configuration)) return undefined;',
    ),
  ],
};

const readFaults: Readonly<Record<string, readonly Patch[]>> = {
  'answers reads without asking a majority': [
    patch(
      'reads',
      'this.#waiting.push({ id, index, round: round + 1 });',
      'this.#waiting.push({ id, index, round: 0 }); this.settle();',
    ),
  ],
  'reads before it knows what earlier leaders committed': [
    patch(
      'reads',
      'const index = Math.max(this.#state.commit, this.#termStart);',
      'const index = this.#state.commit;',
    ),
  ],
};

const leaseFaults: Readonly<Record<string, readonly Patch[]>> = {
  'trusts that all clocks run alike': [
    patch('reads', 'began + electionTimeoutMs / clockDrift', 'began + electionTimeoutMs'),
  ],
};

/** Found where everything goes wrong. */
export const roughFaults: Readonly<Record<string, readonly Patch[]>> = {
  ...logFaults,
  ...snapshotFaults,
};

/** Found where clocks run at different rates, and many read while others write. */
export const staleFaults: Readonly<Record<string, readonly Patch[]>> = { ...readFaults, ...leaseFaults };
