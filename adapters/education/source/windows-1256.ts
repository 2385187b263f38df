// The platform decodes Windows-1256 and encodes UTF-8 alone: its own decoder, turned round.
const BYTES = new Map(
  Array.from({ length: 256 }, (_, byte) => [new TextDecoder('windows-1256').decode(Uint8Array.of(byte)), byte]),
);

/** The text in Windows-1256; throws for a character that the code page does not have. */
export function encodeWindows1256(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const byte = BYTES.get(character);
    if (byte === undefined) throw new RangeError('a character is not in Windows-1256');
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}
