import ArrowDownwardIcon from '@mui/icons-material/ArrowDownward';
import ArrowUpwardIcon from '@mui/icons-material/ArrowUpward';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import IconButton from '@mui/material/IconButton';
import type { PathStep, PromotionPath } from 'bff/contract/promotions';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { EnvironmentChip, useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { toast } from '../../ui/toast.ts';
import { changeRow, isSamePath, moveRow, type PathRow, rowsOf, stepsOf, toggleRow } from './path-form.ts';
import { useSavePath } from './promotions-queries.ts';
import styles from './promotions.module.css';

interface PathDrawerProps {
  project: string;
  path: PromotionPath;
  onClose: () => void;
}

export function PathDrawer({ project, path, onClose }: PathDrawerProps) {
  const { t } = useTranslation('promotions');
  const errorWords = useErrorWords();
  const [base, setBase] = useState(path);
  const [rows, setRows] = useState<readonly PathRow[]>(rowsOf(path));
  const save = useSavePath(project);
  const steps = stepsOf(rows);
  const isDirty = !isSamePath(steps, base.steps);
  // Somebody else saved it meanwhile: what they saved is what comes in now.
  const isBehind = save.error instanceof ApiError && save.error.code === 'version-conflict' && path !== base;
  const send = (next: readonly PathStep[] | null) =>
    save.mutate(
      { version: base.version, steps: next },
      {
        onSuccess: () => {
          toast({ message: t('path.saved', { project }), tone: 'ok' });
          onClose();
        },
      },
    );
  return (
    <FormDrawer
      isOpen
      title={t('path.change')}
      submitLabel={t('path.save')}
      submitError={errorWords(save.error)}
      isSubmitting={save.isPending}
      isDirty={isDirty}
      onSubmit={(event) => {
        event.preventDefault();
        send(steps);
      }}
      onClose={onClose}
      extraActions={
        <>
          {isBehind ? (
            <Button
              onClick={() => {
                setBase(path);
                setRows(rowsOf(path));
                save.reset();
              }}
            >
              {t('path.takeTheirs')}
            </Button>
          ) : null}
          {base.isDefault ? null : <Button onClick={() => send(null)}>{t('path.reset')}</Button>}
        </>
      }
    >
      <p className={styles['muted']}>{t('path.words')}</p>
      <ol className={styles['rows']}>
        {rows.map((row, index) => (
          <Row
            key={row.environment}
            row={row}
            isFirst={index === 0}
            isLast={rows[index + 1]?.isOnPath !== true}
            onChange={setRows}
          />
        ))}
      </ol>
    </FormDrawer>
  );
}

interface RowProps {
  row: PathRow;
  isFirst: boolean;
  /** Of those on the path. */
  isLast: boolean;
  onChange: (change: (rows: readonly PathRow[]) => readonly PathRow[]) => void;
}

function Row({ row: { environment, needsApproval, isOnPath }, isFirst, isLast, onChange }: RowProps) {
  const { t } = useTranslation('promotions');
  const name = useEnvironmentName()(environment);
  return (
    <li data-off={!isOnPath}>
      <Checkbox
        checked={isOnPath}
        onChange={() => onChange((rows) => toggleRow(rows, environment))}
        slotProps={{ input: { 'aria-label': t('path.onPath', { environment: name }) } }}
      />
      <EnvironmentChip environment={environment} />
      <span className={styles['grow']}>
        {isOnPath && !isFirst ? (
          <FormControlLabel
            control={
              <Checkbox
                checked={needsApproval}
                onChange={(_event, isChecked) => onChange((rows) => changeRow(rows, environment, isChecked))}
                slotProps={{ input: { 'aria-label': t('path.approvalInto', { environment: name }) } }}
              />
            }
            label={t('path.approval')}
          />
        ) : (
          <span className={styles['muted']}>{isOnPath ? t('path.first') : t('path.off')}</span>
        )}
      </span>
      <IconButton
        aria-label={t('path.up', { environment: name })}
        disabled={!isOnPath || isFirst}
        onClick={() => onChange((rows) => moveRow(rows, environment, -1))}
      >
        <ArrowUpwardIcon fontSize="small" />
      </IconButton>
      <IconButton
        aria-label={t('path.down', { environment: name })}
        disabled={!isOnPath || isLast}
        onClick={() => onChange((rows) => moveRow(rows, environment, 1))}
      >
        <ArrowDownwardIcon fontSize="small" />
      </IconButton>
    </li>
  );
}
