/** A step begins with what it is about: "Models: the ONNX file becomes …". */
export function stepParts(step: string): { title: string | null; told: string } {
  const at = step.indexOf(": ");
  // A title is a few words; a colon further back belongs to the sentence.
  if (at < 1 || at > 40) return { title: null, told: step };
  const told = step.slice(at + 2);
  return { title: step.slice(0, at), told };
}
