/** What somebody most likely forgot in a line of TOML that cannot be read, as a hint behind the parser's own words. */
export function tomlHint(line: string): string | undefined {
  const code = line.replace(/\s+#.*$/, "").trim();
  if (/^\[[^\]]*$/.test(code)) return `the name of a table ends in a bracket: ${code}]`;
  const [, key, value] = /^([\w."'-]+)\s*=\s*(.*)$/.exec(code) ?? [];
  if (key === undefined) return /^[\w.-]+$/.test(code) ? `a key needs a value: ${code} = "…"` : undefined;
  if (value === undefined || value === "") return `a key needs a value: ${key} = "…"`;
  if (/^\[[^\]]*$/.test(value)) return `a list ends in a bracket: ${key} = ${value}]`;
  if (/^"[^"]*$|^'[^']*$/.test(value))
    return `a text ends in the quote that it begins with: ${key} = ${value}${value[0]}`;
  return /^["'[{]/.test(value) ? undefined : `text stands in quotes: ${key} = "${value.replaceAll(/["']/g, "")}"`;
}
