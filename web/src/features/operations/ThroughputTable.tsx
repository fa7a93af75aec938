import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { useThroughput } from './operations-queries.ts';
import styles from './operations.module.css';
import { averages } from './throughput-steps.ts';

/** An hour in a dozen figures: as many as a row can hold. */
const SHOWN_STEPS = 12;

/** The charts of the last hour as figures: five minutes a column. */
export function ThroughputTable() {
  const { t, i18n } = useTranslation('operations');
  const { rate } = useFormat();
  const errorWords = useErrorWords();
  const directory = useRegistryDirectory();
  const { data, error, refetch } = useThroughput();
  if (data === undefined) {
    if (error === null) return <div className={styles['skeleton']} style={{ height: 160 }} aria-hidden="true" />;
    return <ErrorState title={t('registries.hourNotRead')} error={errorWords(error)} onRetry={() => void refetch()} />;
  }
  if (data.registries.length === 0) return <p className={styles['muted']}>{t('registries.hourNone')}</p>;
  const stepMs = (data.stepSeconds * 1000 * (data.registries[0]?.inBytesPerSecond.length ?? 0)) / SHOWN_STEPS;
  const begins = Array.from(
    { length: SHOWN_STEPS },
    (_, index) => new Date(Date.parse(data.endsAt) - (SHOWN_STEPS - index) * stepMs),
  );
  const time = (instant: Date) =>
    instant.toLocaleTimeString(i18n.language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return (
    // Scrolled with the keyboard too, so it takes the focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles['tableScroll']} role="group" aria-label={t('registries.hour')} tabIndex={0}>
      <table className={styles['wideTable']}>
        <thead>
          <tr>
            <th scope="col">{t('registries.column.name')}</th>
            <th scope="col">{t('registries.direction')}</th>
            {begins.map((begin) => (
              <th key={begin.getTime()} scope="col">
                {time(begin)}
              </th>
            ))}
          </tr>
        </thead>
        {data.registries.map(({ registryId, inBytesPerSecond, outBytesPerSecond }) => {
          const { name, environment } = directory.find(registryId);
          const rows = [
            { key: 'in', values: inBytesPerSecond },
            { key: 'out', values: outBytesPerSecond },
          ] as const;
          return (
            <tbody key={registryId}>
              {rows.map(({ key, values }, index) => (
                <tr key={key}>
                  {index > 0 ? null : (
                    <th scope="rowgroup" rowSpan={rows.length}>
                      <RegistryChip name={name} environment={environment} />
                    </th>
                  )}
                  <th scope="row">{t(`registries.column.${key}`)}</th>
                  {averages(values, SHOWN_STEPS).map((average, step) => (
                    <td key={begins[step]?.getTime()}>{average === 0 ? '–' : rate(average)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          );
        })}
      </table>
    </div>
  );
}
