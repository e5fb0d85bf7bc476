import { Checkbox, NumberInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { Action } from "../../components/Action";
import { Explain } from "../../components/Explain";
import {
  type AugmentationForm,
  augmentationProblems,
  ERASE_PERCENT,
  IMAGES_LIMITS,
  LIGHT_LIMITS,
  LIGHTS,
  type Limits,
  MOST_LIGHTS,
  NOISE_PERCENT,
  type Share,
} from "./augmentations";

interface Props {
  value: AugmentationForm;
  onChange: (value: AugmentationForm) => void;
  disabled: boolean;
}

/** What is made of each picture beside itself. */
export function AugmentationFields({ value, onChange, disabled }: Props) {
  const set = (next: Partial<AugmentationForm>) => onChange({ ...value, ...next });
  const problems = augmentationProblems(value);
  return (
    <fieldset disabled={disabled} className="stack tight">
      <legend>New pictures beside each original</legend>
      <div className="row wrap" style={{ gap: 18 }}>
        <Checkbox
          label="Mirrored left to right"
          checked={value.flipHorizontal}
          onChange={(event) => set({ flipHorizontal: event.currentTarget.checked })}
        />
        <Checkbox
          label="Mirrored upside down"
          checked={value.flipVertical}
          onChange={(event) => set({ flipVertical: event.currentTarget.checked })}
        />
      </div>
      <ShareFields
        label="White rectangles"
        explain="a share of the picture is made white, each time at another place"
        share={value.erase}
        limits={ERASE_PERCENT}
        problems={[problems.erasePercent, problems.eraseImages]}
        onChange={(erase) => set({ erase })}
      />
      <ShareFields
        label="Salt and pepper"
        explain="a share of the pixels becomes black or white"
        share={value.noise}
        limits={NOISE_PERCENT}
        problems={[problems.noisePercent, problems.noiseImages]}
        onChange={(noise) => set({ noise })}
      />
      <Lights value={value.light} onChange={(light) => set({ light })} />
      <div className="field-row">
        <TextInput
          label="Turned by, degrees"
          placeholder="-15, 15, 90"
          value={value.rotations}
          onChange={(event) => set({ rotations: event.currentTarget.value })}
          error={problems.rotations}
        />
        <TextInput
          label="Blurred, sigma in pixels"
          placeholder="1, 2.5"
          value={value.blurs}
          onChange={(event) => set({ blurs: event.currentTarget.value })}
          error={problems.blurs}
        />
        <TextInput
          label="JPEG quality"
          placeholder="30, 70"
          value={value.qualities}
          onChange={(event) => set({ qualities: event.currentTarget.value })}
          error={problems.qualities}
        />
        <NumberInput
          label="Seed"
          min={0}
          max={2 ** 31 - 1}
          allowDecimal={false}
          allowNegative={false}
          value={value.seed}
          onChange={(seed) => set({ seed: typeof seed === "number" ? seed : "" })}
          error={problems.seed}
        />
      </div>
      <p className="small dim">The same pictures, settings and seed make the same dataset.</p>
    </fieldset>
  );
}

interface ShareProps {
  label: string;
  explain: string;
  share: Share;
  limits: Limits;
  problems: [string | undefined, string | undefined];
  onChange: (share: Share) => void;
}

function ShareFields({ label, explain, share, limits, problems, onChange }: ShareProps) {
  return (
    <div className="row wrap" style={{ gap: 12, minHeight: 32, alignItems: "flex-start" }}>
      <Checkbox
        label={label}
        checked={share.on}
        onChange={(event) => onChange({ ...share, on: event.currentTarget.checked })}
        w={150}
        mt={6}
      />
      {!share.on && (
        <p className="small dim" style={{ marginTop: 6 }}>
          {explain}
        </p>
      )}
      {share.on && (
        <>
          <NumberInput
            aria-label={`${label}: share`}
            suffix=" % of the picture"
            min={limits.from}
            max={limits.to}
            value={share.percent}
            onChange={(percent) =>
              onChange({ ...share, percent: typeof percent === "number" ? percent : "" })
            }
            error={problems[0]}
            w={170}
          />
          <NumberInput
            aria-label={`${label}: pictures`}
            suffix=" pictures each"
            min={IMAGES_LIMITS.from}
            max={IMAGES_LIMITS.to}
            allowDecimal={false}
            value={share.images}
            onChange={(images) => onChange({ ...share, images: typeof images === "number" ? images : "" })}
            error={problems[1]}
            w={150}
          />
        </>
      )}
    </div>
  );
}

const KNOWN: readonly string[] = LIGHTS;

function Lights({ value, onChange }: { value: string[]; onChange: (value: string[]) => void }) {
  const [brightness, setBrightness] = useState<number | "">(1);
  const [contrast, setContrast] = useState<number | "">(1);
  const toggle = (key: string) =>
    onChange(value.includes(key) ? value.filter((entry) => entry !== key) : [...value, key]);
  const own = value.filter((key) => !KNOWN.includes(key));
  const key = `${brightness} ${contrast}`;
  const given = brightness !== "" && contrast !== "";
  return (
    <fieldset className="stack tight">
      <legend>
        <Explain text="(value - 128) × contrast + 128, then times brightness; each is made of the original picture.">
          Brightness × contrast
        </Explain>
      </legend>
      <div className="row wrap" style={{ gap: 14 }}>
        {[...LIGHTS, ...own].map((entry) => (
          <Checkbox
            key={entry}
            label={entry.replace(" ", " × ")}
            checked={value.includes(entry)}
            disabled={!value.includes(entry) && value.length >= MOST_LIGHTS}
            onChange={() => toggle(entry)}
          />
        ))}
      </div>
      <div className="row wrap">
        <NumberInput
          aria-label="Brightness"
          prefix="brightness "
          min={LIGHT_LIMITS.from}
          max={LIGHT_LIMITS.to}
          step={0.1}
          value={brightness}
          onChange={(next) => setBrightness(typeof next === "number" ? next : "")}
          w={150}
        />
        <NumberInput
          aria-label="Contrast"
          prefix="contrast "
          min={LIGHT_LIMITS.from}
          max={LIGHT_LIMITS.to}
          step={0.1}
          value={contrast}
          onChange={(next) => setContrast(typeof next === "number" ? next : "")}
          w={150}
        />
        <Action
          onClick={() => toggle(key)}
          reason={
            !given
              ? "Say both numbers."
              : value.includes(key) || KNOWN.includes(key)
                ? "It is among them already."
                : key === "1 1"
                  ? "1 × 1 changes nothing."
                  : value.length >= MOST_LIGHTS
                    ? `There can be ${MOST_LIGHTS} of them.`
                    : undefined
          }
        >
          Add
        </Action>
      </div>
    </fieldset>
  );
}
