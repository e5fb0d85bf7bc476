import type { ReactNode } from "react";
import { Explain } from "../Explain";

export interface SortProps {
  /** A column's name; `-` in front sorts downwards. */
  sort: string | undefined;
  onSort: (sort: string) => void;
}

interface Props extends SortProps {
  id: string;
  label: ReactNode;
  numeric?: boolean;
  explain?: ReactNode;
  /** Numbers are first wanted from the largest. */
  downFirst?: boolean;
}

/** What a click on the header of column `id` makes of `sort`. */
export function nextSort(sort: string | undefined, id: string, downFirst: boolean): string {
  if (sort === id) return `-${id}`;
  if (sort === `-${id}`) return id;
  return downFirst ? `-${id}` : id;
}

export function SortHeader({
  id,
  label,
  sort,
  onSort,
  numeric = false,
  explain,
  downFirst = numeric,
}: Props) {
  const direction = sort === id ? "ascending" : sort === `-${id}` ? "descending" : undefined;
  const button = (
    <button type="button" className="plain sort" onClick={() => onSort(nextSort(sort, id, downFirst))}>
      {numeric && <span className="mark" aria-hidden />}
      {label}
      {!numeric && <span className="mark" aria-hidden />}
    </button>
  );
  return (
    <th scope="col" className={numeric ? "num" : undefined} aria-sort={direction}>
      {explain ? (
        <Explain text={explain} bare focusable={false}>
          {button}
        </Explain>
      ) : (
        button
      )}
    </th>
  );
}
