import { Link } from "@tanstack/react-router";
import { EmptyState } from "../components/States";

export function NotFound() {
  return (
    <EmptyState level={1} title="There is no such page" actions={<Link to="/">Projects</Link>}>
      The address leads nowhere. It may be from an older version, or mistyped.
    </EmptyState>
  );
}
