import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import type { PathStep } from 'bff/contract/promotions';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { DestinationStanding } from '../copy/DestinationStanding.tsx';
import type { KnownRegistry } from '../registry-directory.ts';
import { EnvironmentChip } from '../RegistryChip.tsx';
import styles from './promotion.module.css';

interface PromotionTargetProps {
  steps: readonly PathStep[];
  /** Of the steps. */
  chosen: string;
  onChoose: (environment: string) => void;
  /** Registries of the chosen environment. */
  serving: readonly KnownRegistry[];
  /** Those of them that are left out. */
  left: readonly string[];
  onLeave: (registryIds: readonly string[]) => void;
}

/** The environment, and the registries that serve it: into all of them, unless one is left out. */
export function PromotionTarget({ steps, chosen, onChoose, serving, left, onLeave }: PromotionTargetProps) {
  const { t } = useTranslation('promotions', { keyPrefix: 'promote' });
  const id = useId();
  const toggle = (registryId: string) =>
    onLeave(left.includes(registryId) ? left.filter((one) => one !== registryId) : [...left, registryId]);
  return (
    <>
      <div className={styles['group']}>
        <span id={id} className={styles['label']}>
          {t('into')}
        </span>
        <RadioGroup aria-labelledby={id} value={chosen} onChange={(_event, value) => onChoose(value)}>
          {steps.map(({ environment, needsApproval }, index) => (
            <FormControlLabel
              key={environment}
              value={environment}
              control={<Radio size="small" />}
              label={
                <span className={styles['step']}>
                  <EnvironmentChip environment={environment} />
                  <span className={styles['muted']}>
                    {[index === 0 ? t('next') : '', needsApproval ? t('withApproval') : ''].filter(Boolean).join(' · ')}
                  </span>
                </span>
              }
            />
          ))}
        </RadioGroup>
      </div>
      <fieldset className={styles['group']}>
        <legend className={styles['label']}>{t('registries')}</legend>
        {serving.map((registry) => {
          const words = (
            <span className={styles['step']}>
              <bdi>{registry.name}</bdi>
              <DestinationStanding registry={registry} />
            </span>
          );
          // Of a single one there is nothing to choose.
          if (serving.length === 1) return <div key={registry.id}>{words}</div>;
          return (
            <FormControlLabel
              key={registry.id}
              control={<Checkbox checked={!left.includes(registry.id)} onChange={() => toggle(registry.id)} />}
              label={words}
            />
          );
        })}
      </fieldset>
    </>
  );
}
