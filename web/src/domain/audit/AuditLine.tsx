import ChevronIcon from '@mui/icons-material/ChevronRight';
import type { AuditEntry } from 'bff/contract/audit';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { StatusDot, type Tone } from '../../ui/StatusDot.tsx';
import { EnvironmentChip } from '../RegistryChip.tsx';
import styles from './audit.module.css';
import { changesOf, targetText, useActionWords, valueText } from './audit-words.ts';

interface AuditLineProps {
  line: AuditEntry;
  /** Says the project of the line as well. */
  isOfAll: boolean;
  isOpen: boolean;
  onToggle: () => void;
}

const tones: Readonly<Record<AuditEntry['outcome'], Tone>> = { done: 'ok', refused: 'warn', failed: 'danger' };

export function AuditLine({ line, isOfAll, isOpen, onToggle }: AuditLineProps) {
  const { t } = useTranslation('audit-log');
  const actionWords = useActionWords();
  const detailsId = useId();
  const action = actionWords(line.action);
  const target = targetText(line);
  const actor = line.actor.kind === 'anonymous' ? t('anonymous') : line.actor.name;
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- Its button is the control; this is a larger place to hit with a pointer. */}
      <div
        role="row"
        className={`${styles['row']} ${styles['line']}`}
        data-open={isOpen}
        onClick={(event) => {
          if ((event.target as HTMLElement).closest('a, button') === null) onToggle();
        }}
      >
        <div role="cell" className={styles['when']}>
          <button
            type="button"
            className={styles['opener']}
            aria-expanded={isOpen}
            aria-controls={isOpen ? detailsId : undefined}
            aria-label={t('details', { action, actor })}
            onClick={onToggle}
          >
            <ChevronIcon fontSize="inherit" />
          </button>
          <RelativeTime instant={line.at} />
        </div>
        <div role="cell" className={styles['who']} title={`${actor} · ${t(`actorKind.${line.actor.kind}`)}`}>
          <bdi>{actor}</bdi>
        </div>
        <div role="cell" className={styles['what']}>
          <span>{action}</span>{' '}
          {target === null ? null : (
            <bdi className={styles['target']} title={target}>
              {target}
            </bdi>
          )}
        </div>
        <div role="cell" className={styles['where']}>
          {isOfAll && line.project !== null ? <Link to={paths.project(line.project)}>{line.project}</Link> : null}
          {line.environment === null ? null : <EnvironmentChip environment={line.environment} />}
        </div>
        <div role="cell" className={styles['outcome']}>
          <StatusDot tone={tones[line.outcome]} label={t(`outcomes.${line.outcome}`)} />
        </div>
      </div>
      {isOpen ? (
        <div role="row" id={detailsId} className={styles['details']}>
          <div role="cell">
            <Details line={line} />
          </div>
        </div>
      ) : null}
    </>
  );
}

function Details({ line }: { line: AuditEntry }) {
  const { t } = useTranslation('audit-log');
  const format = useFormat();
  const changes = changesOf(line);
  const words = { yes: t('yes'), no: t('no'), nothing: t('nothing') };
  const facts: readonly (readonly [string, string | null])[] = [
    [t('reason'), line.reason],
    [t('target'), targetText(line)],
    [t('exactly'), format.instant(line.at)],
    [t('address'), line.address],
    [t('operation'), line.action],
    [t('request'), line.requestId],
  ];
  return (
    <div className={styles['inside']}>
      {changes.length === 0 ? (
        <p className={styles['muted']}>{t('nothingChanged')}</p>
      ) : (
        <table className={styles['changes']}>
          <thead>
            <tr>
              <th scope="col">{t('field')}</th>
              <th scope="col">{t('before')}</th>
              <th scope="col">{t('after')}</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ field, before, after }) => (
              <tr key={field}>
                <th scope="row">{field}</th>
                <td>{valueText(before, words)}</td>
                <td>{valueText(after, words)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <dl className={styles['facts']}>
        {facts.map(([label, value]) =>
          value === null ? null : (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </div>
  );
}
