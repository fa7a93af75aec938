import type { RegistryStorage } from 'bff/contract/storage';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { StorageChart } from './StorageChart.tsx';
import { sumSeries } from './storage-series.ts';
import { useToday } from './use-today.ts';
import styles from './storage.module.css';

interface StorageOverviewProps {
  /** One registry, or a project in each of its registries. */
  parts: readonly RegistryStorage[];
  isOfProject: boolean;
  toTrash?: string | undefined;
  toUntagged?: string | undefined;
  /** Beside the figures. */
  children?: ReactNode;
}

/** All of it, over time, what would come back, and how sure that is. */
export function StorageOverview({ parts, isOfProject, toTrash, toUntagged, children }: StorageOverviewProps) {
  const { t } = useTranslation('storage');
  const sum = (valueOf: (part: RegistryStorage) => number) => parts.reduce((all, part) => all + valueOf(part), 0);
  const total = sum(({ totalBytes }) => totalBytes);
  const unique = sum(({ uniqueBytes }) => uniqueBytes);
  const today = useToday();
  if (parts.every(({ measuredAt }) => measuredAt === null)) {
    return <p className={styles['muted']}>{t('never')}</p>;
  }
  return (
    <div className={styles['overview']}>
      <div className={styles['columns']}>
        <div>
          <section className={styles['section']} aria-label={t('total')}>
            <Amounts total={total} unique={unique} isOfProject={isOfProject} />
            <StorageChart series={sumSeries(parts.map(({ series }) => series))} today={today} />
          </section>
          {children}
        </div>
        <div>
          <Back
            trash={sum(({ trashBytes }) => trashBytes)}
            untagged={sum(({ untaggedBytes }) => untaggedBytes)}
            both={sum(({ bothBytes }) => bothBytes)}
            toTrash={toTrash}
            toUntagged={toUntagged}
          />
          <Knowledge parts={parts} isOfProject={isOfProject} />
        </div>
      </div>
    </div>
  );
}

function Amounts({ total, unique, isOfProject }: { total: number; unique: number; isOfProject: boolean }) {
  const { t } = useTranslation('storage');
  const { bytes } = useFormat();
  return (
    <dl className={styles['amounts']}>
      <div>
        <dt>{t('total')}</dt>
        <dd className={styles['amount']}>{bytes(total)}</dd>
      </div>
      <div>
        <dt title={t(isOfProject ? 'uniqueOfProjectHint' : 'uniqueHint')}>
          <span className={styles['key']} data-kind="unique" />
          {t('unique')}
        </dt>
        <dd>{bytes(unique)}</dd>
      </div>
      <div>
        <dt title={t(isOfProject ? 'sharedOfProjectHint' : 'sharedHint')}>
          <span className={styles['key']} />
          {t('shared')}
        </dt>
        <dd>{bytes(total - unique)}</dd>
      </div>
    </dl>
  );
}

interface BackProps {
  trash: number;
  untagged: number;
  both: number;
  toTrash: string | undefined;
  toUntagged: string | undefined;
}

function Back({ trash, untagged, both, toTrash, toUntagged }: BackProps) {
  const { t } = useTranslation('storage');
  const { bytes } = useFormat();
  const rows = [
    { key: 'backTrash', amount: trash },
    { key: 'backUntagged', amount: untagged },
    { key: 'backBoth', amount: both },
  ] as const;
  return (
    <section className={styles['section']} aria-labelledby="storage-back">
      <div className={styles['sectionHead']}>
        <h2 id="storage-back">{t('back')}</h2>
      </div>
      {both === 0 ? (
        <p className={styles['muted']}>{t('backNothing')}</p>
      ) : (
        <>
          <dl className={styles['back']}>
            {rows.map(({ key, amount }) => (
              <div key={key}>
                <dt>{bytes(amount)}</dt>
                <dd>{t(key)}</dd>
              </div>
            ))}
          </dl>
          <p className={styles['muted']}>{t('backHint')}</p>
        </>
      )}
      <p className={styles['links']}>
        {toTrash === undefined ? null : <Link to={toTrash}>{t('toTrash')}</Link>}
        {toUntagged === undefined ? null : <Link to={toUntagged}>{t('toUntagged')}</Link>}
      </p>
    </section>
  );
}

/** Null where one never was. */
function oldestOf(instants: ReadonlyArray<string | null>): string | null {
  const known = instants.filter((instant) => instant !== null);
  if (known.length < instants.length) return null;
  return known.reduce((oldest, instant) => (instant < oldest ? instant : oldest), known[0] ?? '');
}

function Knowledge({ parts, isOfProject }: Pick<StorageOverviewProps, 'parts' | 'isOfProject'>) {
  const { t } = useTranslation('storage');
  const count = (valueOf: (part: RegistryStorage) => number) => parts.reduce((all, part) => all + valueOf(part), 0);
  const measuredAt = oldestOf(parts.map((part) => part.measuredAt));
  const catalogAt = oldestOf(parts.map((part) => part.catalogAt));
  const changed = count(({ changedCount }) => changedCount);
  const unread = count(({ unreadCount }) => unreadCount);
  return (
    <section className={styles['section']} aria-labelledby="storage-knows">
      <div className={styles['sectionHead']}>
        <h2 id="storage-knows">{t('knows')}</h2>
      </div>
      <ul className={styles['knows']}>
        {measuredAt === null ? null : (
          <li>
            {t('measured')} <RelativeTime instant={measuredAt} />
          </li>
        )}
        {catalogAt === null ? (
          <li data-tone="warn">{t('catalogNever')}</li>
        ) : (
          <li>
            {t('catalog')} <RelativeTime instant={catalogAt} />
          </li>
        )}
        {changed === 0 ? null : <li>{t('changed', { count: changed })}</li>}
        {unread === 0 ? null : <li data-tone="warn">{t('unread', { count: unread })}</li>}
        <li>{t('notCounted')}</li>
        {isOfProject ? <li>{t('parts')}</li> : null}
      </ul>
    </section>
  );
}
