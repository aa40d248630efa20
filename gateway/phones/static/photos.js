// Makes photos small enough to be sent; nothing leaves the browser here.

const MOST_BYTES = 60 * 1024;
const SIDES = [1280, 1024, 800, 640, 480, 320];
const QUALITIES = [0.8, 0.6, 0.45];

function drawn(picture, side) {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  // A JPEG knows no transparency: what shines through is white, not black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

const asJpeg = (canvas, quality) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));

function asBase64(blob) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** A file as {base64, preview}: a JPEG of 60 KiB at most and a small canvas. Throws when it is no picture. */
export async function shrunk(file) {
  const picture = await createImageBitmap(file);
  try {
    for (const side of SIDES) {
      const canvas = drawn(picture, side);
      for (const quality of QUALITIES) {
        const blob = await asJpeg(canvas, quality);
        if (blob && blob.size <= MOST_BYTES) return { base64: await asBase64(blob), preview: drawn(picture, 96) };
      }
    }
  } finally {
    picture.close();
  }
  throw new Error(file.name);
}
