import { useEffect, useState, useSyncExternalStore } from "react";
import { getConnection, onConnection } from "../api/events";

// A server that restarts is back sooner; nobody has to be alarmed.
const PATIENCE_MS = 4000;

/** Says that what is shown may be old, while the server cannot be heard. */
export function ConnectionNotice() {
  const connection = useSyncExternalStore(onConnection, getConnection);
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (connection !== "lost") return;
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [connection]);

  if (!late) return null;
  return (
    <div className="notice warn" role="status" style={{ marginBottom: 12 }}>
      <p>
        <span className="strong">The server does not answer.</span> What is shown may be old; the page goes on
        by itself when it is back.
      </p>
    </div>
  );
}
