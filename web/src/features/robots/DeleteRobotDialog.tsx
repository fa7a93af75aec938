import type { Robot } from 'bff/contract/robots';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { useNow } from '../../i18n/now.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { toast } from '../../ui/toast.ts';
import { type RobotPlace, useRobotActions } from './robots-queries.ts';
import { useRobotWords } from './use-robot-words.ts';

interface DeleteRobotDialogProps {
  place: RobotPlace;
  robot: Robot;
  onClose: () => void;
}

const MINUTE_MS = 60_000;

export function DeleteRobotDialog({ place, robot, onClose }: DeleteRobotDialogProps) {
  const { t } = useTranslation('robots');
  const errorWords = useErrorWords();
  const words = useRobotWords();
  const format = useFormat();
  const nowMs = useNow(MINUTE_MS);
  const { remove } = useRobotActions(place);
  const { id, loginName, permissions, secrets, lastUsedAt, lastUsedFrom } = robot;
  const used =
    lastUsedAt === null
      ? t('removal.unused')
      : t('removal.used', { when: format.relative(lastUsedAt, nowMs), address: lastUsedFrom ?? '–' });
  return (
    <ConfirmDialog
      isOpen
      title={t('removal.title', { name: loginName })}
      touched={[
        `${t('removal.secrets', { count: secrets.length })}, ${used}`,
        ...permissions.map((permission) => words.permission(permission)),
      ]}
      confirmLabel={t('removal.action')}
      isDangerous
      typeToConfirm={loginName}
      isBusy={remove.isPending}
      error={errorWords(remove.error)}
      onConfirm={() =>
        remove.mutate(id, {
          onSuccess: () => {
            toast({ message: t('removal.done', { name: loginName }), tone: 'ok' });
            onClose();
          },
        })
      }
      onClose={onClose}
    >
      {t('removal.words')}
    </ConfirmDialog>
  );
}
