import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import Select from '@mui/material/Select';
import type { LogLine } from 'bff/contract/replication';
import { type UIEvent, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import styles from './replication.module.css';
import { filterLog, logAsText, logLevels } from './task-log.ts';

const urlDefaults = { level: 'info', q: '' };
const AT_END_PX = 24;

/** What was done, line by line. It follows the newest line unless one has scrolled back to read. */
export function TaskLog({ lines, fileName }: { lines: readonly LogLine[]; fileName: string }) {
  const { t } = useTranslation('replication');
  const [{ level, q }, setUrl] = useUrlState(urlDefaults);
  const atLeast = logLevels.find((each) => each === level) ?? 'info';
  const wordsOf = useReasonText();
  const shown = useMemo(() => filterLog(lines, { atLeast, search: q, wordsOf }), [lines, atLeast, q, wordsOf]);
  const shownText = useMemo(() => logAsText(shown), [shown]);
  const following = useFollowEnd(shown.at(-1)?.id);
  return (
    <section className={styles['section']} aria-labelledby="task-log">
      <div className={styles['sectionHead']}>
        <h2 id="task-log">{t('task.log')}</h2>
        <span className={styles['muted']} role="status">
          {t('task.logLines', { count: shown.length })}
        </span>
        <span className={styles['grow']} />
        <SearchField value={q} label={t('task.logSearch')} onChange={(next) => setUrl({ q: next })} />
        <Select
          value={atLeast}
          sx={{ fontSize: 13.5 }}
          onChange={(event) => setUrl({ level: event.target.value })}
          inputProps={{ 'aria-label': t('task.logLevel') }}
        >
          {logLevels.map((each) => (
            <MenuItem key={each} value={each}>
              {t(`task.level.${each}`)}
            </MenuItem>
          ))}
        </Select>
        <CopyButton text={shownText} label={t(shown.length < lines.length ? 'task.logShown' : 'task.log')} />
        {/* A file with a part of it would look like the whole. */}
        <Button variant="outlined" disabled={lines.length === 0} onClick={() => download(logAsText(lines), fileName)}>
          {t('task.logDownload')}
        </Button>
      </div>
      {shown.length === 0 ? (
        <p className={styles['muted']}>{t(lines.length === 0 ? 'task.logNone' : 'task.logNoMatch')}</p>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- Scrolled with the keyboard too.
        <ol className={styles['log']} {...following} tabIndex={0} aria-label={t('task.log')}>
          {shown.map((line) => (
            <LogRow key={line.id} line={line} />
          ))}
        </ol>
      )}
    </section>
  );
}

function LogRow({ line }: { line: LogLine }) {
  const { t } = useTranslation('replication');
  const { instant, language } = useFormat();
  const reasonText = useReasonText();
  return (
    <li className={styles['line']} data-level={line.level}>
      <time className={styles['time']} dateTime={line.at} title={instant(line.at)}>
        {timeOfDay(language, line.at)}
      </time>
      <span className={styles['level']}>{t(`task.levelName.${line.level}`)}</span>
      <span className={styles['time']}>#{line.attempt}</span>
      <bdi>{reasonText(line)}</bdi>
    </li>
  );
}

function timeOfDay(language: string, instant: string): string {
  return new Date(instant).toLocaleTimeString(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  });
}

function useFollowEnd(lastId: number | undefined) {
  const list = useRef<HTMLOListElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = list.current;
    if (lastId !== undefined && element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [lastId]);
  const onScroll = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: UIEvent<HTMLElement>) => {
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < AT_END_PX;
  };
  return { ref: list, onScroll };
}

function download(text: string, fileName: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
