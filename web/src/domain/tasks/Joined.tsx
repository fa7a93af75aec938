import { Fragment, type ReactNode } from 'react';

/** What there is of it, with a dot between. */
export function Joined({ parts }: { parts: readonly ReactNode[] }) {
  return parts
    .filter((part) => part !== null && part !== undefined && part !== '')
    .map((part, index) => (
      // oxlint-disable-next-line react/no-array-index-key -- They have no other name, and keep their order.
      <Fragment key={index}>
        {index === 0 ? null : ' · '}
        {part}
      </Fragment>
    ));
}
