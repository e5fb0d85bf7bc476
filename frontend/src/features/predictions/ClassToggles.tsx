import { labelColor } from "../../components/picture/labelColors";
import type { FoundClass } from "./drawn";

interface Props {
  classes: readonly FoundClass[];
  hidden: ReadonlySet<string>;
  onChange: (hidden: ReadonlySet<string>) => void;
}

/** Classes of the objects in sight; a click hides one, or shows it again. */
export function ClassToggles({ classes, hidden, onChange }: Props) {
  if (classes.length === 0) return null;
  const toggle = (name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    onChange(next);
  };
  return (
    <fieldset className="row wrap" aria-label="Classes that are shown">
      {classes.map(({ name, label, count }) => {
        const off = hidden.has(name);
        return (
          <button
            key={name}
            type="button"
            className="chip"
            aria-pressed={!off}
            title={off ? "Show them" : "Hide them"}
            onClick={() => toggle(name)}
            style={off ? { textDecoration: "line-through" } : undefined}
          >
            <i
              aria-hidden
              style={{
                width: 9,
                height: 9,
                borderRadius: 2,
                background: off ? "var(--grid)" : labelColor(label),
              }}
            />
            {name} <span className="faint">{count}</span>
          </button>
        );
      })}
      {hidden.size > 0 && (
        <button type="button" className="chip accent" onClick={() => onChange(new Set())}>
          Show all
        </button>
      )}
    </fieldset>
  );
}
