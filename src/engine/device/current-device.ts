/** Owns which device is in use: taken when it is first needed, when another is chosen, and anew after it went away. */
import type { BackendChoice } from '../../protocol/device.ts';
import { startDevice, type Device } from './device.ts';
import type { DeviceHost } from './wasm.ts';

export class CurrentDevice {
  #choice: BackendChoice = 'auto';
  #device: Device | null = null;
  /** One that is being taken. */
  #starting: Promise<Device> | null = null;

  /** @param leave lets go of what is on a device before another is taken */
  constructor(
    readonly host: DeviceHost,
    readonly leave: () => Promise<void>,
  ) {}

  /** Null before one was taken. */
  get device(): Device | null {
    return this.#device;
  }

  /** The one in use; where there is none, or it went away, it is taken. @throws StudioError `gpu/…` */
  ready(): Promise<Device> {
    if (this.#starting !== null) return this.#starting;
    return this.#device?.loss === null ? Promise.resolve(this.#device) : this.take(this.#choice);
  }

  /** Takes one. @throws StudioError `gpu/…` */
  take(choice: BackendChoice): Promise<Device> {
    const starting = this.#start(choice).finally(() => {
      if (this.#starting === starting) this.#starting = null;
    });
    this.#starting = starting;
    return starting;
  }

  async #start(choice: BackendChoice): Promise<Device> {
    this.#choice = choice;
    // Until it has started there is none: the one before is not current any more.
    this.#device = null;
    await this.leave();
    this.#device = await startDevice(choice, this.host);
    return this.#device;
  }
}
