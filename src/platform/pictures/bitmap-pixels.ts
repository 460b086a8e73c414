/**
 * Owns getting at a bitmap's pixels in a worker. A canvas keeps colours multiplied by their alpha and so forgets them
 * under transparent pixels. A WebGL texture keeps them as they are stored, where the browser has not multiplied them
 * already: WebKit has.
 */

/** The 2D canvas that bitmaps are drawn on: making one costs more than drawing. */
let canvas: OffscreenCanvasRenderingContext2D | null = null;
/** Undefined until first asked for, null where there is no WebGL. */
let gl: WebGL2RenderingContext | null | undefined;
/** Whether textures have the colours as they are stored; undefined until first asked for. */
let texturesKeepColours: Promise<boolean> | undefined;

/** A lossless WebP of one pixel, quite transparent, and its colour. */
const KNOWN = {
  base64: 'UklGRhwAAABXRUJQVlA4TBAAAAAvAAAAEAdQsiJXJgIR0f8A',
  rgba: [200, 100, 50, 0],
};

/** How bitmaps are made whose pixels are read here. */
export const AS_STORED: ImageBitmapOptions = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' };

/**
 * Reads a bitmap's pixels.
 *
 * @param isOpaque whether no pixel is transparent; if not, the canvas is the last resort
 * @returns `[height, width, 4]`, or null when the browser has no memory for a canvas
 */
export async function readBitmap(bitmap: ImageBitmap, isOpaque: boolean): Promise<Uint8Array | null> {
  if (isOpaque) return readByCanvas(bitmap);
  texturesKeepColours ??= tryTextures();
  return ((await texturesKeepColours) ? readByTexture(bitmap) : null) ?? readByCanvas(bitmap);
}

async function tryTextures(): Promise<boolean> {
  const encoded = Uint8Array.from(atob(KNOWN.base64), (letter) => letter.charCodeAt(0));
  const pixel = await createImageBitmap(new Blob([encoded], { type: 'image/webp' }), AS_STORED);
  const found = readByTexture(pixel);
  pixel.close();
  return KNOWN.rgba.every((value, index) => found?.[index] === value);
}

function readByCanvas(bitmap: ImageBitmap): Uint8Array | null {
  const { width, height } = bitmap;
  canvas ??= new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (canvas === null) return null;
  if (canvas.canvas.width !== width) canvas.canvas.width = width;
  if (canvas.canvas.height !== height) canvas.canvas.height = height;
  canvas.globalCompositeOperation = 'copy';
  canvas.drawImage(bitmap, 0, 0);
  const { data } = canvas.getImageData(0, 0, width, height);
  return new Uint8Array(data.buffer);
}

function readByTexture(bitmap: ImageBitmap): Uint8Array | null {
  if (gl === undefined || gl?.isContextLost() === true) gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (gl === null) return null;
  const { width, height } = bitmap;
  if (Math.max(width, height) > (gl.getParameter(gl.MAX_TEXTURE_SIZE) as number)) return null;
  const texture = gl.createTexture();
  const frame = gl.createFramebuffer();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  const pixels = new Uint8Array(width * height * 4);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  const isSound = gl.getError() === gl.NO_ERROR;
  gl.deleteFramebuffer(frame);
  gl.deleteTexture(texture);
  return isSound ? pixels : null;
}
