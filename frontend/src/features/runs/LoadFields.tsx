import { SegmentedControl, TextInput } from "@mantine/core";
import { Explain } from "../../components/Explain";
import { rateList } from "./configurations";
import type { FormState } from "./form";

interface Props {
  form: FormState;
  onChange: (next: Partial<FormState>) => void;
}

/** How requests come: all busy, one after another, or by themselves at a rate. */
export function LoadFields({ form, onChange }: Props) {
  const way = form.load === "open" ? "open" : form.api;
  const rates = rateList(form.rates);
  return (
    <fieldset>
      <legend>
        <Explain text="In the words of MLPerf LoadGen: one request after another is SingleStream; several busy all the time are MultiStream, or Offline for the highest throughput; requests that arrive by themselves are Server.">
          How requests come
        </Explain>
      </legend>
      <SegmentedControl
        aria-label="How requests come"
        fullWidth
        value={way}
        onChange={(value) =>
          onChange(
            value === "open"
              ? { load: "open", api: "async" }
              : { load: "closed", api: value === "sync" ? "sync" : "async" },
          )
        }
        data={[
          { value: "async", label: "all busy" },
          { value: "sync", label: "one by one" },
          { value: "open", label: "arriving" },
        ]}
      />
      <p className="small faint" style={{ marginTop: 4 }}>
        {way === "async" &&
          "Asynchronous, closed loop: as soon as a request is done, the next one starts. MultiStream, Offline."}
        {way === "sync" && "Synchronous, closed loop: each call waits for its result. SingleStream."}
        {way === "open" &&
          "Open loop: requests arrive at random (Poisson) and latency counts from the arrival, waiting included. Server."}
      </p>
      {way === "open" && (
        <TextInput
          label="Arrivals a second"
          description="infer requests, each of one batch; several rates are runs of their own"
          placeholder="50, 100, 200"
          value={form.rates}
          onChange={(event) => onChange({ rates: event.currentTarget.value })}
          error={rates.ok ? null : rates.problem}
        />
      )}
    </fieldset>
  );
}
