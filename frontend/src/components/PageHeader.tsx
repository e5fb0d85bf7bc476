import { type ReactNode, useEffect } from "react";

interface Props {
  /** Where this page is; links, the last one without. */
  crumbs?: ReactNode[];
  title: string;
  chips?: ReactNode;
  /** One line of what the numbers below depend on. */
  facts?: ReactNode;
  actions?: ReactNode;
}

export function PageHeader({ crumbs, title, chips, facts, actions }: Props) {
  useEffect(() => {
    document.title = `${title} · DL Workbench`;
  }, [title]);

  return (
    <header>
      {crumbs && (
        <nav aria-label="Breadcrumb">
          <ol className="crumbs">
            {crumbs.map((crumb, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a place in the path is what a crumb is
              <li key={index} className="row" style={{ gap: 4 }}>
                {index > 0 && <span aria-hidden>/</span>}
                {crumb}
              </li>
            ))}
          </ol>
        </nav>
      )}
      <div className="page-title">
        <h1>{title}</h1>
        {chips}
      </div>
      {(facts || actions) && (
        <div className="page-line">
          <div className="facts">{facts}</div>
          <div className="row wrap">{actions}</div>
        </div>
      )}
    </header>
  );
}
