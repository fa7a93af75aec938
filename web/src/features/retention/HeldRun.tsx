import type { RetentionRun } from 'bff/contract/retention';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { HeldQuestion } from '../../domain/held/HeldQuestion.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths } from '../../paths.ts';
import { Sentence } from '../../ui/Sentence.tsx';
import { useRetentionActions } from './retention-queries.ts';

interface HeldRunProps {
  project: string;
  run: RetentionRun;
  /** Whether the reader may delete where the run would. */
  mayDecide: boolean;
  /** The tags are on the same page. */
  isHere?: boolean;
}

/** A run that would delete many at once: a person says yes or no. */
export function HeldRun({ project, run, mayDecide, isHere = false }: HeldRunProps) {
  const { t } = useTranslation('retention');
  const { confirm, decline } = useRetentionActions(project);
  const { id, heldBack, deleteCount, createdAt } = run;
  const count = t('held.count', { count: deleteCount });
  return (
    <HeldQuestion
      about={id}
      heldBack={heldBack}
      words={{
        title: t('held.title'),
        yes: t('held.yes'),
        no: t('held.no'),
        nobody: t('held.nobody'),
        confirmTitle: t('held.confirmTitle'),
        confirmLabel: t('run.action', { count: deleteCount }),
        confirmed: t('held.confirmed'),
        declined: t('held.declined'),
      }}
      facts={
        <p>
          {count} <Sentence text={t('held.asked')} parts={{ when: <RelativeTime instant={createdAt} /> }} />{' '}
          {isHere ? null : <Link to={paths.retentionRun(project, id)}>{t('held.list')}</Link>}
        </p>
      }
      consequence={
        <>
          {count} {t('held.confirmWords')}
        </>
      }
      typeToConfirm={project}
      mayDecide={mayDecide}
      confirm={confirm}
      decline={decline}
    />
  );
}
