/** The files of a drop or of a file field, each with the relative path that the server shall know it by. */

export interface ChosenFile {
  path: string;
  file: File;
}

export function filesOfInput(list: FileList | null): ChosenFile[] {
  return [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Folders that were dropped are walked. */
export async function filesOfDrop(transfer: DataTransfer): Promise<ChosenFile[]> {
  // Entries have to be asked for before the first await: the browser empties the list afterwards.
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  if (entries.length === 0) return filesOfInput(transfer.files);
  const found = await Promise.all(entries.map(walk));
  return found.flat();
}

async function walk(entry: FileSystemEntry): Promise<ChosenFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path: entry.fullPath.replace(/^\/+/, ""), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    // A reader gives at most 100 entries at once, and none when it is through.
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) break;
    children.push(...batch);
  }
  return (await Promise.all(children.map(walk))).flat();
}

const CLUTTER = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|__MACOSX(\/|$)|\._[^/]*)/i;

/** `added` joins `chosen`; a path that is there already is replaced, and what systems leave in folders is dropped. */
export function joinedFiles(chosen: readonly ChosenFile[], added: readonly ChosenFile[]): ChosenFile[] {
  const byPath = new Map(chosen.map((entry) => [entry.path, entry]));
  for (const entry of added) if (!CLUTTER.test(entry.path)) byPath.set(entry.path, entry);
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
