import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Execution } from 'bff/contract/replication';
import type { TagMoment } from 'bff/contract/tag-history';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { followExecution, previewQuery } from '../../domain/copy/copy-queries.ts';
import { DigestText } from '../../domain/DigestText.tsx';
import { useErrorWords } from '../../domain/error-words.ts';
import { Cautions } from '../../domain/reasons/Cautions.tsx';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { paths } from '../../paths.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Sentence } from '../../ui/Sentence.tsx';
import { toast } from '../../ui/toast.ts';
import styles from './repositories.module.css';
import { revertRequest, useRevert } from './tag-history-queries.ts';

interface RevertDialogProps {
  repository: string;
  tag: string;
  moment: TagMoment;
  /** What the tag is there now; null where it is not. */
  nowDigest: string | null;
  onClose: () => void;
}

export function RevertDialog({ repository, tag, moment, nowDigest, onClose }: RevertDialogProps) {
  const { t } = useTranslation(['trash', 'reasons']);
  const errorWords = useErrorWords();
  const reasonText = useReasonText();
  const { registryId } = moment;
  const digest = moment.digest ?? '';
  const registry = useRegistryDirectory().find(registryId).name;
  const what = `${repository}:${tag}`;
  const order = { registryId, repository, tag, digest };
  const preview = useQuery(previewQuery(revertRequest(order)));
  const [planned] = preview.data?.items ?? [];
  const obstacle = planned?.outcome === 'impossible' ? planned.reason : null;
  const run = useRevert();
  const tellEnd = useRevertToasts(what, registry);
  const text = nowDigest === null ? t('revert.becomesNew', { registry, tag }) : t('revert.becomes', { registry });
  const parts = {
    to: <DigestText digest={digest} />,
    ...(nowDigest === null ? {} : { from: <DigestText digest={nowDigest} /> }),
  };
  return (
    <ConfirmDialog
      isOpen
      title={t('revert.title', { what, registry })}
      confirmLabel={t('revert.action')}
      touched={[<Sentence key="tag" text={text} parts={parts} />]}
      isBusy={run.isPending}
      isIncomplete={preview.isPending || obstacle !== null}
      error={errorWords(run.error ?? preview.error)}
      onConfirm={() =>
        run.mutate(order, {
          onSuccess: (execution) => {
            onClose();
            tellEnd(execution);
          },
        })
      }
      onClose={onClose}
    >
      <p>{t('revert.words')}</p>
      <Cautions cautions={preview.data?.cautions ?? []} />
      {obstacle === null ? null : <p className={styles['obstacle']}>{reasonText(obstacle)}</p>}
    </ConfirmDialog>
  );
}

function useRevertToasts(what: string, registry: string): (execution: Execution) => void {
  const { t } = useTranslation('trash');
  const client = useQueryClient();
  const navigate = useNavigate();
  return ({ id }) => {
    const action = { label: t('revert.watch'), onClick: () => void navigate(paths.execution(id)) };
    const dismiss = toast({ message: t('revert.running', { what }), action, durationMs: 60_000 });
    followExecution(client, id, ({ state }) => {
      dismiss();
      const ends = { succeeded: 'done', failed: 'failed', stopped: 'stopped', running: 'running' } as const;
      const tone = state === 'succeeded' ? 'ok' : state === 'failed' ? 'danger' : 'neutral';
      toast({ message: t(`revert.${ends[state]}`, { what, registry }), tone, action });
    });
  };
}
