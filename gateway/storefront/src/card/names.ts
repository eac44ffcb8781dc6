// How people write the outputs that the API names by codes. Pure.

const OUTPUTS: Readonly<Record<string, string>> = {
  hdmi: 'HDMI',
  displayport: 'DisplayPort',
  dvi: 'DVI',
  vga: 'VGA',
  'usb-c': 'USB-C',
};

// `HDMI 2.1a`
export function outputName(kind: string, version: string | null): string {
  return [OUTPUTS[kind] ?? kind, version].filter(Boolean).join(' ');
}

// Codes of outputs inside a longer text, as comparisons tell them: `3 × displayport 1.4a`.
export function outputsInWords(text: string): string {
  return text.replace(/\b(hdmi|displayport|dvi|vga|usb-c)\b/g, (kind) => OUTPUTS[kind] ?? kind);
}
