import type { Policy } from 'bff/contract/policies';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import type { PolicyVerb } from '../../domain/policy/policy-changes.ts';
import { paths } from '../../paths.ts';
import type { MenuAction } from '../../ui/menu-action.ts';
import { toast } from '../../ui/toast.ts';
import { usePolicyActions } from './policies-queries.ts';

/** What is asked about before it is done. */
export type AskedPolicy = { policy: Policy; about: 'disable' | 'remove' };

/** What it needs before it runs; undefined where it can. */
export function wakingVerb({ isEnabled, pausedAt }: Policy): 'enable' | 'resume' | undefined {
  if (!isEnabled) return 'enable';
  return pausedAt === null ? undefined : 'resume';
}

/** What can be done with a policy, for its row and its page; say before whether the reader may. */
export function usePolicyMenu() {
  const { t } = useTranslation('policies');
  const errorWords = useErrorWords();
  const navigate = useNavigate();
  const { change, run } = usePolicyActions();
  const [asked, setAsked] = useState<AskedPolicy | null>(null);
  const onError = (error: Error) => toast({ message: errorWords(error).sentence, tone: 'danger' });

  const apply = ({ id, name }: Policy, verb: PolicyVerb) =>
    change.mutate(
      { policyId: id, verb },
      { onSuccess: () => toast({ message: t(`done.${verb}`, { name }), tone: 'ok' }), onError },
    );
  const runNow = ({ id, name }: Policy) =>
    run.mutate(id, {
      onSuccess: (execution) => {
        const hasWork = execution.state === 'running';
        toast({
          message: t(hasWork ? 'done.run' : 'done.runNothing', { name }),
          tone: 'ok',
          ...(hasWork
            ? {
                action: { label: t('done.look'), onClick: () => void navigate(paths.execution(execution.id)) },
              }
            : {}),
        });
      },
      onError,
    });

  /** Without what stands on the page as buttons already. */
  const actionsOf = (policy: Policy, { withButtons = true } = {}): MenuAction[] => {
    const wakes = wakingVerb(policy);
    const start =
      wakes === undefined
        ? { key: 'run', label: t('run'), onChoose: () => runNow(policy) }
        : { key: wakes, label: t(wakes), onChoose: () => apply(policy, wakes) };
    return [
      ...(withButtons ? [start, { key: 'edit', label: t('edit'), to: paths.editPolicy(policy.id) }] : []),
      ...(wakes === undefined ? [{ key: 'pause', label: t('pause'), onChoose: () => apply(policy, 'pause') }] : []),
      ...(policy.isEnabled
        ? [{ key: 'disable', label: t('disable'), onChoose: () => setAsked({ policy, about: 'disable' }) }]
        : []),
      { key: 'remove', label: t('remove'), onChoose: () => setAsked({ policy, about: 'remove' }) },
    ];
  };
  return { actionsOf, runNow, apply, isRunPending: run.isPending, asked, onAnswered: () => setAsked(null) };
}
