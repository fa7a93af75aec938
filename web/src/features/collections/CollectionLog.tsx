import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { withoutTurns } from '../../i18n/plain-text.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { logQuery } from './collections-queries.ts';
import styles from './collections.module.css';

const AT_END_PX = 24;

/** What Longshore did and what the registry's program said. It follows the newest line unless one has scrolled back. */
export function CollectionLog({ registryId, collectionId }: { registryId: string; collectionId: string }) {
  const { t } = useTranslation('collections');
  const { instant, language } = useFormat();
  const { data: lines = [] } = useQuery(logQuery(registryId, collectionId));
  const list = useFollowEnd(lines.at(-1)?.id);
  const text = lines.map(({ at, step, line }) => `${at} ${step} ${withoutTurns(line)}\n`).join('');
  return (
    <section className={styles['section']} aria-labelledby="collection-log">
      <div className={styles['sectionHead']}>
        <h2 id="collection-log">{t('run.log')}</h2>
        <span className={styles['muted']}>{t('run.lines', { count: lines.length })}</span>
        <CopyButton text={text} label={t('run.log')} />
      </div>
      {lines.length === 0 ? (
        <p className={styles['muted']}>{t('run.logEmpty')}</p>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- Scrolled with the keyboard too.
        <ol className={styles['log']} ref={list} tabIndex={0} aria-label={t('run.log')}>
          {lines.map(({ id, at, source, line }) => (
            <li key={id} className={styles['line']} data-source={source}>
              <time dateTime={at} title={instant(at)}>
                {timeOfDay(language, at)}
              </time>
              <bdi>{line}</bdi>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function timeOfDay(language: string, at: string): string {
  return new Date(at).toLocaleTimeString(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
}

function useFollowEnd(lastId: number | undefined) {
  const list = useRef<HTMLOListElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = list.current;
    if (element === null) return undefined;
    const onScroll = () => {
      isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX;
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, []);
  useEffect(() => {
    const element = list.current;
    if (lastId !== undefined && element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [lastId]);
  return list;
}
