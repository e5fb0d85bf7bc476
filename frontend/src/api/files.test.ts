import { describe, expect, it } from "vitest";
import { joinedFiles } from "./files";

const chosen = (path: string) => ({ path, file: new File(["x"], path) });
const paths = (files: { path: string }[]) => files.map(({ path }) => path);

describe("joinedFiles", () => {
  it("adds to what was chosen, by path", () => {
    expect(paths(joinedFiles([chosen("b.bin")], [chosen("a.xml")]))).toEqual(["a.xml", "b.bin"]);
  });

  it("replaces a file that is chosen again", () => {
    const again = chosen("a.xml");
    expect(joinedFiles([chosen("a.xml")], [again])).toEqual([again]);
  });

  it("drops what systems leave in folders", () => {
    const added = ["set/.DS_Store", "__MACOSX/a.jpg", "set/._b.jpg", "Thumbs.db", "set/a.jpg"].map(chosen);
    expect(paths(joinedFiles([], added))).toEqual(["set/a.jpg"]);
  });
});
