import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Execution } from 'bff/contract/replication';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { paths, projectOf } from '../../paths.ts';
import { toast } from '../../ui/toast.ts';
import { useDebounced } from '../../ui/use-debounced.ts';
import { useErrorWords } from '../error-words.ts';
import { usePushPlaces } from '../may-push.ts';
import { projectQuery } from '../project-access.ts';
import { ReferenceText } from '../ReferenceText.tsx';
import { useRegistryDirectory } from '../registry-directory.ts';
import { RegistryChip } from '../RegistryChip.tsx';
import styles from './copy.module.css';
import { buildCopyRequest, type CopyChoice, type CopySource, obstacleOf, withinPlaces } from './copy-plan.ts';
import { followExecution, useStartCopy } from './copy-queries.ts';
import { CopyDestinations } from './CopyDestinations.tsx';
import { CopyOptions, findNameProblems } from './CopyOptions.tsx';
import { CopyPreviewList } from './CopyPreviewList.tsx';
import { useCopyPreview } from './use-copy-preview.ts';

interface CopyDialogProps {
  source: CopySource;
  /** Registries chosen beforehand, such as the next environment. */
  destinationIds?: readonly string[];
  onClose: () => void;
}

/**
 * “Copy to…”: where to, under which name, and what would happen, before anything does. Load it lazily:
 * `lazy(async () => ({ default: (await import('…/copy/CopyDialog.tsx')).CopyDialog }))`.
 */
export function CopyDialog({ source, destinationIds = [], onClose }: CopyDialogProps) {
  const { t } = useTranslation(['tasks', 'reasons']);
  const titleId = useId();
  const what = copyWords(source);
  const title =
    source.references.length === 1
      ? t('copy.title', { what })
      : t('copy.titleMany', { count: source.references.length, repository: source.repository });
  const { name, environment } = useRegistryDirectory().find(source.registryId);
  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} maxWidth="md" fullWidth scroll="paper">
      <header className={styles['header']}>
        <h2 id={titleId}>{title}</h2>
        <p className={styles['from']}>
          {t('copy.from')} <RegistryChip name={name} environment={environment} />
          {source.references.length > 1 ? <References source={source} /> : null}
        </p>
      </header>
      <CopyForm source={source} what={what} initialIds={destinationIds} onClose={onClose} />
    </Dialog>
  );
}

const SHOWN_REFERENCES = 6;

function References({ source }: { source: CopySource }) {
  const { t } = useTranslation('tasks');
  const remaining = source.references.length - SHOWN_REFERENCES;
  return (
    <span className={styles['references']}>
      {source.references.slice(0, SHOWN_REFERENCES).map((reference) => (
        <ReferenceText key={reference} reference={reference} />
      ))}
      {remaining > 0 ? <span>{t('copy.more', { count: remaining })}</span> : null}
    </span>
  );
}

function copyWords({ repository, references }: CopySource): string {
  const [first = ''] = references;
  return `${repository}${first.includes(':') ? '@' : ':'}${first}`;
}

interface CopyFormProps {
  source: CopySource;
  what: string;
  initialIds: readonly string[];
  onClose: () => void;
}

function CopyForm({ source, what, initialIds, onClose }: CopyFormProps) {
  const { t } = useTranslation('tasks');
  const errorWords = useErrorWords();
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<CopyChoice>({
    destinationIds: initialIds,
    repository: '',
    tag: '',
    includeReferrers: true,
    whenDifferent: 'replace',
  });
  const change = (changed: Partial<CopyChoice>) => setChosen((known) => ({ ...known, ...changed }));
  const target = useTarget(source, chosen);
  const choice = withinPlaces(chosen, target.places);
  const problems = findNameProblems(choice);
  const isNameWrong = problems.repository || problems.tag;
  const request = isNameWrong ? undefined : buildCopyRequest(source, choice);
  const preview = useCopyPreview(request);
  const start = useStartCopy();
  const toastProgress = useProgressToasts(
    source.references.length === 1 ? what : t('copy.artifacts', { count: source.references.length }),
  );
  const run = (after: (execution: Execution) => void) => {
    if (request === undefined) return;
    start.mutate(request, {
      onSuccess: (execution) => {
        onClose();
        after(execution);
      },
    });
  };
  const obstacle = obstacleOf(choice, isNameWrong, preview.data);
  const canStart = request !== undefined && !start.isPending && obstacle === null;
  const warningCount = preview.data?.cautions.length ?? 0;
  const obstacleId = useId();
  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (canStart) run((execution) => void navigate(paths.execution(execution.id)));
      }}
    >
      <div className={styles['body']}>
        <div className={styles['choices']}>
          <CopyDestinations {...target} source={source} choice={choice} onChange={change} />
          <CopyOptions source={source} choice={choice} problems={problems} onChange={change} />
        </div>
        <CopyPreviewList source={source} isChosen={request !== undefined} preview={preview} />
      </div>
      <footer className={styles['footer']}>
        {start.error === null ? null : (
          <p role="alert" className={styles['error']}>
            {errorWords(start.error).sentence}
          </p>
        )}
        {/* On a phone what will happen is below the fold: why the buttons are grey is said beside them. */}
        <p id={obstacleId} className={styles['obstacle']}>
          {obstacle === null ? null : t(`copy.obstacle.${obstacle}`)}
        </p>
        {warningCount === 0 ? null : (
          <p className={styles['warnings']}>{t('copy.warnings', { count: warningCount })}</p>
        )}
        <div className={styles['buttons']}>
          <Button onClick={onClose}>{t('copy.cancel')}</Button>
          <Button
            variant="outlined"
            disabled={!canStart}
            aria-describedby={obstacleId}
            onClick={() => run(toastProgress)}
          >
            {t('copy.startAndStay')}
          </Button>
          <Button type="submit" variant="contained" disabled={!canStart} aria-describedby={obstacleId}>
            {t('copy.start')}
          </Button>
        </div>
      </footer>
    </form>
  );
}

const PAUSE_MS = 300;

/** The project the copy goes to, which another name of the repository changes, and where the reader may push to it. */
function useTarget(source: CopySource, { repository }: CopyChoice) {
  const settled = useDebounced(repository, PAUSE_MS);
  const project = projectOf(settled === '' ? source.repository : settled);
  const { isPending } = useQuery(projectQuery(project));
  return { project, places: usePushPlaces(project), isPending };
}

/** For those who stay: a word when it has begun, and one when it has ended, wherever they are by then. */
function useProgressToasts(what: string): (execution: Execution) => void {
  const { t } = useTranslation('tasks');
  const client = useQueryClient();
  const navigate = useNavigate();
  return ({ id }) => {
    const action = { label: t('copy.watch'), onClick: () => void navigate(paths.execution(id)) };
    const dismiss = toast({ message: t('copy.toast.running', { what }), action, durationMs: 60_000 });
    followExecution(client, id, ({ state }) => {
      dismiss();
      const tone = state === 'succeeded' ? 'ok' : state === 'failed' ? 'danger' : 'neutral';
      toast({ message: t(`copy.toast.${state}`, { what }), tone, action });
    });
  };
}
