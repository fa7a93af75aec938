import { type AuditRecord, actorOf, type RecordAudit } from '../../access/audit-record.ts';
import type { Subject } from '../../access/subject.ts';
import type { Cut } from './registry-grants.ts';

export interface RefusalLog {
  /** `fingerprint`: of what was shown, so that one wrong password in a loop is one line a minute. */
  readonly credentialsRefused: (username: string, fingerprint: string, address: string) => Promise<void>;
  readonly tooManyAttempts: (username: string, address: string) => Promise<void>;
  readonly signedIn: (subject: Subject, address: string) => Promise<void>;
  readonly grantsCut: (subject: Subject, cuts: readonly Cut[], address: string) => Promise<void>;
}

const onceInMs = 60_000;
/** More than the wrong passwords that are looked at from one address. */
const ofAddressMax = 120;
const ofAllMax = 600;

/**
 * What strangers can cause a line for is written at most once a minute for each credential and scope, and only so often a
 * minute for one address and for all together: the log cannot be flooded.
 */
export function createRefusalLog(record: RecordAudit, clock: { now(): Date }): RefusalLog {
  const mayWrite = createThrottle(clock);
  const write = async (key: string, line: Partial<AuditRecord> & Pick<AuditRecord, 'actor' | 'action' | 'outcome'>) => {
    if (!mayWrite(key, line.address ?? '')) return;
    const empty = { address: null, project: null, environment: null, target: null, reason: null };
    await record({ ...empty, before: null, after: null, requestId: null, ...line });
  };
  const stranger: AuditRecord['actor'] = { kind: 'anonymous', id: null, name: 'anonymous' };
  return {
    credentialsRefused: (username, fingerprint, address) =>
      write(`wrong ${fingerprint} ${address}`, {
        actor: stranger,
        address,
        action: 'registrySignIn',
        outcome: 'refused',
        target: printable(username),
        reason: 'Wrong username or password.',
      }),
    tooManyAttempts: (username, address) =>
      write(`many ${address}`, {
        actor: stranger,
        address,
        action: 'registrySignIn',
        outcome: 'refused',
        target: printable(username),
        reason: 'Too many wrong passwords.',
      }),
    signedIn: (subject, address) =>
      write(`right ${actorOf(subject).id} ${address}`, {
        actor: actorOf(subject),
        address,
        action: 'registrySignIn',
        outcome: 'done',
        target: actorOf(subject).name,
      }),
    async grantsCut(subject, cuts, address) {
      const actor = actorOf(subject);
      for (const { name, actions, project, environment, reason } of cuts) {
        const who = subject.kind === 'anonymous' ? address : (actor.id ?? '');
        await write(`cut ${who} ${name} ${actions.join()}`, {
          actor,
          address,
          action: 'registryToken',
          outcome: 'refused',
          project,
          environment,
          target: `${name}:${actions.join(',')}`,
          reason,
        });
      }
    },
  };
}

/** A name comes from anybody: the database refuses some characters, and people’s eyes are misled by others. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}]/gu, '\ufffd').slice(0, 255);
}

function createThrottle(clock: { now(): Date }) {
  let windowEndsMs = Number.NEGATIVE_INFINITY;
  let written = new Set<string>();
  let ofAddress = new Map<string, number>();
  return (key: string, address: string): boolean => {
    const nowMs = clock.now().getTime();
    if (nowMs >= windowEndsMs) {
      windowEndsMs = nowMs + onceInMs;
      written = new Set();
      ofAddress = new Map();
    }
    const count = ofAddress.get(address) ?? 0;
    if (written.has(key) || written.size >= ofAllMax || count >= ofAddressMax) return false;
    written.add(key);
    ofAddress.set(address, count + 1);
    return true;
  };
}
