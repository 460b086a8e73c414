/** A worker for pictures.test.ts: decodes what it is sent with the platform that the engine uses. */
import { asStudioError } from '../../../src/protocol/errors.ts';
import { createPlatform } from '../../../src/platform/browser.ts';

/** The decoded picture as RGB, or the code of the error. */
export type Decoded = { readonly width: number; readonly height: number; readonly rgb: number[] } | string;

const platform = createPlatform({ baseUrl: self.location.origin });

async function decode(encoded: Uint8Array): Promise<Decoded> {
  try {
    const { width, height, channels, data } = await platform.decodePicture(encoded);
    return { width, height, rgb: Array.from(data).filter((_, index) => index % channels < 3) };
  } catch (thrown) {
    return asStudioError(thrown).code;
  }
}

self.addEventListener('message', ({ data }: MessageEvent<readonly Uint8Array[]>) => {
  void Promise.all(data.map(decode)).then((decoded) => self.postMessage(decoded));
});
