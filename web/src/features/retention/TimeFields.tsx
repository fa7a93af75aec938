import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import type { ScheduleCheck } from 'bff/contract/policies';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { Field } from '../../ui/Field.tsx';
import type { EditorFieldsProps } from './editor-fields.ts';
import styles from './retention.module.css';

interface TimeFieldsProps extends EditorFieldsProps {
  schedule: ScheduleCheck | undefined;
}

/** When it runs by itself, in words. */
export function TimeFields({ values, wrong, onChange, schedule }: TimeFieldsProps) {
  const { t } = useTranslation('retention');
  const { language, moment } = useFormat();
  const id = useId();
  const words = language === 'zh-CN' ? schedule?.sentence?.zh : schedule?.sentence?.en;
  const [next] = schedule?.nextTimes ?? [];
  return (
    <section className={styles['part']} aria-labelledby={id}>
      <h2 id={id}>{t('editor.when')}</h2>
      <FormControlLabel
        control={
          <Checkbox checked={values.hasSchedule} onChange={(_event, hasSchedule) => onChange({ hasSchedule })} />
        }
        label={t('editor.onTime')}
      />
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
              list={`${id}-zones`}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => onChange({ timeZone: event.target.value })}
            />
          </div>
          <datalist id={`${id}-zones`}>
            {['UTC', ...Intl.supportedValuesOf('timeZone')].map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </datalist>
          {words === undefined ? null : (
            <p className={styles['effect']} aria-live="polite">
              <strong>{words}</strong>
              {next === undefined ? null : ` · ${t('next', { when: moment(next) })}`}
            </p>
          )}
        </>
      ) : (
        <p className={styles['muted']}>{t('byHand')}</p>
      )}
    </section>
  );
}
