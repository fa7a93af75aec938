import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

interface BreadcrumbsProps {
  /** From the top down, without the page itself. */
  links: readonly { label: string; to: string }[];
}

/** The pages above this one, for `Page`'s `above`. */
export function Breadcrumbs({ links }: BreadcrumbsProps) {
  const { t } = useTranslation('common');
  return (
    <nav aria-label={t('ui.pagesAbove')}>
      {links.map(({ label, to }, index) => (
        <Fragment key={to}>
          {index === 0 ? null : <span aria-hidden="true"> / </span>}
          <Link to={to}>{label}</Link>
        </Fragment>
      ))}
    </nav>
  );
}
