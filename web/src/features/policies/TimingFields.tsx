import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useTranslation } from 'react-i18next';
import type { CheckedSchedule } from '../../domain/schedule-check.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Field } from '../../ui/Field.tsx';
import type { EditorFieldsProps } from './editor-fields.ts';
import { EditorSection } from './EditorSection.tsx';
import styles from './policies.module.css';
import { TimeZones } from './TimeZones.tsx';

interface TimingFieldsProps extends EditorFieldsProps {
  schedule: CheckedSchedule | undefined;
}

/** What makes it run by itself. */
export function TimingFields({ values, wrong, onChange, schedule }: TimingFieldsProps) {
  const { t } = useTranslation('policies');
  const runsByItself = values.onPush || values.hasSchedule;
  return (
    <EditorSection title={t('editor.when')}>
      <div className={styles['choices']}>
        <FormControlLabel
          control={<Checkbox checked={values.onPush} onChange={(_event, onPush) => onChange({ onPush })} />}
          label={t('editor.onPush')}
        />
        <FormControlLabel
          control={
            <Checkbox checked={values.hasSchedule} onChange={(_event, hasSchedule) => onChange({ hasSchedule })} />
          }
          label={t('editor.onTime')}
        />
      </div>
      {values.hasSchedule ? (
        <>
          <div className={styles['pair']}>
            <Field
              label={t('editor.cron')}
              value={values.cron}
              hint={t('editor.cronHint')}
              error={wrong.cron}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => onChange({ cron: event.target.value })}
            />
            <Field
              label={t('editor.timeZone')}
              value={values.timeZone}
              error={wrong.timeZone}
              list="policy-time-zones"
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => onChange({ timeZone: event.target.value })}
            />
          </div>
          <TimeZones id="policy-time-zones" />
          <NextTimes schedule={schedule} />
        </>
      ) : null}
      <p className={styles['muted']}>{t(runsByItself ? 'editor.manualToo' : 'editor.manualOnly')}</p>
    </EditorSection>
  );
}

/** The schedule as a sentence, and when it is due, on the clocks of the time zone that was checked with it. */
function NextTimes({ schedule }: { schedule: CheckedSchedule | undefined }) {
  const { t } = useTranslation('policies');
  const { language } = useFormat();
  if (schedule?.isValid !== true) return null;
  const format = clockOf(language, schedule.timeZone);
  const sentence = language === 'zh-CN' ? schedule.sentence?.zh : schedule.sentence?.en;
  return (
    <div className={styles['effect']} aria-live="polite">
      <strong>{sentence}</strong>
      <p className={styles['muted']}>{t('editor.nextTimes')}</p>
      <ul className={styles['times']} aria-label={t('editor.nextTimes')}>
        {schedule.nextTimes.map((instant) => (
          <li key={instant}>
            <time dateTime={instant}>{format.format(new Date(instant))}</time>
          </li>
        ))}
      </ul>
    </div>
  );
}

function clockOf(language: string, timeZone: string): Intl.DateTimeFormat {
  const options = {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  } as const;
  try {
    return new Intl.DateTimeFormat(language, { ...options, timeZone });
  } catch {
    // A zone that the server knows and this browser does not: the times bear the name of theirs.
    return new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' });
  }
}
