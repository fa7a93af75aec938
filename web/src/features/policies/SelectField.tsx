import { type ReactNode, useId } from 'react';
import styles from './policies.module.css';

interface SelectFieldProps {
  label: string;
  value: string;
  hint?: string;
  error?: string | undefined;
  onChange: (value: string) => void;
  /** The options. */
  children: ReactNode;
}

/** The browser's own choice of one, with its label, its hint and what is wrong with it. */
export function SelectField({ label, value, hint, error, onChange, children }: SelectFieldProps) {
  const id = useId();
  const describedBy = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`]
    .join(' ')
    .trim();
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className={styles['select']}
        value={value}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={describedBy === '' ? undefined : describedBy}
        onChange={(event) => onChange(event.target.value)}
      >
        {children}
      </select>
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className={styles['hint']}>
          {hint}
        </p>
      )}
      {error === undefined ? null : (
        <p id={`${id}-error`} className={styles['error']}>
          {error}
        </p>
      )}
    </div>
  );
}
