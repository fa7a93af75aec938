import CloseIcon from '@mui/icons-material/Close';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import IconButton from '@mui/material/IconButton';
import { useTranslation } from 'react-i18next';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { Field } from '../../ui/Field.tsx';
import type { EditorFieldsProps } from './editor-fields.ts';
import styles from './policies.module.css';
import { type BandwidthValues, emptyBandwidth, type WindowValues } from './policy-form.ts';
import { TimeZones } from './TimeZones.tsx';

const MOST_WINDOWS = 10;

/** For each destination, how much of the line it may take and when. */
export function BandwidthFields({ values, wrong, onChange }: EditorFieldsProps) {
  const { t } = useTranslation('policies');
  const directory = useRegistryDirectory();
  const change = (registryId: string, bandwidth: BandwidthValues | null) =>
    onChange({
      destinations: values.destinations.map((each) =>
        each.registryId === registryId ? { registryId, bandwidth } : each,
      ),
    });
  return (
    <>
      {values.destinations.map(({ registryId, bandwidth }) => {
        const registry = directory.find(registryId).name;
        return (
          <div key={registryId} className={styles['bandwidth']}>
            <FormControlLabel
              control={
                <Checkbox
                  checked={bandwidth !== null}
                  onChange={(_event, isLimited) => change(registryId, isLimited ? emptyBandwidth() : null)}
                />
              }
              label={t('editor.limit', { registry })}
            />
            {bandwidth === null ? null : (
              <Windows
                registry={registry}
                bandwidth={bandwidth}
                onChange={(next) => change(registryId, { ...bandwidth, ...next })}
              />
            )}
          </div>
        );
      })}
      {wrong.bandwidth === undefined ? null : (
        <p className={styles['error']} tabIndex={-1} data-wrong-group="true">
          {wrong.bandwidth}
        </p>
      )}
    </>
  );
}

interface WindowsProps {
  registry: string;
  bandwidth: BandwidthValues;
  onChange: (change: Partial<BandwidthValues>) => void;
}

function Windows({ registry, bandwidth: { windows, otherwise, timeZone }, onChange }: WindowsProps) {
  const { t } = useTranslation('policies');
  const changeWindow = (changed: number, next: Partial<WindowValues>) =>
    onChange({ windows: windows.map((each, index) => (index === changed ? { ...each, ...next } : each)) });
  return (
    <fieldset className={styles['windows']}>
      <legend>{t('editor.limitOf', { registry })}</legend>
      {windows.map((each, index) => (
        <div key={index} className={styles['window']}>
          <Field
            type="time"
            label={t('editor.windowFrom')}
            value={each.from}
            onChange={(event) => changeWindow(index, { from: event.target.value })}
          />
          <Field
            type="time"
            label={t('editor.windowTo')}
            value={each.to}
            onChange={(event) => changeWindow(index, { to: event.target.value })}
          />
          <Field
            label={t('editor.windowRate')}
            inputMode="decimal"
            placeholder={t('editor.windowRateHint')}
            value={each.megabytes}
            onChange={(event) => changeWindow(index, { megabytes: event.target.value })}
          />
          <IconButton
            aria-label={t('editor.removeWindow', { from: each.from, to: each.to })}
            onClick={() => onChange({ windows: windows.filter((_each, other) => other !== index) })}
          >
            <CloseIcon fontSize="small" />
          </IconButton>
        </div>
      ))}
      {windows.length >= MOST_WINDOWS ? null : (
        <Button
          variant="outlined"
          className={styles['start'] ?? ''}
          onClick={() => onChange({ windows: [...windows, { from: '18:00', to: '08:00', megabytes: '' }] })}
        >
          {t('editor.addWindow')}
        </Button>
      )}
      <div className={styles['pair']}>
        <Field
          label={t('editor.otherwise')}
          inputMode="decimal"
          placeholder={t('editor.windowRateHint')}
          value={otherwise}
          onChange={(event) => onChange({ otherwise: event.target.value })}
        />
        <Field
          label={t('editor.timeZone')}
          value={timeZone}
          list={`zones-${registry}`}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => onChange({ timeZone: event.target.value })}
        />
      </div>
      <TimeZones id={`zones-${registry}`} />
    </fieldset>
  );
}
