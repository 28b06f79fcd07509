/**
 * The sum of all series of one metric that have these labels, in a Prometheus text page; 0 when there is none, as a counter
 * that nothing has counted yet is not always listed.
 */
export function metricSum(page: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  let sum = 0;
  for (const line of page.split("\n")) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line);
    if (match?.[1] !== name || !hasLabels(match[2] ?? "", labels)) continue;
    sum += Number(match[3]);
  }
  return sum;
}

function hasLabels(text: string, labels: Readonly<Record<string, string>>): boolean {
  const present = new Map([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map((match) => [match[1], match[2]]));
  return Object.entries(labels).every(([label, value]) => present.get(label) === value);
}
