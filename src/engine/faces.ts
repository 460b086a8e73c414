/** Owns the session's face detector: opened with the first picture that is cut to a face, on the device in use. */
import { resizePicture } from '../data/resize/resize.ts';
import { faceOf, letterboxed, type Face, type FaceDetector } from '../data/faces/crop.ts';
import { facesIn } from '../models/faces/boxes.ts';
import { FACE_INPUT, FaceNetwork } from '../models/faces/network.ts';
import type { Platform, RgbPicture } from '../platform/platform.ts';

/** What of a device is of use here. */
interface Found {
  /** What to throw for an error of work on it. */
  lossOr(error: unknown): unknown;
}

export class FaceFinder implements FaceDetector {
  readonly side = FACE_INPUT;
  #network: Promise<FaceNetwork> | null = null;
  /** How often it was let go of. */
  #forgotten = 0;

  /** @param ready the device in use, taken where there is none */
  constructor(
    readonly platform: Pick<Platform, 'openAsset' | 'startH5Thread'>,
    readonly ready: () => Promise<Found>,
  ) {}

  async find(picture: Uint8Array): Promise<Face[]> {
    for (;;) {
      const device = await this.ready();
      const before = this.#forgotten;
      const opening = (this.#network ??= FaceNetwork.open(this.platform));
      try {
        const found = facesIn(await (await opening).find(picture));
        return found.sort((one, other) => other.width * other.height - one.width * one.height);
      } catch (error) {
        // It was let go of meanwhile, as another device was taken: that one is asked.
        if (this.#forgotten !== before) continue;
        // One that failed is opened again when it is next asked for.
        if (this.#network === opening) this.#letGo();
        throw device.lossOr(error);
      }
    }
  }

  /** The faces in a picture of any shape, the largest first, in its pixels. @throws what `find` throws */
  async inPicture(picture: RgbPicture): Promise<Face[]> {
    const small = resizePicture(letterboxed(picture), FACE_INPUT, 'bilinear');
    return (await this.find(small)).map((box) => faceOf(box, picture));
  }

  /** Lets go of it: its device goes away. */
  forget(): void {
    this.#forgotten += 1;
    this.#letGo();
  }

  #letGo(): void {
    const network = this.#network;
    this.#network = null;
    network?.then(
      (opened) => opened.dispose(),
      // Whoever asked for it was told.
      (_failure: unknown) => undefined,
    );
  }
}
