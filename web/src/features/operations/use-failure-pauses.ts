import { useQueries } from '@tanstack/react-query';
import type { Operations } from 'bff/contract/operations';
import type { Policy } from 'bff/contract/policies';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { policyQuery, usePolicyChanges } from '../../domain/policy/policy-changes.ts';
import { usePolicyRights } from '../../domain/policy/policy-rights.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import type { MenuAction } from '../../ui/menu-action.ts';
import { toast } from '../../ui/toast.ts';

type Named = Pick<Policy, 'id' | 'name'>;
type Failure = Pick<Operations['failures'][number], 'policyIds' | 'destinationRegistryId'>;

/** A menu is no list: who has more of them goes to the page of policies. */
const MOST_POLICIES = 5;

/** Those that the reader may see; the server says no to the others. */
export function useFailingPolicies(policyIds: readonly string[]): Policy[] {
  const answers = useQueries({ queries: policyIds.slice(0, MOST_POLICIES).map((id) => policyQuery(id)) });
  return answers.flatMap(({ data }) => data ?? []);
}

/** Pausing and going on with the policies whose tasks fail, as the reader may. */
export function useFailurePauses({ policyIds, destinationRegistryId }: Failure) {
  const { t } = useTranslation('operations');
  const registry = useRegistryDirectory().find(destinationRegistryId).name;
  const policies = useFailingPolicies(policyIds);
  const { mayManage } = usePolicyRights(policies);
  const { pausePolicy, pauseDestination } = usePausing(registry, destinationRegistryId);
  const offered = policies.filter((policy) => policy.isEnabled && mayManage(policy));
  const actions = offered.flatMap((policy): MenuAction[] => {
    const isPaused = policy.pausedAt !== null;
    const here = policy.destinations.find(({ registryId }) => registryId === destinationRegistryId);
    const isPausedHere = isDestinationPaused(policy, destinationRegistryId);
    const names = { policy: policy.name, registry };
    return [
      {
        key: policy.id,
        label: t(isPaused ? 'failure.resumePolicy' : 'failure.pausePolicy', names),
        onChoose: () => pausePolicy(policy, !isPaused),
      },
      // With one destination that would be the same twice.
      ...(here === undefined || (policy.destinations.length === 1 && !isPausedHere)
        ? []
        : [
            {
              key: `${policy.id} here`,
              label: t(isPausedHere ? 'failure.resumeDestination' : 'failure.pauseDestination', names),
              onChoose: () => pauseDestination(policy, !isPausedHere),
            },
          ]),
    ];
  });
  const areAllPaused = offered.every(
    (policy) => policy.pausedAt !== null || isDestinationPaused(policy, destinationRegistryId),
  );
  return { actions, areAllPaused };
}

const isDestinationPaused = ({ destinations }: Policy, id: string): boolean =>
  destinations.some(({ registryId, pausedAt }) => registryId === id && pausedAt !== null);

/**
 * Each with a way back. What it says does not hang on the row: with its tasks waiting for another reason, the row of this
 * one is gone before the answer comes.
 */
function usePausing(registry: string, registryId: string) {
  const { t } = useTranslation('operations');
  const errorWords = useErrorWords();
  const { change, changeDestination } = usePolicyChanges();
  const tell = (work: Promise<unknown>, message: string, undo?: () => void) =>
    void work.then(
      () =>
        toast({
          message,
          tone: 'ok',
          ...(undo === undefined ? {} : { action: { label: t('failure.undo'), onClick: undo } }),
        }),
      (error: unknown) => {
        if (error instanceof Error) toast({ message: errorWords(error).sentence, tone: 'danger' });
      },
    );
  const pausePolicy = ({ id, name }: Named, isPaused: boolean, isUndo = false): void =>
    tell(
      change.mutateAsync({ policyId: id, verb: isPaused ? 'pause' : 'resume' }),
      t(isPaused ? 'failure.policyPaused' : 'failure.policyResumed', { policy: name }),
      isUndo ? undefined : () => pausePolicy({ id, name }, !isPaused, true),
    );
  const pauseDestination = ({ id, name }: Named, isPaused: boolean, isUndo = false): void =>
    tell(
      changeDestination.mutateAsync({ policyId: id, registryId, isPaused }),
      t(isPaused ? 'failure.destinationPaused' : 'failure.destinationResumed', { policy: name, registry }),
      isUndo ? undefined : () => pauseDestination({ id, name }, !isPaused, true),
    );
  return { pausePolicy, pauseDestination };
}
