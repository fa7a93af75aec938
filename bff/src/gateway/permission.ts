import type { RegistryAction, RegistryCredentials } from '../access/credentials.ts';
import type { Decision } from '../access/decide.ts';
import { isReserved } from '../access/reserved-names.ts';
import type { Subject } from '../access/subject.ts';
import type { Caller } from './caller.ts';
import { OciError } from './oci-error.ts';
import type { PlaceName, Target } from './request-target.ts';

export interface PermissionDeps {
  readonly credentials: Pick<RegistryCredentials, 'grantsAt'>;
  /** The decision about a place in words: what would be needed, or that it may not be known to exist. */
  readonly decide: (subject: Subject, action: RegistryAction, place: PlaceName) => Promise<Decision>;
}

/** Whether the caller may do it there, now and by the token. Never throws for a refusal. */
export async function may(
  { credentials }: PermissionDeps,
  caller: Caller,
  action: RegistryAction,
  place: PlaceName,
): Promise<{ readonly byRights: boolean; readonly byToken: boolean }> {
  const granted = caller.grants?.some(({ name, actions }) => name === place.fullName && actions.includes(action));
  const now = await credentials.grantsAt(caller.subject, place.registryId, place.repository);
  return { byRights: !isReserved(place.repository) && now.includes(action), byToken: granted ?? true };
}

/**
 * `held-back`: the caller holds it and it is not given out at present, because nobody writes in maintenance.
 * @throws OciError
 */
export async function authorize(
  deps: PermissionDeps,
  caller: Caller,
  action: RegistryAction,
  place: PlaceName,
): Promise<'allowed' | 'held-back'> {
  const { byRights, byToken } = await may(deps, caller, action, place);
  if (byRights && byToken) return 'allowed';
  if (byRights) {
    throw new OciError(401, 'UNAUTHORIZED', `This token was not made to ${action} ${place.fullName}.`, {
      detail: { name: place.fullName, action },
    });
  }
  if (caller.subject.kind === 'anonymous') {
    throw new OciError(
      401,
      'UNAUTHORIZED',
      `Sign in first (docker login): ${place.fullName} is not open to everyone.`,
      {
        detail: { name: place.fullName, action },
      },
    );
  }
  const decision = isReserved(place.repository) ? undefined : await deps.decide(caller.subject, action, place);
  if (decision?.allowed === true && action !== 'pull') return 'held-back';
  if (decision === undefined || decision.allowed || decision.code !== 'permission-missing') throw nameUnknown(place);
  throw new OciError(403, 'DENIED', decision.sentence, { detail: { needed: decision.needed } });
}

/** The very same words for what does not exist and for what the caller may not know of. */
export function nameUnknown({ fullName }: PlaceName): OciError {
  const sentence = `There is no repository ${fullName} here, or you may not see it: a project admin can give you a role in its environment.`;
  return new OciError(404, 'NAME_UNKNOWN', sentence, { detail: { name: fullName } });
}

/** https://distribution.github.io/distribution/spec/auth/scope/ */
export function scopeFor(place: PlaceName, action: RegistryAction): string {
  return `repository:${place.fullName}:${action === 'push' ? 'pull,push' : action}`;
}

export function challengeOf(origin: string, scope: string | undefined, isInsufficient: boolean): string {
  const parts = [`realm="${origin}/service/token"`, 'service="longshore"'];
  if (scope !== undefined) parts.push(`scope="${scope}"`);
  if (isInsufficient) parts.push('error="insufficient_scope"');
  return `Bearer ${parts.join(',')}`;
}

/** What a request needs, whether or not such a method exists there: a stranger learns nothing from a 405. */
export function actionOf(method: string, kind: Target['kind']): RegistryAction {
  if (kind === 'upload' || kind === 'new-upload') return 'push';
  if (method === 'GET' || method === 'HEAD') return 'pull';
  return method === 'DELETE' ? 'delete' : 'push';
}
