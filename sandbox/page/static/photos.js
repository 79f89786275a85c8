// Prepares pictures for sending: loads a file or a sample picture, scales it down and encodes it in base64.

const MAX_SIDE_PIXELS = 1280; // of the longer side, as phones send pictures
const QUALITY = 0.86;

/** Return a chosen file as {preview, encoded}, or null when it is no picture. */
export async function fromFile(file) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return null;
  const scale = Math.min(1, MAX_SIDE_PIXELS / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.ceil(bitmap.width * scale), Math.ceil(bitmap.height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return ready(await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY }));
}

/** Return a sample picture by its name, as {preview, encoded}. */
export async function readyMade(name) {
  return ready(await (await fetch(`/pictures/${name}.png`)).blob());
}

async function ready(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return { preview: URL.createObjectURL(blob), encoded: btoa(letters) };
}
