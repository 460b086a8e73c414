/**
 * Owns getting at a bitmap's pixels in a worker. A canvas keeps colours multiplied by their alpha and so forgets them
 * under transparent pixels; a WebGL texture keeps them as they are stored.
 */

/** The 2D canvas that opaque bitmaps are drawn on: making one costs more than drawing. */
let canvas: OffscreenCanvasRenderingContext2D | null = null;
/** Undefined until first asked for, null where there is no WebGL. */
let gl: WebGL2RenderingContext | null | undefined;

/**
 * Reads a bitmap's pixels.
 *
 * @param isOpaque whether no pixel is transparent; if not, WebGL is tried first
 * @returns `[height, width, 4]`, or null when the browser has no memory for a canvas
 */
export function readBitmap(bitmap: ImageBitmap, isOpaque: boolean): Uint8Array | null {
  return (isOpaque ? null : readByTexture(bitmap)) ?? readByCanvas(bitmap);
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
