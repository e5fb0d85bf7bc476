import { expect, it } from "vitest";
import { stepParts } from "./steps";

it.each([
  ["Models: the IR is read.", { title: "Models", told: "the IR is read." }],
  ["No title here", { title: null, told: "No title here" }],
  [
    "A sentence that is much longer than any title could be: and goes on",
    { title: null, told: "A sentence that is much longer than any title could be: and goes on" },
  ],
])("'%s'", (step, parts) => {
  expect(stepParts(step)).toEqual(parts);
});
