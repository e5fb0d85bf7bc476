/** What the server takes as a name, told while typing. */

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}_ .,()[\]+@=·-]{0,99}$/u;

/** Why `name` cannot be used, or null. An empty name is chosen by the server. */
export function nameProblem(name: string): string | null {
  const text = name.trim();
  if (text === "" || NAME.test(text)) return null;
  if (text.length > 100) return "Up to 100 characters.";
  if (!/^[\p{L}\p{N}]/u.test(text)) return "It has to begin with a letter or digit.";
  return "Letters, digits, blanks and . , ( ) [ ] + - _ @ = are possible.";
}

const MAIN = [".xml", ".onnx", ".tflite", ".pdmodel", ".meta", ".pb", ".pbtxt"];
const TOOLCHAIN: Record<string, string> = {
  ".pt": "PyTorch",
  ".pth": "PyTorch",
  ".keras": "Keras",
  ".h5": "Keras",
  ".caffemodel": "Caffe",
  ".params": "MXNet",
};

const suffixOf = (path: string) => /\.[^./]+$/.exec(path.toLowerCase())?.[0] ?? "";

/** What is probably missing or not wanted among the files of a model; the server decides. */
export function modelFilesHint(paths: readonly string[]): string | null {
  if (paths.length === 0) return null;
  const suffixes = new Set(paths.map(suffixOf));
  if (MAIN.some((suffix) => suffixes.has(suffix))) {
    if (suffixes.has(".xml") && !suffixes.has(".bin"))
      return "The weights of an OpenVINO IR are in a .bin file beside the .xml.";
    if (suffixes.has(".pdmodel") && !suffixes.has(".pdiparams"))
      return "The weights of a Paddle model are in a .pdiparams file.";
    return null;
  }
  const framework = [...suffixes].map((suffix) => TOOLCHAIN[suffix]).find((name) => name !== undefined);
  if (framework)
    return `${framework} files cannot be read without their framework: export the model to ONNX first.`;
  if (suffixes.has(".bin")) return "The .bin holds weights only: add the .xml.";
  if ([".zip", ".gz", ".tar", ".tgz"].some((suffix) => suffixes.has(suffix))) return null;
  return "None of these is a known model file (.onnx, .xml, .pb, .tflite, .pdmodel, .meta).";
}
