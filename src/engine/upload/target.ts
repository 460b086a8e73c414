/** Owns what a place on a Hub must look like before anything is asked of it. */
import { StudioError } from '../../protocol/errors.ts';
import type { UploadTarget } from '../../protocol/upload.ts';
import { checkToken, originOf } from '../set/tokens.ts';

/** The Hub's own rule for names. */
const REPO = /^[\w.-]{1,96}\/[\w.-]{1,96}$/u;

/**
 * A place that can be sent to, its address without what stands behind the server's name.
 *
 * @throws StudioError `recipe/bad-address`, `recipe/bad-token`, `recipe/bad-repo`
 */
export function checkTarget(target: UploadTarget): UploadTarget {
  const { repo, token } = target;
  const server = originOf(target.server);
  checkToken(token);
  if (!token.startsWith('hf_')) {
    throw new StudioError({
      code: 'recipe/bad-token',
      message: `An access token of the Hub was expected, which begins with hf_; ${token === '' ? 'none came' : 'what came begins otherwise'}.`,
      hint: 'Make one under Access Tokens in the settings of your account there, with the right to write.',
    });
  }
  const [, name = ''] = repo.split('/');
  if (!REPO.test(repo) || /^[.-]|[.-]$|--|\.\./u.test(name)) {
    throw new StudioError({
      code: 'recipe/bad-repo',
      message: `The name of a repository was expected, as owner/name in letters, digits, dots and dashes. Came: ${JSON.stringify(repo.slice(0, 80))}.`,
      hint: 'The owner is your name on the Hub, or an organisation that you may write for.',
    });
  }
  return { ...target, server };
}
