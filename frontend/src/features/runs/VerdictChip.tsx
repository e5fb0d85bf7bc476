import type { Verdict } from "../../api/types";
import { Chip } from "../../components/Chip";
import { VERDICT_MEANING, VERDICT_TONE } from "../../format/words";

function isVerdict(word: string): word is Verdict {
  return word in VERDICT_TONE;
}

/** How far a number can be trusted; the reason that the measurement gave, or what the word means. */
export function VerdictChip({
  verdict,
  reason,
  quiet = false,
}: {
  verdict: string;
  reason?: string;
  quiet?: boolean;
}) {
  if (!isVerdict(verdict)) return <Chip>{verdict}</Chip>;
  return (
    <Chip tone={VERDICT_TONE[verdict]} explain={reason || VERDICT_MEANING[verdict]} quiet={quiet}>
      {verdict}
    </Chip>
  );
}
