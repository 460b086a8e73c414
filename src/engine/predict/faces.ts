/** Owns the face detector while pictures are cropped by it: opened with the first of them, on the device in use. */
import { resizePicture } from '../../data/resize/resize.ts';
import { facesIn, type FaceBox } from '../../models/faces/boxes.ts';
import { faceOf, letterboxed } from '../../models/faces/crop.ts';
import { FACE_INPUT, FaceNetwork } from '../../models/faces/network.ts';
import type { Platform, RgbPicture } from '../../platform/platform.ts';

export class FaceFinder {
  #network: Promise<FaceNetwork> | null = null;

  constructor(readonly platform: Pick<Platform, 'openAsset' | 'startH5Thread'>) {}

  /** The faces in a picture, the largest first, in its pixels. @throws StudioError `net/asset-missing` */
  async find(picture: RgbPicture): Promise<FaceBox[]> {
    const network = await this.#open();
    const small = resizePicture(letterboxed(picture), FACE_INPUT, 'bilinear');
    const faces = facesIn(await network.find(small)).map((box) => faceOf(box, picture));
    return faces.sort((one, other) => other.width * other.height - one.width * one.height);
  }

  /** Lets go of it: its device goes away. */
  forget(): void {
    const network = this.#network;
    this.#network = null;
    network?.then(
      (opened) => opened.dispose(),
      // Whoever asked for it was told.
      (_failure: unknown) => undefined,
    );
  }

  /** One that could not be opened is opened again when it is next asked for. */
  async #open(): Promise<FaceNetwork> {
    const opening = (this.#network ??= FaceNetwork.open(this.platform));
    try {
      return await opening;
    } catch (error) {
      if (this.#network === opening) this.#network = null;
      throw error;
    }
  }
}
