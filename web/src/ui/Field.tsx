import { type InputHTMLAttributes, type ReactNode, type Ref, useId } from 'react';
import styles from './Field.module.css';

export interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  /** Stays under the field: what is expected. */
  hint?: ReactNode;
  /** What is wrong with it, as a sentence; null or left out when nothing is. */
  error?: string | null | undefined;
  /** Drawn inside the field at its end: a button that shows a password. */
  end?: ReactNode;
  ref?: Ref<HTMLInputElement>;
}

/** One line of text with its label, its hint and what is wrong with it, tied together for screen readers. */
export function Field({ label, hint, error, end, ref, ...input }: FieldProps) {
  const id = useId();
  const isWrong = error !== undefined && error !== null;
  const describedBy = [hint === undefined ? '' : `${id}-hint`, isWrong ? `${id}-error` : ''].join(' ').trim();
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      <div className={styles['box']} data-wrong={isWrong}>
        <input
          {...input}
          id={id}
          ref={ref}
          aria-invalid={isWrong || undefined}
          aria-describedby={describedBy === '' ? undefined : describedBy}
        />
        {end}
      </div>
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className={styles['hint']}>
          {hint}
        </p>
      )}
      {isWrong ? (
        <p id={`${id}-error`} className={styles['error']}>
          {error}
        </p>
      ) : null}
    </div>
  );
}
