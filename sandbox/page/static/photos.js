// Pictures on their way into a chat: chosen from a file or ready-made, made small enough, and sent as base64.

const LARGEST = 1280; // pixels on the longer side, as phones send them
const QUALITY = 0.86;

/** A chosen file, ready to be sent: {preview, encoded}; null when it is no picture. */
export async function fromFile(file) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return null;
  const scale = Math.min(1, LARGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.ceil(bitmap.width * scale), Math.ceil(bitmap.height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return ready(await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY }));
}

/** A ready-made picture by its name. */
export async function readyMade(name) {
  return ready(await (await fetch(`/pictures/${name}.png`)).blob());
}

async function ready(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return { preview: URL.createObjectURL(blob), encoded: btoa(letters) };
}
