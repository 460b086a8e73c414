/** Access tokens for servers, in memory only: they are never in a recipe, a link, storage or a message. */
import { StudioError } from '../../protocol/errors.ts';

export class Tokens {
  readonly #byOrigin = new Map<string, string>();

  /**
   * Takes a token for a server until the session ends; an empty one takes it back.
   *
   * @throws StudioError `recipe/bad-address`, `recipe/bad-token`
   */
  use(server: string, token: string): void {
    const origin = originOf(server);
    checkToken(token);
    if (token === '') this.#byOrigin.delete(origin);
    else this.#byOrigin.set(origin, token);
  }

  /** The token for the server at an address. */
  readonly for = (server: string): string | undefined => {
    return isAddress(server) ? this.#byOrigin.get(originOf(server)) : undefined;
  };
}

const isAddress = (address: string): boolean => /^https?:\/\//u.test(address) && URL.canParse(address);

/** The server of an address. @throws StudioError `recipe/bad-address` */
export function originOf(address: string): string {
  if (!isAddress(address)) throw badAddress(address);
  return new URL(address).origin;
}

/** What a header cannot carry never came from a server; what came is not repeated. @throws StudioError `recipe/bad-token` */
export function checkToken(token: string): void {
  if (!/^[\x21-\x7e]*$/u.test(token)) throw badToken();
}

function badAddress(server: string): StudioError {
  return new StudioError({
    code: 'recipe/bad-address',
    message: `The address of a server was expected, such as https://huggingface.co. Came: ${JSON.stringify(server.slice(0, 80))}.`,
    hint: 'Correct the address.',
  });
}

function badToken(): StudioError {
  return new StudioError({
    code: 'recipe/bad-token',
    message:
      'An access token of letters, digits and signs was expected; what came has spaces or other characters.',
    hint: 'Copy the token again, without what stands around it.',
  });
}
