import DeleteIcon from '@mui/icons-material/DeleteOutlined';
import LabelIcon from '@mui/icons-material/LabelOutlined';
import { useTranslation } from 'react-i18next';
import styles from './work-mark.module.css';
import type { WorkKind } from './work-kind.ts';

/** Before the name of what is no copy: what it is instead, as a drawing whose word is in its title. */
export function WorkMark({ work }: { work: WorkKind }) {
  const { t } = useTranslation('tasks');
  if (work === 'copy') return null;
  const Icon = work === 'delete' ? DeleteIcon : LabelIcon;
  const words = t(`work.${work}`);
  return (
    <span className={styles['mark']} title={words} data-mark>
      <Icon aria-hidden fontSize="inherit" />
      <span className="visually-hidden">{words} </span>
    </span>
  );
}
