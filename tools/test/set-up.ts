/**
 * Installs what tests run on, ahead of the stages that ask for it, so that others are at work meanwhile: `browsers` is all
 * that pages and the GPU need, with a build of the app where a folder for it is named; `keras` is real Keras, and `exports`
 * what reads exports beside it. It ends with 1 where something is missing afterwards.
 */
import { build, SHARED_BUILD } from '../serve/build.ts';
import { findBrowsers } from '../setup/browsers.ts';
import { chromiumEnv, vulkanEnv } from '../setup/find.ts';
import { addExportReaders, kerasPython } from '../setup/keras.ts';
import { thisSystem } from '../setup/system.ts';

const [what] = process.argv.slice(2);
if (what === 'browsers') await setUpBrowsers();
else setUpKeras(what === 'exports');
// Dawn and Chromium, which were tried, may keep the process alive.
process.exit();

async function setUpBrowsers(): Promise<void> {
  const folder = process.env[SHARED_BUILD];
  const steps = [chromiumEnv, vulkanEnv, () => findBrowsers(thisSystem), () => folder && build(folder)];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      // The rest may be there all the same.
      console.error(String(error));
      process.exitCode = 1;
    }
  }
}

function setUpKeras(withReaders: boolean): void {
  const python = kerasPython(thisSystem);
  if (python === null) process.exitCode = 1;
  else if (withReaders) addExportReaders(thisSystem, python);
}
