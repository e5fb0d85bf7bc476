import type { ButtonProps } from "@mantine/core";
import { ButtonLink } from "../../components/ButtonLink";

interface Props extends ButtonProps {
  /** Ids of runs, or ids or names of projects. */
  sides: readonly string[];
}

/** Leads to the comparison of these; with one of them, to the choice of the others. */
export function CompareLink({ sides, children, ...rest }: Props) {
  return (
    <ButtonLink to="/compare" search={{ side: [...sides] }} {...rest}>
      {children ?? (sides.length < 2 ? "Compare…" : "Compare")}
    </ButtonLink>
  );
}
