import type { ReactNode } from 'react';

/** One line of a `MenuButton`'s menu. */
export interface MenuAction {
  key: string;
  label: ReactNode;
  onChoose?: () => void;
  /** A page of the console. */
  to?: string;
  /** An address outside of it. */
  href?: string;
  /** Set where one of several is chosen. */
  isChosen?: boolean;
  lang?: string;
}
