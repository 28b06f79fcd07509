/**
 * Which of several should serve `key`: the one with the highest hash of both. Everybody finds the same without asking, the
 * keys are spread evenly, and when one of them goes only its keys move. The best is first.
 */
export function rendezvous<T>(key: string, choices: readonly T[], name: (choice: T) => string): T[] {
  const weight = new Map(choices.map((choice) => [choice, hash(`${key} ${name(choice)}`)]));
  return choices.toSorted((a, b) => weight.get(b)! - weight.get(a)! || (name(a) < name(b) ? -1 : 1));
}

/** FNV-1a, 32 bits, with a last stir: similar names must not have similar hashes. */
function hash(text: string): number {
  let value = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x0100_0193);
  value = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2_ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
