import { CopyButton } from '../ui/CopyButton.tsx';
import styles from './CommandLine.module.css';

interface CommandLineProps {
  text: string;
  /** What is copied, for the button. */
  label: string;
}

/** Lines for a terminal or a file, with a button that copies them. */
export function CommandLine({ text, label }: CommandLineProps) {
  return (
    <div className={styles['command']}>
      <pre className={styles['text']}>{text}</pre>
      <CopyButton text={text} label={label} />
    </div>
  );
}
