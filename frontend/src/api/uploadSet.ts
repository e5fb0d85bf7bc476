/** Sends several files one after another and tells how far all of them are. */
import type { ChosenFile } from "./files";
import { upload } from "./tus";

export interface SetProgress {
  sent: number;
  total: number;
  file: string;
  index: number;
  count: number;
}

/** Resolves to the uploads' ids, in the order of `files`. */
export async function uploadAll(
  files: readonly ChosenFile[],
  signal: AbortSignal,
  onProgress: (progress: SetProgress) => void,
): Promise<string[]> {
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  const ids: string[] = [];
  let before = 0;
  for (const [index, { path, file }] of files.entries()) {
    const tell = (sent: number) =>
      onProgress({ sent: before + sent, total, file: path, index: index + 1, count: files.length });
    tell(0);
    ids.push(await upload(file, path, { signal, onProgress: tell }));
    before += file.size;
  }
  return ids;
}
