import assert from "node:assert/strict";
import { test } from "node:test";
import { blocksOf, commandsOf } from "./document.ts";

const PAGE = `# A page

    npm start
    npm run bench -- fanout   # with a comment

Text with \`inline\`.

\`\`\`sh
# only a comment
npx moq-relay --auth-public ''
\`\`\`

\`\`\`ts
    const indented = "# no comment";
\`\`\``;

test("blocks are found with their language and line", () => {
  assert.deepEqual(
    blocksOf(PAGE).map(({ line, language, lines }) => [line, language, lines.length]),
    [
      [3, "indented", 2],
      [9, "sh", 2],
      [14, "ts", 1],
    ],
  );
});

test("commands are what is indented or fenced as sh, without comments", () => {
  assert.deepEqual(commandsOf({ file: "page.md", text: PAGE, blocks: blocksOf(PAGE) }), [
    { where: "page.md:3", text: "npm start" },
    { where: "page.md:4", text: "npm run bench -- fanout" },
    { where: "page.md:10", text: "npx moq-relay --auth-public ''" },
  ]);
});
