import MoreIcon from '@mui/icons-material/MoreVert';
import type { TrashItem } from 'bff/contract/trash';
import type { Reason } from 'bff/contract/words';
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { DigestText } from '../../domain/DigestText.tsx';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { PolicyLink } from '../../domain/policy/PolicyLink.tsx';
import { isUnderWay, nameOf, stateTone } from '../../domain/trash/trash-state.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { nameInProject } from '../../paths.ts';
import type { MenuAction } from '../../ui/menu-action.ts';
import { MenuButton } from '../../ui/MenuButton.tsx';
import { Sentence } from '../../ui/Sentence.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import type { Column } from '../../ui/table-columns.ts';
import styles from './trash-page.module.css';

interface TrashColumnsOptions {
  /** Of one project only: its name is not said in each row. */
  isOfProject: boolean;
  actionsOf: (item: TrashItem) => readonly MenuAction[];
}

export function useTrashColumns({ isOfProject, actionsOf }: TrashColumnsOptions): Column<TrashItem>[] {
  const { t } = useTranslation('trash');
  const format = useFormat();
  const reasonText = useReasonText();
  return useMemo(
    (): Column<TrashItem>[] => [
      {
        key: 'what',
        header: t('column.what'),
        minWidth: 280,
        grow: 4,
        narrow: 'title',
        cell: (item) => <What item={item} isOfProject={isOfProject} about={aboutOf(t, item)} />,
      },
      {
        key: 'digest',
        header: t('history.digest'),
        width: 116,
        narrow: 'hidden',
        cell: ({ digest }) => (digest === null ? '' : <DigestText digest={digest} />),
      },
      {
        key: 'registry',
        header: t('column.registry'),
        width: 150,
        cell: (item) => <Place item={item} />,
      },
      {
        key: 'deleted',
        header: t('column.deleted'),
        minWidth: 170,
        grow: 2,
        narrowCell: ({ createdAt }) => (
          <span data-keeps>
            <RelativeTime instant={createdAt} />
          </span>
        ),
        sorts: { ascending: 'created', descending: '-created', first: 'descending' },
        cell: (item) => (
          <span className={styles['two']}>
            <span>
              <RelativeTime instant={item.createdAt} />
            </span>
            <bdi className={styles['second']} title={byOf(t, item)}>
              <By item={item} />
            </bdi>
          </span>
        ),
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
        key: 'state',
        header: t('column.state'),
        minWidth: 150,
        grow: 2,
        cell: (item) => <State item={item} why={whyOf(t, item, reasonText)} />,
        narrowCell: (item) => <State item={item} why={whyOf(t, item, reasonText)} isNarrow />,
      },
      {
        key: 'expires',
        header: t('column.expires'),
        width: 130,
        align: 'end',
        narrow: 'hidden',
        sorts: { ascending: 'expires', descending: '-expires' },
        cell: ({ expiresAt, state }) =>
          expiresAt === null || state !== 'deleted' ? '' : <RelativeTime instant={expiresAt} />,
      },
      {
        key: 'menu',
        header: t('column.actions'),
        headerContent: <span className="visually-hidden">{t('column.actions')}</span>,
        width: 56,
        align: 'end',
        narrow: 'end',
        cell: (item) => {
          const actions = actionsOf(item);
          return actions.length === 0 ? null : (
            <MenuButton
              label={t('column.actionsOf', { what: nameOf(item) })}
              icon={<MoreIcon fontSize="small" />}
              actions={actions}
            />
          );
        },
      },
    ],
    [t, format, reasonText, isOfProject, actionsOf],
  );
}

function What({ item, isOfProject, about }: { item: TrashItem; isOfProject: boolean; about: string }) {
  const { repository, tag, digest } = item;
  return (
    <span className={styles['two']} title={`${nameOf(item)}\n${about}`}>
      <span className={styles['name']}>
        <ReferenceText
          repository={isOfProject ? nameInProject(repository) : repository}
          reference={tag ?? digest ?? ''}
          isOneLine
        />
      </span>
      {about === '' ? null : <bdi className={styles['second']}>{about}</bdi>}
    </span>
  );
}

function Place({ item: { registryId, environment } }: { item: TrashItem }) {
  const { name } = useRegistryDirectory().find(registryId);
  return (
    <span className={styles['registry']} data-keeps>
      <RegistryChip name={name} environment={environment} />
    </span>
  );
}

interface StateProps {
  item: TrashItem;
  /** What else there is to say about how it stands. */
  why: string | null;
  isNarrow?: boolean;
}

function State({ item, why, isNarrow = false }: StateProps) {
  const { t } = useTranslation('trash');
  const { state, actedBy, reason } = item;
  const words = t(`state.${state}`);
  const isEnded = state === 'restored' || state === 'purged';
  const dot = (label: string) => (
    <StatusDot
      tone={state === 'deleted' && reason !== null ? 'warn' : stateTone[state]}
      label={label}
      isActive={isUnderWay(item)}
    />
  );
  const label = isEnded && actedBy !== null ? t('row.acted', { state: words, who: actedBy }) : words;
  if (isNarrow) return dot(why ?? label);
  return (
    <span className={styles['two']} title={why ?? undefined}>
      {dot(label)}
      {why === null ? null : <span className={styles['second']}>{why}</span>}
    </span>
  );
}

function By({ item }: { item: TrashItem }) {
  const { t } = useTranslation('trash');
  const { policy, deletedBy } = item;
  if (policy === null || policy.name === null) return byOf(t, item);
  const text = deletedBy === null ? t('row.policy') : t('row.policyRun', { who: deletedBy });
  return <Sentence text={text} parts={{ policy: <PolicyLink policy={policy} /> }} />;
}

type Translate = TFunction<'trash'>;

/** Why it waits, failed or was refused; else what became of its tag since. */
function whyOf(t: Translate, { reason, state, digest, tagNow }: TrashItem, words: (reason: Reason) => string) {
  if (reason !== null) return words(reason);
  if (state !== 'deleted' || tagNow === null) return null;
  return t(tagNow === digest ? 'row.thereAgain' : 'row.takenSince');
}

function byOf(t: Translate, { why, deletedBy, policy }: TrashItem): string {
  if (why === 'retention') return t('row.retention');
  if (why === 'untagged') return t('row.untagged', { who: deletedBy ?? t('row.nobody') });
  if (why === 'policy') {
    if (policy === null || policy.name === null) return t('row.policyUnseen');
    const text = deletedBy === null ? t('row.policy') : t('row.policyRun', { who: deletedBy });
    return text.replace('<policy/>', policy.name);
  }
  return deletedBy === null ? t('row.nobody') : t('row.by', { who: deletedBy });
}

/** What people wrote about it, else what it shared its digest with. */
function aboutOf(t: Translate, { comment, tag, aliases, keptIn }: TrashItem): string {
  const tags = aliases.join(t('row.comma'));
  const shared =
    tag === null
      ? aliases.length === 0
        ? t('row.manifestOnly')
        : t('row.manifest', { tags })
      : aliases.length === 0
        ? ''
        : t('row.shared', { count: aliases.length, tags });
  return [comment, shared, keptIn === 'tag' ? t('row.keptInTag') : ''].filter((part) => part !== '').join(' · ');
}
