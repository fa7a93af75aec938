import Button from '@mui/material/Button';
import type { TagMoment } from 'bff/contract/tag-history';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { shortenDigest } from '../../domain/digest.ts';
import { DigestText } from '../../domain/DigestText.tsx';
import { PolicyLink } from '../../domain/policy/PolicyLink.tsx';
import { type Access, canAt, useProjectAccess } from '../../domain/project-access.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths, projectOf } from '../../paths.ts';
import { Sentence } from '../../ui/Sentence.tsx';
import { StatusDot, type Tone } from '../../ui/StatusDot.tsx';
import type { Column } from '../../ui/table-columns.ts';
import styles from './repositories.module.css';

interface HistoryColumnsOptions {
  /** Some of them lost against, or replaced, what was pushed to another master: their rows have the words for it. */
  hasRivals: boolean;
  repository: string;
  tag: string;
  onRevert: (moment: TagMoment) => void;
  onRestore: (moment: TagMoment) => void;
}

const tones: Readonly<Record<NonNullable<TagMoment['standing']>, Tone>> = {
  current: 'ok',
  there: 'accent',
  trash: 'warn',
  gone: 'neutral',
};

export function useHistoryColumns({ hasRivals, repository, tag, onRevert, onRestore }: HistoryColumnsOptions) {
  const { t } = useTranslation('trash');
  const format = useFormat();
  const directory = useRegistryDirectory();
  const access = useProjectAccess(projectOf(repository));
  return useMemo((): Column<TagMoment>[] => {
    return [
      {
        key: 'digest',
        header: t('history.digest'),
        width: 132,
        narrow: 'title',
        cell: ({ digest }) =>
          digest === null ? <em className={styles['hint']}>{t('history.removed')}</em> : <DigestText digest={digest} />,
      },
      {
        key: 'registry',
        header: t('history.registry'),
        minWidth: 130,
        grow: 1,
        cell: ({ registryId, environment }) => (
          <RegistryChip name={directory.find(registryId).name} environment={environment} />
        ),
      },
      {
        key: 'today',
        header: t('history.today'),
        minWidth: 190,
        grow: hasRivals ? 4 : 1,
        cell: (moment) => (
          <>
            <Standing standing={moment.standing} />
            <RivalNote moment={moment} />
          </>
        ),
        narrowCell: ({ standing }) => <Standing standing={standing} />,
      },
      {
        key: 'how',
        header: t('history.how'),
        width: 130,
        narrow: hasRivals ? 'below' : 'hidden',
        narrowCell: (moment) => <RivalNote moment={moment} />,
        cell: ({ how, executionId }) => {
          const words = t(`history.move.${how}`);
          if (executionId === null || !canAt(access, 'replication.read')) {
            return <span title={how === 'scan' ? t('history.scanHint') : undefined}>{words}</span>;
          }
          return <Link to={paths.execution(executionId)}>{words}</Link>;
        },
      },
      {
        key: 'by',
        header: t('history.by'),
        minWidth: 110,
        grow: 1,
        narrow: 'hidden',
        cell: ({ actor, policy }) => <By actor={actor} policy={policy} />,
      },
      {
        key: 'size',
        header: t('column.size'),
        width: 92,
        align: 'end',
        narrow: 'hidden',
        cell: ({ sizeBytes }) => (sizeBytes === null ? '' : format.bytes(sizeBytes)),
      },
      {
        key: 'since',
        header: t('history.since'),
        width: 136,
        align: 'end',
        cell: ({ at }) => <RelativeTime instant={at} />,
      },
      {
        key: 'until',
        header: t('history.until'),
        width: 136,
        align: 'end',
        narrow: 'hidden',
        cell: ({ until, standing }) =>
          until !== null ? <RelativeTime instant={until} /> : standing === 'current' ? t('history.untilNow') : '',
      },
      {
        key: 'back',
        header: t('column.actions'),
        headerContent: <span className="visually-hidden">{t('column.actions')}</span>,
        width: 110,
        align: 'end',
        narrow: 'end',
        cell: (moment) => (
          <WayBack moment={moment} tag={tag} access={access} onRevert={onRevert} onRestore={onRestore} />
        ),
      },
    ];
  }, [t, format, directory, access, hasRivals, tag, onRevert, onRestore]);
}

function Standing({ standing }: Pick<TagMoment, 'standing'>) {
  const { t } = useTranslation('trash');
  return standing === null ? null : <StatusDot tone={tones[standing]} label={t(`history.standing.${standing}`)} />;
}

/** That two masters had changed the tag, and what became of this one. */
function RivalNote({ moment: { rival, standing } }: { moment: TagMoment }) {
  const { t } = useTranslation('trash');
  const directory = useRegistryDirectory();
  const format = useFormat();
  if (rival === null) return null;
  const { outcome, digest, registryId, pushedAt } = rival;
  const text =
    outcome === 'won' ? t('history.won') : standing === 'gone' ? t('history.lostGone') : t('history.lostKept');
  const registry = registryId === null ? t('history.someRegistry') : directory.find(registryId).name;
  const whole = text
    .replace('<registry/>', registry)
    .replace('<time/>', format.instant(pushedAt))
    .replace('<digest/>', digest);
  return (
    <span className={`two-lines ${styles['rival']}`} data-outcome={outcome} title={whole}>
      <Sentence
        text={text}
        parts={{
          registry: <bdi>{registry}</bdi>,
          time: <RelativeTime instant={pushedAt} />,
          digest: <DigestText digest={digest} />,
        }}
      />
    </span>
  );
}

/** Somebody, or the policy whose work it was; who has it run is behind it. */
function By({ actor, policy }: Pick<TagMoment, 'actor' | 'policy'>) {
  const { t } = useTranslation('trash');
  if (policy === null) return <bdi title={actor ?? undefined}>{actor ?? ''}</bdi>;
  const name = policy.name ?? t('row.somePolicy');
  return (
    <bdi title={actor === null ? name : `${name}, ${t('row.by', { who: actor })}`}>
      <PolicyLink policy={policy} />
      {actor === null ? null : `, ${actor}`}
    </bdi>
  );
}

interface WayBackProps extends Pick<HistoryColumnsOptions, 'tag' | 'onRevert' | 'onRestore'> {
  moment: TagMoment;
  access: Access;
}

/** To what still exists, for who may go there. */
function WayBack({ moment, tag, access, onRevert, onRestore }: WayBackProps) {
  const { t } = useTranslation('trash');
  const directory = useRegistryDirectory();
  const { digest, standing, environment, registryId } = moment;
  const about = { digest: shortenDigest(digest ?? ''), registry: directory.find(registryId).name, tag };
  if (standing === 'there' && canAt(access, 'artifact.push', environment)) {
    return (
      <Button
        size="small"
        className={styles['back'] ?? ''}
        aria-label={t('history.revertOf', about)}
        onClick={() => onRevert(moment)}
      >
        {t('history.revert')}
      </Button>
    );
  }
  if (standing === 'trash' && canAt(access, 'artifact.delete', environment)) {
    return (
      <Button
        size="small"
        className={styles['back'] ?? ''}
        aria-label={t('history.restoreOf', about)}
        onClick={() => onRestore(moment)}
      >
        {t('history.restore')}
      </Button>
    );
  }
  return null;
}
