import type { Promotion, PromotionState, TagPlace } from './promotions.ts';

/** Why a promotion is refused, as a sentence for people. Routes say which code each is. */
export class PromotionRefusedError extends Error {
  override readonly name = 'PromotionRefusedError';
  readonly refusal: PromotionRefusal;

  constructor(refusal: PromotionRefusal, sentence: string) {
    super(sentence);
    this.refusal = refusal;
  }
}

export type PromotionRefusal =
  | 'off-path'
  | 'pending'
  | 'not-needed'
  | 'tag-moved'
  | 'tag-held'
  | 'own'
  | 'not-waiting'
  | 'not-undoable';

const refused = (refusal: PromotionRefusal, sentence: string) => new PromotionRefusedError(refusal, sentence);
const tagOf = ({ repository, tag }: Pick<TagPlace, 'repository' | 'tag'>): string => `${repository}:${tag}`;

const closedWords: Readonly<Record<Exclude<PromotionState, 'waiting'>, string>> = {
  copying: 'has been approved already',
  done: 'has been approved already',
  failed: 'has been approved already',
  stopped: 'has been approved already',
  undone: 'has been approved already',
  declined: 'has been declined already',
  withdrawn: 'has been withdrawn',
  expired: 'has expired; it can be asked for again',
};

export const refusals = {
  offPath: (project: string, from: string, to: string) =>
    refused(
      'off-path',
      `The path of ${project} does not lead from ${from} to ${to}. A project admin can change the path in the project’s promotions.`,
    ),
  notServed: (registryId: string, environment: string) =>
    refused('off-path', `The registry “${registryId}” does not serve ${environment}.`),
  pending: (place: TagPlace, environment: string) =>
    refused('pending', `This image of ${tagOf(place)} waits for approval into ${environment} already.`),
  notNeeded: (place: TagPlace, environment: string) =>
    refused('not-needed', `${environment} has this image under ${tagOf(place)} already: there is nothing to promote.`),
  sourceMoved: (place: TagPlace, current: string | null) =>
    refused(
      'tag-moved',
      current === null
        ? `There is no ${tagOf(place)} in ${place.registryId} any more. Look again at what is there.`
        : `${tagOf(place)} in ${place.registryId} is another image by now, ${current}. Look at it, and promote that one if it is meant.`,
    ),
  targetMoved: (place: TagPlace, current: string | null) =>
    refused(
      'tag-moved',
      current === null
        ? `${tagOf(place)} was removed from ${place.registryId} since: nothing is put back.`
        : `${tagOf(place)} in ${place.registryId} was moved since, to ${current}: undoing would set that back. Nothing was changed.`,
    ),
  tagHeld: (place: TagPlace, rule: string) =>
    refused(
      'tag-held',
      `${tagOf(place)} in ${place.registryId} is held by the rule “${rule}” and stays as it is. Promote under another tag, or ask a project admin to remove the rule.`,
    ),
  ownApproval: ({ project, environment }: Promotion) =>
    refused(
      'own',
      `You asked for this promotion yourself: somebody else with the role developer or higher in ${environment} of ${project} has to approve it.`,
    ),
  ownDecline: ({ project, environment }: Promotion) =>
    refused(
      'own',
      `You asked for this promotion yourself: withdraw it. Declining is for others with the role developer or higher in ${environment} of ${project}.`,
    ),
  notWaiting: (state: PromotionState) =>
    refused('not-waiting', `This promotion ${state === 'waiting' ? 'has expired' : closedWords[state]}.`),
  notUndoable: (sentence: string) => refused('not-undoable', sentence),
  wasNew: (place: TagPlace) =>
    refused(
      'not-undoable',
      `There was no ${tagOf(place)} in ${place.registryId} before: nothing can be put back. Delete the tag if it should go.`,
    ),
  previousGone: (place: TagPlace, digest: string) =>
    refused('not-undoable', `${place.registryId} no longer has ${digest}, which ${tagOf(place)} was before.`),
} as const;
