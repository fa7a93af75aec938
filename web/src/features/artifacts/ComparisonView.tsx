import type { Artifact } from 'bff/contract/artifacts';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DigestText } from '../../domain/DigestText.tsx';
import { shortenDigest } from '../../domain/digest.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import styles from './artifacts.module.css';
import { compareArtifacts, type ComparedValue, type Comparison } from './compare-artifacts.ts';
import { ComparedLayers } from './ComparedLayers.tsx';

interface ComparisonViewProps {
  left: Artifact;
  right: Artifact;
}

export function ComparisonView({ left, right }: ComparisonViewProps) {
  const { t } = useTranslation('artifacts');
  const [isOnlyDifferences, setIsOnlyDifferences] = useState(true);
  const comparison = useMemo(() => compareArtifacts(left, right), [left, right]);
  const settings = comparison.settings.map((setting) => ({ ...setting, name: t(`config.${setting.name}`) }));
  return (
    <div className={styles['blocks']}>
      <Summary left={left} right={right} comparison={comparison} />
      <ComparedLayers left={left} right={right} comparison={comparison} />
      <div className={styles['stackHead']}>
        <label>
          <input
            type="checkbox"
            checked={isOnlyDifferences}
            onChange={(event) => setIsOnlyDifferences(event.target.checked)}
          />
          {t('comparison.onlyDifferences')}
        </label>
      </div>
      <ComparedValues title={t('comparison.settings')} values={settings} isOnlyDifferences={isOnlyDifferences} />
      <ComparedValues
        title={t('comparison.environment')}
        values={comparison.environment}
        isOnlyDifferences={isOnlyDifferences}
      />
      <ComparedValues title={t('comparison.labels')} values={comparison.labels} isOnlyDifferences={isOnlyDifferences} />
      <ComparedValues
        title={t('comparison.annotations')}
        values={comparison.annotations}
        isOnlyDifferences={isOnlyDifferences}
      />
    </div>
  );
}

function Summary({ left, right, comparison }: ComparisonViewProps & { comparison: Comparison }) {
  const { t } = useTranslation('artifacts');
  const format = useFormat();
  const delta = comparison.rightBytes - comparison.leftBytes;
  if (comparison.isSame) {
    return <p className={styles['summary']}>{t('comparison.same', { digest: shortenDigest(left.digest) })}</p>;
  }
  return (
    <div>
      <table className={`${styles['table']} ${styles['plainTable']}`} aria-label={t('comparison.title')}>
        <thead>
          <tr>
            <th scope="col" className={styles['nameColumn']}>
              <span className="visually-hidden">{t('comparison.name')}</span>
            </th>
            <th scope="col">{t('comparison.left')}</th>
            <th scope="col">{t('comparison.right')}</th>
          </tr>
        </thead>
        <tbody>
          <SummaryRow name={t('facts.digest')} cells={[left, right].map(({ digest }) => digest)} draw={digestText} />
          <SummaryRow
            name={t('comparison.created')}
            cells={[left, right].map(({ createdAt }) => createdAt)}
            draw={relativeTime}
          />
          <SummaryRow
            name={t('comparison.size')}
            cells={[format.bytes(comparison.leftBytes), format.bytes(comparison.rightBytes)]}
            draw={(text) => text}
            note={delta === 0 ? null : `${delta > 0 ? '+' : ''}${format.bytes(delta)}`}
          />
        </tbody>
      </table>
      <p className={styles['summaryLine']}>
        {comparison.fetchBytes === 0
          ? t('comparison.nothingToFetch')
          : t('comparison.fetch', { size: format.bytes(comparison.fetchBytes) })}
      </p>
    </div>
  );
}

const digestText = (digest: string) => <DigestText digest={digest} />;
const relativeTime = (instant: string) => <RelativeTime instant={instant} />;

interface SummaryRowProps {
  name: string;
  /** Left and right. */
  cells: readonly (string | null)[];
  draw: (text: string) => ReactNode;
  /** Beside the right one: how it differs. */
  note?: string | null;
}

function SummaryRow({ name, cells, draw, note = null }: SummaryRowProps) {
  const { t } = useTranslation('artifacts');
  return (
    <tr>
      <th scope="row">{name}</th>
      {cells.map((cell, index) => (
        <td key={index === 0 ? 'left' : 'right'}>
          {cell === null ? <span className={styles['quiet']}>{t('facts.unknown')}</span> : draw(cell)}
          {index === 1 && note !== null ? <span className={styles['quiet']}> ({note})</span> : null}
        </td>
      ))}
    </tr>
  );
}

interface ComparedValuesProps {
  title: string;
  values: readonly ComparedValue[];
  isOnlyDifferences: boolean;
}

function ComparedValues({ title, values, isOnlyDifferences }: ComparedValuesProps) {
  const { t } = useTranslation('artifacts');
  if (values.every(({ left, right }) => left === null && right === null)) return null;
  const sameCount = values.filter(({ state }) => state === 'same').length;
  const shown = isOnlyDifferences ? values.filter(({ state }) => state !== 'same') : values;
  return (
    <section>
      <h2>{title}</h2>
      {shown.length === 0 ? (
        <p className={styles['quiet']}>{t('comparison.noDifference')}</p>
      ) : (
        <table className={styles['table']} aria-label={title}>
          <thead className="visually-hidden">
            <tr>
              <th scope="col" className={styles['nameColumn']}>
                {t('comparison.name')}
              </th>
              <th scope="col">{t('comparison.left')}</th>
              <th scope="col">{t('comparison.right')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((value) => (
              <ValueRow key={value.name} value={value} />
            ))}
          </tbody>
        </table>
      )}
      {isOnlyDifferences && shown.length > 0 && sameCount > 0 ? (
        <p className={styles['note']}>{t('comparison.sameCount', { count: sameCount })}</p>
      ) : null}
    </section>
  );
}

function ValueRow({ value: { name, state, left, right } }: { value: ComparedValue }) {
  const { t } = useTranslation('artifacts');
  return (
    <tr>
      <th scope="row" className={styles['nameColumn']}>
        <bdi>{name}</bdi>{' '}
        {state === 'same' ? null : <span className={styles['sign']}>{t(`comparison.state.${state}`)}</span>}
      </th>
      <td data-state={state === 'removed' ? 'removed' : state === 'changed' ? 'changed-left' : undefined}>{left}</td>
      <td data-state={state === 'added' ? 'added' : state === 'changed' ? 'changed-right' : undefined}>{right}</td>
    </tr>
  );
}
