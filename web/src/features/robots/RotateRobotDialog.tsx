import type { Robot } from 'bff/contract/robots';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { type RobotPlace, useRobotActions } from './robots-queries.ts';
import styles from './robots.module.css';

interface RotateRobotDialogProps {
  place: RobotPlace;
  robot: Robot;
  onRotated: (made: { loginName: string; secret: string }) => void;
  onClose: () => void;
}

const overlaps = ['0', '1', '24', '168', '720'] as const;

/** A new secret; the old one goes on for a while, so that no machine is locked out meanwhile. */
export function RotateRobotDialog({ place, robot, onRotated, onClose }: RotateRobotDialogProps) {
  const { t } = useTranslation('robots');
  const errorWords = useErrorWords();
  const id = useId();
  const [overlap, setOverlap] = useState<(typeof overlaps)[number]>('24');
  const { rotate } = useRobotActions(place);
  const submit = () =>
    rotate.mutate(
      { robotId: robot.id, overlapHours: Number(overlap) },
      {
        onSuccess: ({ loginName, secret }) => {
          onClose();
          onRotated({ loginName, secret });
        },
      },
    );
  return (
    <ConfirmDialog
      isOpen
      title={t('rotation.title', { name: robot.loginName })}
      confirmLabel={t('rotation.action')}
      isBusy={rotate.isPending}
      error={errorWords(rotate.error)}
      onConfirm={submit}
      onClose={onClose}
    >
      <p>{t('rotation.words')}</p>
      <label className={styles['overlap']} htmlFor={id}>
        {t('rotation.overlap')}
        <select
          id={id}
          className={styles['select']}
          value={overlap}
          onChange={(event) => setOverlap(overlaps.find((one) => one === event.target.value) ?? '24')}
        >
          {overlaps.map((hours) => (
            <option key={hours} value={hours}>
              {t(`rotation.choice.${hours}`)}
            </option>
          ))}
        </select>
      </label>
    </ConfirmDialog>
  );
}
